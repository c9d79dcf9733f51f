import { afterAll, beforeAll, expect } from 'vitest';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, type Person, startWorld, type World } from './world.ts';

let world: World;
let viewer: Person;
let ben: Person;
beforeAll(async () => {
  if (!hasBrowser) return;
  world = await startWorld();
  viewer = await world.person('vera', 'viewer');
  ben = await world.person('ben', 'editor');
  const schedule = await world.admin.api<{ id: string }>('POST', 'schedules/', {
    type: 'web',
    name: 'Docks',
    time_zone: 'Europe/Oslo',
  });
  await world.admin.api('POST', 'on_call_shifts/', {
    type: 'rolling_users',
    source: 0,
    schedule: schedule.id,
    name: 'Days',
    start: '2026-01-05T00:00:00',
    rotation_start: '2026-01-05T00:00:00',
    duration: 86_400,
    frequency: 'daily',
    interval: 30,
    rolling_users: [[world.admin.id]],
    start_rotation_from_user_index: 0,
    level: 1,
    time_zone: 'Europe/Oslo',
  });
  const now = Date.now();
  const override = (user: string, from: number, to: number) =>
    world.admin.api('POST', 'on_call_shifts/', {
      type: 'override',
      source: 0,
      schedule: schedule.id,
      start: new Date(now + from * 3_600_000).toISOString().slice(0, 19),
      rotation_start: new Date(now + from * 3_600_000).toISOString().slice(0, 19),
      duration: (to - from) * 3_600,
      users: [user],
      time_zone: 'UTC',
    });
  await override(world.admin.id, -5, 20);
  await override(ben.id, 20, 40);
});
afterAll(() => world?.[Symbol.asyncDispose]());

browserTest('says until when I am on call and who is next, and warns when a sender falls silent', async () => {
  const { id } = await world.integration('Quay sensors');
  const { results } = await world.admin.api<{ results: { id: string; link: string }[] }>(
    'GET',
    `heartbeats/?integration_id=${id}`,
  );
  const heartbeat = results[0];
  if (heartbeat === undefined) throw new Error('An integration comes with a heartbeat');
  await world.admin.api('PATCH', `heartbeats/${heartbeat.id}/`, { timeout_seconds: 60, is_enabled: true });
  await fetch(heartbeat.link, { method: 'POST' });
  const page = await world.open({ as: world.admin, path: '/' });
  const me = page.getByRole('region', { name: 'Me' });
  await me.getByText(/You are on call for Docks until .* Then ben\./).waitFor();
  await page
    .getByRole('region', { name: 'Notices' })
    .getByText(/On call for Docks until/)
    .waitFor();
  const onCall = page.getByRole('region', { name: 'On call now' });
  await onCall.getByText(/until .*, then ben/).waitFor();
  const warnings = page.getByRole('region', { name: 'Warnings' });
  await warnings.getByText(/Quay sensors has a route without an escalation chain/).waitFor();
  await page.getByRole('region', { name: 'Last seven days' }).getByText('Alert groups').waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  const anHourAgo = new Date(Date.now() - 3_600_000);
  await world.ctx.db
    .updateTable('integration_heartbeat')
    .set({ last_heartbeat_at: anHourAgo, due_at: anHourAgo })
    .where('integration_id', '=', id)
    .execute();
  await warnings.getByText('Quay sensors gives no sign of life.').waitFor();
  await expectAccessible(page);
});

browserTest('shows viewers who is on call, and why they cannot page them', async () => {
  const page = await world.open({ as: viewer, path: '/' });
  const button = page.getByRole('region', { name: 'On call now' }).getByRole('button', { name: 'Page ada' });
  await button.hover();
  await page.getByText(/You need the permission “alert-groups:direct-paging”/).waitFor();
  await button.focus();
  await page.keyboard.press('Enter');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.goto('/?page=new');
  await page.getByRole('dialog', { name: 'Page someone' }).getByText('You may not page people').waitFor();
});

browserTest('offers a turn that somebody wants to give away, and takes it over', async () => {
  const [start, end] = [21, 30].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString().replace('Z', '000Z'));
  const { results } = await world.admin.api<{ results: { id: string }[] }>('GET', 'schedules/');
  await ben.api('POST', 'shift_swaps/', { schedule: results[0]?.id, swap_start: start, swap_end: end, beneficiary: ben.id });
  const page = await world.open({ as: world.admin, path: '/' });
  await page.getByRole('button', { name: 'Take over from ben' }).click();
  await page.getByText('The turn is yours').waitFor();
  await page.getByRole('region', { name: 'Turns to take over' }).waitFor({ state: 'detached' });
});

browserTest('pages a person with a message, and nobody without one', async () => {
  const page = await world.open({ as: world.admin, path: '/' });
  await page.getByRole('button', { name: 'Page someone' }).click();
  const drawer = page.getByRole('dialog', { name: 'Page someone' });
  await drawer.getByRole('button', { name: 'Page now' }).click();
  await drawer.getByText('Say what it is about.').waitFor();
  await drawer.getByText('Choose at least one person.').waitFor();
  await expectAccessible(page, '[role="dialog"]');
  await drawer.getByLabel('Message').fill('The lock gate is stuck');
  await drawer.getByRole('combobox', { name: 'People' }).fill('ben');
  await page.getByRole('option', { name: /ben/ }).click();
  await drawer.getByText(/ben is not on call/).waitFor();
  await drawer.getByRole('button', { name: 'Page now' }).click();
  await page.waitForURL(/\/alert-groups\/I/);
  await page.getByRole('region', { name: 'Responders' }).getByText('ben', { exact: true }).waitFor();
  await page
    .getByRole('list', { name: 'Timeline entries' })
    .getByText(/added ben as a responder/)
    .first()
    .waitFor();
});

browserTest('warns before a team is paged of whom nobody is on call', async () => {
  const team = await world.admin.api<{ id: string }>('POST', 'teams/', { name: 'Pilots' });
  await world.admin.api('POST', 'schedules/', { type: 'web', name: 'Pilots on watch', time_zone: 'UTC', team_id: team.id });
  const page = await world.open({ as: world.admin, path: '/?page=new' });
  const drawer = page.getByRole('dialog', { name: 'Page someone' });
  await drawer.getByLabel('Message').fill('Ship ahead');
  await drawer.getByLabel('Whoever is on call for a team').check();
  await drawer.getByRole('combobox', { name: 'Team' }).fill('Pilots');
  await page.getByRole('option', { name: 'Pilots' }).click();
  await drawer.getByText('Nobody is on call now by Pilots on watch.').waitFor();
  await drawer.getByRole('button', { name: 'Page now' }).click();
  await drawer.getByText('Tick that you want to page them anyway.').waitFor();
  await drawer.getByLabel('Page them anyway').check();
  await drawer.getByRole('button', { name: 'Page now' }).click();
  await page.waitForURL(/\/alert-groups\/I/);
});

browserTest(
  'notices never move the page: they are there with it, or float above its end until another page is opened',
  async () => {
    const page = await world.open({ as: world.admin });
    // Where the page begins below the header, as often as it is painted.
    await page.addInitScript(() => {
      const tops = new Set<number>();
      Object.assign(window, { tops });
      const look = () => {
        const main = document.getElementById('main');
        if (main !== null) tops.add(main.getBoundingClientRect().top + scrollY);
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    const tops = () => page.evaluate(() => [...(window as unknown as { tops: Set<number> }).tops]);
    await page.goto('/users');
    const notices = page.getByRole('region', { name: 'Notices' });
    await notices.getByText(/On call for Docks until/).waitFor();
    await notices.getByText(/No page would reach you/).waitFor();
    await page.getByRole('row', { name: /ben/ }).waitFor();
    expect(await tops()).toHaveLength(1);

    await world.admin.api('PUT', 'organizations/current/settings', { banner: { title: 'Fog.', body: 'Cranes stand still.' } });
    await world.admin.api('POST', 'personal_notification_rules/', { user_id: world.admin.id, type: 'wait', duration: 60 });
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    const late = notices.getByText('Cranes stand still.');
    await late.waitFor();
    expect(await tops()).toHaveLength(1);
    await expectAccessible(page);
    // A bar of buttons at the end of the screen pushes it up rather than lying over it.
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('checkbox', { name: /ben/ }).check();
    const bar = page.getByRole('region', { name: 'Chosen people' });
    await bar.waitFor();
    const room = async () => ((await bar.boundingBox())?.y ?? 0) - ((await late.boundingBox())?.y ?? 0);
    await expect.poll(room).toBeGreaterThan(40);
    await bar.getByRole('button', { name: 'Choose nobody' }).click();
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('link', { name: 'Schedules' }).click();
    await page.getByRole('heading', { name: 'Schedules', level: 1 }).waitFor();
    const [place, main] = await Promise.all([late.boundingBox(), page.getByRole('main').boundingBox()]);
    expect(place?.y).toBeLessThan(main?.y ?? 0);
    await world.admin.api('PUT', 'organizations/current/settings', { banner: null });
  },
);
