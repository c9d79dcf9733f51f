import { afterAll, beforeAll, expect } from 'vitest';
import { refreshFeeds } from '../../server/src/schedules/index.ts';
import { type HttpReceiver, startHttpReceiver } from '../../server/src/testing/http-receiver.ts';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, startWorld, type World } from './world.ts';

let world: World;
let receiver: HttpReceiver;
beforeAll(async () => {
  if (!hasBrowser) return;
  [world, receiver] = await Promise.all([startWorld({ env: { OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' } }), startHttpReceiver()]);
});
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await receiver?.[Symbol.asyncDispose]();
});

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

browserTest('days without anybody are warned of where they are, in the list and on Home (SL-1, SC-4)', async () => {
  const [full, gappy] = [await webSchedule('Full quay'), await webSchedule('Aft quay')];
  await rotation(full.id, [world.admin.id]);
  const weekdays = await rotation(gappy.id, [world.admin.id]);
  await world.admin.api('PUT', `on_call_shifts/${weekdays.id}/`, {
    type: 'rolling_users',
    source: 0,
    name: 'Weekdays',
    start: '2026-01-05T00:00:00',
    rotation_start: '2026-01-05T00:00:00',
    duration: 86_400,
    frequency: 'weekly',
    week_start: 'MO',
    by_day: ['MO', 'TU', 'WE', 'TH', 'FR'],
    interval: 1,
    rolling_users: [[world.admin.id]],
    start_rotation_from_user_index: 0,
    level: 1,
    time_zone: 'Europe/Oslo',
  });
  const page = await world.open({ as: world.admin, path: '/schedules' });
  await page
    .getByRole('row', { name: /Aft quay/ })
    .getByText(/^[23] gaps$/)
    .waitFor();
  await page
    .getByRole('row', { name: /Full quay/ })
    .getByText('covered')
    .waitFor();
  // Which are mine, and which nobody asks, stands in the address (SL-2, SC-12).
  const chain = await world.admin.api<Made>('POST', 'escalation_chains/', { name: 'Asks one' });
  await world.admin.api('POST', 'escalation_policies/', {
    escalation_chain_id: chain.id,
    type: 'notify_on_call_from_schedule',
    notify_on_call_from_schedule: full.id,
  });
  await webSchedule('Orphan quay');
  await page.goto('/schedules?search=quay');
  await page.getByLabel('Use', { exact: true }).selectOption({ label: 'Not used' });
  await page.getByRole('row', { name: /Full quay/ }).waitFor({ state: 'detached' });
  await page.getByLabel('Whose').selectOption({ label: 'With turns of mine' });
  await page.getByRole('row', { name: /Orphan quay/ }).waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('row', { name: /Aft quay/ }).waitFor();
  await expect.poll(() => page.getByRole('row', { name: / quay/ }).count(), { timeout: 30_000 }).toBe(1);
  await page.goto('/');
  await page
    .getByRole('region', { name: 'Warnings' })
    .getByText(/Aft quay.*: Nobody is on call/)
    .first()
    .waitFor();
  expect(
    await page
      .getByRole('region', { name: 'Warnings' })
      .getByText(/Full quay/)
      .count(),
  ).toBe(0);
});

browserTest(
  'another zone moves the turns by its own hours in the week its clocks change, and a link keeps it (SC-2)',
  async () => {
    const schedule = await webSchedule('Two shores');
    const ben = await world.person('bengt', 'editor');
    const weekly = await rotation(schedule.id, [world.admin.id, ben.id]);
    await world.admin.api('PUT', `on_call_shifts/${weekly.id}/`, {
      type: 'rolling_users',
      source: 0,
      name: 'Daily',
      start: '2026-01-05T09:00:00',
      rotation_start: '2026-01-05T09:00:00',
      duration: 86_400,
      frequency: 'daily',
      interval: 1,
      rolling_users: [[world.admin.id], [ben.id]],
      start_rotation_from_user_index: 0,
      level: 1,
      time_zone: 'Europe/Oslo',
    });
    // Europe's clocks went back on 25 October 2026, those of New York go back on 1 November.
    const page = await world.open({ as: world.admin, path: `/schedules/${schedule.id}?view=week&date=2026-10-26` });
    const turns = page.getByRole('region', { name: 'On call', exact: true });
    const turn = (begins: string) => turns.getByRole('button', { name: `, ${begins}` });
    await turn('Sat, 31 Oct 2026, 09:00:00 CET').waitFor();
    await turn('Sun, 1 Nov 2026, 09:00:00 CET').waitFor();
    await page.getByRole('button', { name: /^Time zone: / }).click();
    await page.getByRole('combobox', { name: 'Show times in' }).fill('New_York');
    await page.getByRole('option', { name: /^America\/New_York/ }).click();
    await turn('Sat, 31 Oct 2026, 04:00:00 GMT-4').waitFor();
    await turn('Sun, 1 Nov 2026, 03:00:00 GMT-5').waitFor();
    await page.getByRole('button', { name: /^Time zone: New York/ }).waitFor();
    await page.getByText('25 h').waitFor();
    expect(new URL(page.url()).searchParams.get('tz')).toBe('America/New_York');
    const other = await world.open({ as: ben, path: new URL(page.url()).pathname + new URL(page.url()).search });
    await other
      .getByRole('region', { name: 'On call', exact: true })
      .getByRole('button', { name: ', Sun, 1 Nov 2026, 03:00:00 GMT-5' })
      .waitFor();
    await other.getByRole('link', { name: 'Alert groups' }).first().click();
    await other.getByRole('button', { name: /^Time zone: Oslo/ }).waitFor();
  },
);

browserTest('what narrows the list stays in the address, and leaves one’s own turns in view (SL-2)', async () => {
  const otto = await world.person('otto', 'editor');
  const [own, other] = [await webSchedule('Strip of otto'), await webSchedule('Strip of ada')];
  await rotation(own.id, [otto.id]);
  await rotation(other.id, [world.admin.id]);
  const page = await world.open({ as: otto, path: '/schedules' });
  const turns = page.getByRole('region', { name: 'My turns' });
  await turns.getByRole('link', { name: 'Strip of otto' }).waitFor();
  await turns.getByText('on call', { exact: true }).waitFor();
  await page.getByLabel('Whose').selectOption({ label: 'With turns of mine' });
  await page.getByRole('row', { name: /Strip of ada/ }).waitFor({ state: 'detached' });
  await page.getByLabel('Kind').selectOption({ label: 'Rotations' });
  await expect.poll(() => new URL(page.url()).search).toMatch(/type=web/);
  await page.reload();
  await page.getByRole('row', { name: /Strip of otto/ }).waitFor();
  await page.getByRole('row', { name: /Strip of ada/ }).waitFor({ state: 'detached' });
  expect(await page.getByLabel('Whose').inputValue()).toBe('true');
  expect(await page.getByLabel('Kind').inputValue()).toBe('web');
  await expectAccessible(page);
  await page.getByLabel('Kind').selectOption({ label: 'Imported calendar' });
  await page.getByText('No schedule matches').waitFor();
  await turns.getByRole('link', { name: 'Strip of otto' }).waitFor();
});

browserTest('a row of the list shows its week, in the zone that is chosen (SL-3)', async () => {
  const schedule = await webSchedule('Opened quay');
  await rotation(schedule.id, [world.admin.id]);
  const page = await world.open({ as: world.admin, path: '/schedules' });
  await page.getByRole('button', { name: 'This week of Opened quay' }).click();
  const week = page.getByRole('region', { name: 'Week of Opened quay' });
  const turn = (zone: string) => week.getByRole('button', { name: new RegExp(`^ada, .* ${zone}`) }).first();
  await turn('(CET|CEST)').waitFor();
  await page.getByRole('button', { name: /^Time zone: / }).click();
  await page.getByRole('combobox', { name: 'Show times in' }).fill('Tokyo');
  await page.getByRole('option', { name: /^Asia\/Tokyo/ }).click();
  await turn('GMT\\+9').waitFor();
  expect(new URL(page.url()).searchParams.get('tz')).toBe('Asia/Tokyo');
  expect(new URL(page.url()).searchParams.get('open')).toBe(schedule.id);
  await turn('GMT\\+9').click();
  await page.getByRole('heading', { name: 'Opened quay', level: 1 }).waitFor();
  expect(new URL(page.url()).searchParams.get('tz')).toBe('Asia/Tokyo');
});

browserTest('four people take weekly turns, first and second in line, by a template (SL-5)', async () => {
  const names = ['wera', 'xara', 'yara', 'zora'];
  for (const name of names) await world.person(name, 'editor');
  const page = await world.open({ as: world.admin, path: '/schedules' });
  await page.getByRole('button', { name: 'New schedule' }).first().click();
  const drawer = page.getByRole('dialog', { name: 'New schedule' });
  await drawer.getByLabel('Name', { exact: true }).fill('Bridge');
  await drawer.getByLabel('Begin with').selectOption({ label: 'Weekly, primary and secondary' });
  for (const name of names) {
    await drawer.getByRole('combobox', { name: 'People' }).fill(name);
    await page.getByRole('option', { name }).click();
  }
  await page.keyboard.press('Tab');
  const primary = /^Every Monday at 09:00 \(Europe\/Oslo\): wera, then xara, then yara, then zora, then wera again\.$/;
  const secondary = /^Every Monday at 09:00 \(Europe\/Oslo\): xara, then yara, then zora, then wera, then xara again\.$/;
  await drawer.getByText(primary).waitFor();
  await drawer.getByText(secondary).waitFor();
  await expectAccessible(page);
  await drawer.getByRole('button', { name: 'Create schedules' }).click();
  await page.getByRole('heading', { name: 'Bridge primary', level: 1 }).waitFor();
  await page.getByRole('list', { name: 'Hand-overs' }).getByText(primary).waitFor();
  await page.getByText(/^Great, /).waitFor();
  await page.goto('/schedules?search=Bridge');
  for (const word of ['primary', 'secondary'])
    await page
      .getByRole('row', { name: new RegExp(`Bridge ${word}`) })
      .getByText(/^Great, /)
      .waitFor();
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

browserTest('a change of a rotation holds from now on, and what was stays', async () => {
  const schedule = await webSchedule('History');
  const [kim, lou] = [await world.person('kim', 'editor'), await world.person('lou', 'editor')];
  const { id } = await rotation(schedule.id, [kim.id]);
  const page = await world.open({ as: world.admin, path: `/schedules/${schedule.id}` });
  const row = page.getByRole('region', { name: 'On call', exact: true });
  await row.getByRole('button', { name: /^kim/ }).first().click();
  await page.getByRole('button', { name: 'Edit rotation' }).click();
  const drawer = page.getByRole('dialog', { name: 'Edit Weekly' });
  await drawer.getByRole('combobox', { name: 'People' }).fill('lou');
  await page.getByRole('option', { name: /^lou/ }).click();
  await page.keyboard.press('Tab');
  await drawer.getByRole('list', { name: 'Turns' }).getByRole('button', { name: 'Remove kim' }).click();
  expect(await drawer.getByLabel('From now on').isChecked()).toBe(true);
  await expectAccessible(page);
  await drawer.getByRole('button', { name: 'Save rotation' }).click();
  await row.getByRole('button', { name: /^lou/ }).first().waitFor();
  await page.getByRole('button', { name: 'Earlier' }).click();
  await page.getByRole('button', { name: 'Earlier' }).click();
  await row.getByRole('button', { name: /^kim/ }).first().waitFor();
  const { results } = await world.admin.api<{ results: { id: string; until: string | null; rolling_users: string[][] }[] }>(
    'GET',
    `on_call_shifts/?schedule_id=${schedule.id}`,
  );
  expect(results).toMatchObject([{ id, until: null, rolling_users: [[lou.id]] }]);
});

browserTest('two people edit a schedule: the second sees what the first saved, and chooses', async () => {
  const schedule = await webSchedule('Both');
  const page = await world.open({ as: world.admin, path: `/schedules/${schedule.id}` });
  await page.getByRole('button', { name: 'More' }).click();
  const read = page.waitForResponse((response) => response.url().endsWith(`/schedules/${schedule.id}`));
  await page.getByRole('menuitem', { name: 'Name, team, zone' }).click();
  await read;
  await page.getByLabel('Name', { exact: true }).fill('Mine');
  await world.admin.api('PUT', `schedules/${schedule.id}/`, { name: 'Theirs', type: 'web', time_zone: 'Europe/Oslo' });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const conflict = page.getByRole('alert', { name: 'Changed meanwhile' });
  await conflict.getByRole('row', { name: /Name Both Theirs Mine/ }).waitFor();
  await expectAccessible(page, '[role="dialog"]');
  await conflict.getByRole('button', { name: 'Save mine over it' }).click();
  await page.getByRole('heading', { name: 'Mine', level: 1 }).waitFor();
});

browserTest('deleting a schedule names the chains that use it, and asks for its name', async () => {
  const schedule = await webSchedule('Used');
  const chain = await world.admin.api<Made>('POST', 'escalation_chains/', { name: 'Wake somebody' });
  await world.admin.api('POST', 'escalation_policies/', {
    escalation_chain_id: chain.id,
    type: 'notify_on_call_from_schedule',
    notify_on_call_from_schedule: schedule.id,
  });
  const page = await world.open({ as: world.admin, path: `/schedules/${schedule.id}` });
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete Used?' });
  await dialog.getByRole('list', { name: 'Used by' }).getByText('Wake somebody').waitFor();
  await expectAccessible(page, '[role="dialog"]');
  await dialog.getByLabel(/to confirm/).fill('Used');
  await dialog.getByRole('button', { name: 'Delete schedule' }).click();
  await page.getByRole('heading', { name: 'Schedules', level: 1 }).waitFor();
});

browserTest('an imported calendar says which of its names nobody has', async () => {
  await world.person('mia', 'editor');
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
  const event = (uid: string, from: number, summary: string) =>
    `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:${day(from)}T080000Z\r\nDTEND:${day(from + 1)}T080000Z\r\nSUMMARY:${summary}\r\nEND:VEVENT\r\n`;
  receiver.reply = () => ({
    status: 200,
    headers: { 'content-type': 'text/calendar' },
    body: `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Harbor//EN\r\n${event('a', 1, 'mia')}${event('b', 2, 'gone.person')}END:VCALENDAR\r\n`,
  });
  const page = await world.open({ as: world.admin, path: '/schedules' });
  await page.getByRole('button', { name: 'New schedule' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('Imported');
  await page.getByLabel(/An imported calendar/).check();
  await page.getByLabel('Address of the calendar').fill(`${receiver.url}/rota.ics`);
  await page.getByRole('button', { name: 'Create schedule' }).click();
  await page.getByRole('heading', { name: 'Imported', level: 1 }).waitFor();
  const { db, clock, outbound, log } = world.ctx;
  await refreshFeeds({ db, clock, outbound, log }, clock.now());
  const card = page.getByRole('region', { name: 'Imported calendar' });
  await card.getByRole('list', { name: 'Unknown names' }).getByText('gone.person').waitFor();
  await card.getByText(/on call by them: mia/).waitFor();
  await expectAccessible(page);
});
