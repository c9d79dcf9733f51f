import { afterAll, beforeAll, expect } from 'vitest';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  if (hasBrowser) world = await startWorld();
});
afterAll(() => world?.[Symbol.asyncDispose]());

browserTest('people choose how they are notified, in an order of their own', async () => {
  const ida = await world.person('ida', 'editor');
  const page = await world.open({ as: ida, path: '/users/me?tab=rules' });
  const list = page.getByRole('list', { name: 'Default rules' });
  const before = await list.getByRole('listitem').count();
  await page.getByLabel('New default rule').selectOption({ label: 'Wait 5 minutes' });
  await page.getByRole('button', { name: 'Add default rule' }).click();
  await list.getByText('Wait 5 minutes').waitFor();
  await page.getByLabel('New default rule').selectOption({ label: 'Webhook' });
  await page.getByRole('button', { name: 'Add default rule' }).click();
  await list.getByText('Notify by webhook').waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Move Notify by webhook' }).focus();
  for (const key of ['Space', 'ArrowUp', 'Space']) await page.keyboard.press(key);
  await page.waitForResponse(
    (response) => response.url().includes('personal_notification_rules') && response.request().method() === 'PUT',
  );
  const { results } = await ida.api<{ results: { type: string; important: boolean }[] }>(
    'GET',
    `personal_notification_rules/?user_id=${ida.id}&important=false`,
  );
  expect(results.map(({ type }) => type).slice(before)).toEqual(['notify_by_webhook', 'wait']);
  await page.getByRole('button', { name: 'Delete Wait 5 minutes from default rules' }).click();
  await list.getByText('Wait 5 minutes').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await list.getByText('Wait 5 minutes').waitFor();
});

browserTest('a profile is edited by its person, and read by others', async () => {
  const ben = await world.person('ben', 'editor');
  const page = await world.open({ as: ben, path: '/users/me' });
  await page.getByLabel('Name', { exact: true }).fill('Ben Berg');
  await page.getByLabel('Phone number').fill('12');
  await page.getByRole('button', { name: 'Save profile' }).click();
  await page.getByRole('alert').or(page.locator('[id$="-error"]')).first().waitFor();
  await expectAccessible(page);
  await page.getByLabel('Phone number').fill('+4791234567');
  await page.getByRole('button', { name: 'Save profile' }).click();
  await page.getByRole('heading', { name: 'Ben Berg', level: 1 }).waitFor();
  const cleo = await world.person('cleo', 'editor');
  const other = await world.open({ as: cleo, path: `/users/${ben.id}` });
  await other.getByRole('heading', { name: 'Ben Berg', level: 1 }).waitFor();
  expect(await other.getByRole('button', { name: 'Save profile' }).getAttribute('aria-disabled')).toBe('true');
});

browserTest('a changed password works, and the second factor is asked for from then on', async () => {
  const dora = await world.person('dora', 'editor');
  const page = await world.open({ as: dora, path: '/users/me?tab=security' });
  await page.getByLabel('Current password').fill(dora.password);
  await page.getByLabel('New password').fill('short');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.locator('[id$="-error"]').first().waitFor();
  await page.getByLabel('New password').fill('a much longer secret 7');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Password changed', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Set up' }).click();
  await page.getByLabel('Code that the app shows').fill('000000');
  await page.getByRole('button', { name: 'Switch on' }).click();
  await page.locator('[id$="-error"]').first().waitFor();
  await expectAccessible(page);
});

browserTest('an admin invites somebody, makes a team, and sees both', async () => {
  const page = await world.open({ as: world.admin, path: '/users' });
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByLabel('E-mail addresses').fill('nina@harbor.example');
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
  const link = page.getByRole('dialog').locator('code');
  await link.waitFor();
  expect(await link.textContent()).toContain('/invite/');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('region', { name: 'Invited' }).getByText('nina@harbor.example').waitFor();
  await expectAccessible(page);
  await page.goto('/teams');
  await page.getByRole('button', { name: 'New team' }).first().click();
  await page.getByLabel('Name').fill('Docks');
  await page.getByRole('combobox', { name: 'Members' }).fill('ada');
  await page.getByRole('option', { name: /^ada/ }).click();
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Create team' }).click();
  await page.getByRole('row', { name: /Docks.*ada/ }).waitFor();
  await expectAccessible(page);
});
