import { afterAll, beforeAll, expect } from 'vitest';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  if (hasBrowser) world = await startWorld();
});
afterAll(() => world?.[Symbol.asyncDispose]());

const steps = async (chainId: string) =>
  (await world.admin.api<{ results: Record<string, unknown>[] }>('GET', `escalation_policies/?escalation_chain_id=${chainId}`))
    .results;

browserTest('a chain is built step by step, reordered by keyboard and kept', async () => {
  const ida = await world.person('ida', 'editor');
  const page = await world.open({ as: world.admin, path: '/escalations' });
  await page.getByRole('heading', { name: 'No escalation chains yet' }).waitFor();
  await expectAccessible(page);
  await page.keyboard.press('c');
  await page.getByLabel('Name').fill('Night crew');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Night crew', level: 1 }).waitFor();

  await page.getByRole('button', { name: 'Add step' }).first().click();
  await page.getByLabel('What happens').selectOption({ label: 'Notify people' });
  await page.getByRole('button', { name: 'Add step' }).last().click();
  await page.getByText('Choose at least one person.').waitFor();
  await page.getByRole('combobox', { name: 'People' }).fill('ida');
  await page.getByRole('option', { name: 'ida' }).click();
  await page.keyboard.press('Tab');
  await page.getByLabel('Important').check();
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Add step' }).click();
  await page.getByRole('button', { name: /Edit step 1: Notify ida, by their important rules/ }).waitFor();

  await page.getByRole('button', { name: 'Add step' }).click();
  await page.getByLabel('What happens').selectOption({ label: 'Wait' });
  await page.getByLabel('Minutes').fill('1441');
  await page.keyboard.press('Enter');
  await page.getByText('Choose 1 to 1440 minutes.').waitFor();
  await page.getByLabel('Minutes').fill('15');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Edit step 2: Wait 15 minutes' }).waitFor();
  await page.getByText('The wait at the end does nothing.').waitFor();

  await page.getByRole('button', { name: 'Move Wait 15 minutes' }).focus();
  for (const key of ['Space', 'ArrowUp', 'Space']) await page.keyboard.press(key);
  await page.getByRole('button', { name: 'Edit step 1: Wait 15 minutes' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Edit step 1: Wait 15 minutes' }).waitFor();
  await expectAccessible(page);
  const chainId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  expect(await steps(chainId)).toMatchObject([
    { type: 'wait', duration: 900 },
    { type: 'notify_persons', persons_to_notify: [ida.id], important: true },
  ]);

  await page.getByRole('button', { name: 'If an alert came now' }).click();
  await page.getByRole('region', { name: 'Forecast' }).getByText('ida').first().waitFor();
  await expectAccessible(page);
});

browserTest('moves that follow one another are saved in their order, and one that is not saved is taken back', async () => {
  const chain = await world.admin.api<{ id: string }>('POST', 'escalation_chains/', { name: 'Shuffled' });
  for (const duration of [300, 600, 900])
    await world.admin.api('POST', 'escalation_policies/', { escalation_chain_id: chain.id, type: 'wait', duration });
  const page = await world.open({ as: world.admin, path: `/escalations/${chain.id}` });
  const shown = page.getByRole('list', { name: 'Steps in their order' }).getByRole('listitem');
  const move = async (wait: string) => {
    await page.getByRole('button', { name: `Move Wait ${wait} minutes` }).focus();
    for (const key of ['Space', 'ArrowUp', 'ArrowUp', 'Space']) await page.keyboard.press(key);
    await shown.first().getByText(`Wait ${wait} minutes`).waitFor();
  };
  await shown.nth(2).getByText('Wait 15 minutes').waitFor();
  // The first is slow: the second waits for it, for it was made from its order.
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let asked = 0;
  await page.route('**/steps_order', async (route) => {
    asked += 1;
    if (asked === 1) await held;
    await route.continue();
  });
  await move('15');
  await move('10');
  goOn();
  const stored = async () => (await steps(chain.id)).map(({ duration }) => duration);
  await expect.poll(stored).toEqual([600, 900, 300]);
  await page.unroute('**/steps_order');

  await page.route('**/steps_order', (route) => route.abort());
  await page.route(/\/escalation_policies\?/, (route) => route.abort());
  await page.getByRole('button', { name: 'Move Wait 5 minutes' }).focus();
  for (const key of ['Space', 'ArrowUp', 'Space']) await page.keyboard.press(key);
  await page.getByText('The step stays where it was').waitFor();
  await shown.nth(2).getByText('Wait 5 minutes').waitFor();
  expect(await page.getByRole('alert', { name: 'Changed meanwhile' }).count()).toBe(0);
});

browserTest('the step that is being moved stays the one, when another is deleted meanwhile', async () => {
  const chain = await world.admin.api<{ id: string }>('POST', 'escalation_chains/', { name: 'Shortened' });
  const made: { id: string }[] = [];
  for (const duration of [300, 600, 900])
    made.push(await world.admin.api('POST', 'escalation_policies/', { escalation_chain_id: chain.id, type: 'wait', duration }));
  const page = await world.open({ as: world.admin, path: `/escalations/${chain.id}` });
  const shown = page.getByRole('list', { name: 'Steps in their order' }).getByRole('listitem');
  await shown.nth(2).waitFor();
  // After a move the list is read anew, which takes until the next step is held and another is gone.
  let goOn = (): void => undefined;
  const isRead = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  await page.route(/\/escalation_policies\?/, async (route) => {
    await isRead;
    await route.continue();
  });
  const handle = (wait: string) => page.getByRole('button', { name: `Move Wait ${wait} minutes` });
  const stored = async () => (await steps(chain.id)).map(({ duration }) => duration);
  for (const key of ['Space', 'ArrowUp', 'Space']) await handle('15').press(key);
  await expect.poll(stored).toEqual([300, 900, 600]);
  await handle('10').press('Space');
  await world.admin.api('DELETE', `escalation_policies/${made[0]?.id}/`);
  goOn();
  await expect.poll(() => shown.count()).toBe(2);
  for (const key of ['ArrowUp', 'Space']) await handle('10').press(key);
  await expect.poll(stored).toEqual([600, 900]);
});

browserTest('a deleted step comes back with undo, and a chain in use is not deleted', async () => {
  const chain = await world.admin.api<{ id: string }>('POST', 'escalation_chains/', { name: 'In use' });
  await world.admin.api('POST', 'escalation_policies/', { escalation_chain_id: chain.id, type: 'resolve' });
  await world.admin.api('POST', 'escalation_policies/', {
    escalation_chain_id: chain.id,
    type: 'notify_if_time_from_to',
    notify_if_time_from: '22:00:00Z',
    notify_if_time_to: '06:00:00Z',
  });
  const { defaultRouteId } = await world.integration('Crane');
  await world.admin.api('PATCH', `routes/${defaultRouteId}/`, { escalation_chain_id: chain.id });
  const page = await world.open({ as: world.admin, path: `/escalations/${chain.id}` });
  await page.getByText('Continue between 22:00 and 06:00 UTC; outside, hold until then').waitFor();
  await page.getByText(/^In Oslo .*: (23:00 to 07:00|00:00 to 08:00)$/).waitFor();
  await page.getByRole('region', { name: 'Used by' }).getByText('Crane').waitFor();
  await page.getByRole('button', { name: 'Actions of step 1' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: /Edit step 2/ }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Edit step 1: Resolve the alert group' }).waitFor();
  await page.route('**/escalation_policies', (route) => route.abort(), { times: 1 });
  await page.getByRole('button', { name: 'Actions of step 1' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undo did not work').waitFor();
  await page.getByText(/^Step deleted\. /).waitFor();
  await world.admin.api('POST', 'escalation_policies/', { escalation_chain_id: chain.id, type: 'resolve', position: 0 });
  await page.reload();
  await page.getByRole('button', { name: 'Edit step 1: Resolve the alert group' }).waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: /Delete Routes use it/ }).waitFor();
  await page.getByRole('menuitem', { name: 'Copy the chain' }).click();
  await page.getByRole('heading', { name: 'In use copy', level: 1 }).waitFor();
  await page.getByRole('button', { name: /Edit step 2: Continue between 22:00/ }).waitFor();
});

browserTest('a viewer reads a chain and is told why nothing can be changed', async () => {
  const chain = await world.admin.api<{ id: string }>('POST', 'escalation_chains/', { name: 'Read only' });
  const viewer = await world.person('vera', 'viewer');
  const page = await world.open({ as: viewer, path: `/escalations/${chain.id}`, width: 390, height: 800, phone: true });
  const add = page.getByRole('button', { name: 'Add step' });
  await add.waitFor();
  expect(await add.getAttribute('aria-disabled')).toBe('true');
  await expectAccessible(page);
});
