import { afterAll, beforeAll, expect } from 'vitest';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  if (hasBrowser) world = await startWorld();
});
afterAll(() => world?.[Symbol.asyncDispose]());

type Made = { id: string };
const webSchedule = (name: string) =>
  world.admin.api<Made>('POST', 'schedules/', { type: 'web', name, time_zone: 'Europe/Oslo' });
const rotation = (schedule: string, users: string[]) =>
  world.admin.api<Made>('POST', 'on_call_shifts/', {
    type: 'rolling_users',
    source: 0,
    schedule,
    name: 'Weekly',
    start: '2026-01-05T09:00:00',
    rotation_start: '2026-01-05T09:00:00',
    duration: 604_800,
    frequency: 'weekly',
    week_start: 'MO',
    interval: 1,
    rolling_users: users.map((id) => [id]),
    start_rotation_from_user_index: 0,
    level: 1,
    time_zone: 'Europe/Oslo',
  });

browserTest('a schedule is made, and a rotation is seen before it is saved', async () => {
  const ida = await world.person('ida', 'editor');
  const page = await world.open({ as: world.admin, path: '/schedules' });
  await page.getByRole('heading', { name: 'No schedules yet' }).waitFor();
  await page.keyboard.press('c');
  await page.getByLabel('Name', { exact: true }).fill('Docks');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Create schedule' }).click();
  await page.getByRole('heading', { name: 'Docks', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Add rotation' }).first().click();
  await page.getByLabel('Name').fill('Weekly');
  for (const name of ['ada', 'ida']) {
    await page.getByRole('combobox', { name: 'People' }).fill(name);
    await page.getByRole('option', { name: new RegExp(`^${name}`) }).click();
  }
  await page.keyboard.press('Tab');
  const preview = page.getByRole('region', { name: 'Preview' });
  await preview.getByRole('button', { name: /^ida/ }).first().waitFor();
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Add rotation' }).click();
  const row = page.getByRole('region', { name: 'On call', exact: true });
  await row.getByRole('button', { name: /^ada/ }).first().waitFor();
  await row.getByRole('button', { name: /^ida/ }).first().waitFor();
  await page.getByRole('region', { name: 'Weekly' }).waitFor();
  await expectAccessible(page);
  const shifts = await world.admin.api<{ results: { rolling_users: string[][] }[] }>('GET', 'on_call_shifts/');
  expect(shifts.results[0]?.rolling_users).toEqual([[world.admin.id], [ida.id]]);
});

browserTest('the keyboard alone adds an override, and undo takes it away', async () => {
  const schedule = await webSchedule('Night');
  const ben = await world.person('ben', 'editor');
  await rotation(schedule.id, [ben.id]);
  const page = await world.open({ as: world.admin, path: `/schedules/${schedule.id}` });
  const row = page.getByRole('region', { name: 'On call', exact: true });
  await row.getByRole('button', { name: /^ben/ }).first().waitFor();
  await page.keyboard.press('o');
  await page.getByRole('dialog', { name: 'Override' }).waitFor();
  await expectAccessible(page);
  for (let presses = 0; presses < 30; presses += 1) {
    const focused = await page.evaluate(() => document.activeElement?.textContent);
    if (focused === 'Add override') break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await row.getByRole('button', { name: /^ada/ }).waitFor();
  await page.getByRole('region', { name: 'Overrides' }).getByRole('button', { name: /^ada/ }).waitFor();
  await page.keyboard.press('z');
  await row.getByRole('button', { name: /^ada/ }).waitFor({ state: 'detached' });
});

browserTest('a swap is asked for and taken by somebody else', async () => {
  const schedule = await webSchedule('Swaps');
  const cleo = await world.person('cleo', 'editor');
  await rotation(schedule.id, [cleo.id]);
  const page = await world.open({ as: cleo, path: `/schedules/${schedule.id}` });
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Swaps' }).click();
  const [from, to] = [1, 2].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 16));
  await page.getByLabel('From', { exact: true }).fill(from ?? '');
  await page.getByLabel('To', { exact: true }).fill(to ?? '');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByRole('list', { name: 'Requests' }).getByText('cleo').waitFor();
  await expectAccessible(page);
  const other = await world.open({ as: world.admin, path: `/schedules/${schedule.id}` });
  await other.getByRole('button', { name: 'More' }).click();
  await other.getByRole('menuitem', { name: 'Swaps' }).click();
  await other.getByRole('button', { name: 'Take over' }).click();
  await other.getByText('taken by ada').waitFor();
});

browserTest('a viewer reads a schedule on a phone, and a calendar link works without a session until it is revoked', async () => {
  const schedule = await webSchedule('Phone');
  const viewer = await world.person('vera', 'viewer');
  const phone = await world.open({ as: viewer, path: `/schedules/${schedule.id}`, width: 390, height: 800, phone: true });
  const add = phone.getByRole('button', { name: 'Add override' });
  await add.waitFor();
  expect(await add.getAttribute('aria-disabled')).toBe('true');
  await expectAccessible(phone);
  const page = await world.open({ as: world.admin, path: `/schedules/${schedule.id}?view=month` });
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Calendar link' }).click();
  await page.getByRole('button', { name: 'Make a link' }).click();
  const url = (await page.getByRole('dialog').locator('code').textContent()) ?? '';
  const fetched = await fetch(url);
  expect([fetched.status, (await fetched.text()).slice(0, 15)]).toEqual([200, 'BEGIN:VCALENDAR']);
  await page.getByRole('button', { name: 'Revoke the link' }).click();
  await page.getByRole('button', { name: 'Make a link' }).waitFor();
  expect((await fetch(url)).status).toBe(403);
});
