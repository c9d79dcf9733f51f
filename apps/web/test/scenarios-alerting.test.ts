import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { browserTest, hasBrowser } from './browser.ts';
import { startWorld, type World } from './world.ts';

// The scenarios of alert groups, integrations and escalation chains that need more than one page; their names end with the scenarios'.

type Made = { id: string };
type Group = Made & { title: string; state: string; alert_group_number: number; labels: { key: { name: string } }[] };

let world: World;
beforeAll(async () => {
  if (hasBrowser) world = await startWorld();
});
afterAll(() => world?.[Symbol.asyncDispose]());

const TITLED = { templates: { grouping_key: '{{ payload.title }}', web: { title: '{{ payload.title }}' } } };

/** Asks until there is an answer. */
async function soon<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  let answer: T | undefined | false = false;
  await expect.poll(async () => (answer = await ask()), { timeout: 30_000, interval: 50 }).toBeTruthy();
  return answer as T;
}
const groups = async (query: string) => (await world.admin.api<{ results: Group[] }>('GET', `alert_groups/?${query}`)).results;
const groupOf = (title: string) =>
  soon(async () => (await groups(`search=${encodeURIComponent(title)}`)).find((one) => one.title === title));
const row = (page: Page, title: string) =>
  page.getByRole('list', { name: 'Alert groups' }).getByRole('listitem').filter({ hasText: title });

browserTest('a sender that falls silent opens an alert group, and its next sign of life resolves it (ID-5, ID-7)', async () => {
  const { id } = await world.integration('Lighthouse');
  const page = await world.open({ as: world.admin, path: `/integrations/${id}` });
  await page.getByText('No escalation chain: nobody is notified').waitFor();
  const card = page.getByRole('region', { name: 'Heartbeat' });
  await card.getByText('waits for the first sign').waitFor();
  await card.getByLabel('An alert when no sign came for').selectOption({ label: '1 minute' });
  const [heartbeat] = (
    await world.admin.api<{ results: { id: string; link: string }[] }>('GET', `heartbeats/?integration_id=${id}`)
  ).results;
  const beat = async () => expect((await fetch(heartbeat?.link ?? '', { method: 'POST' })).ok).toBe(true);
  await expect
    .poll(async () => (await world.admin.api<{ timeout_seconds: number }>('GET', `heartbeats/${heartbeat?.id}/`)).timeout_seconds)
    .toBe(60);
  await beat();
  const past = new Date(Date.now() - 3_600_000);
  await world.ctx.db
    .updateTable('integration_heartbeat')
    .set({ last_heartbeat_at: past, due_at: past })
    .where('integration_id', '=', id)
    .execute();
  const silent = await soon(async () => (await groups(`integration_id=${id}`))[0]);
  await page.goto(`/alert-groups/${silent.id}`);
  await page.getByRole('button', { name: 'Acknowledge', exact: true }).waitFor();
  await beat();
  await page.getByRole('button', { name: 'Unresolve' }).waitFor();
});

browserTest('a label that is not handed down stays off the alert groups (ID-6)', async () => {
  const { id, link } = await world.integration('Cranes', TITLED);
  await world.admin.api('PATCH', `integrations/${id}/`, {
    labels: [
      { key: { name: 'quay' }, value: { name: 'north' } },
      { key: { name: 'cost' }, value: { name: 'c1' } },
    ],
  });
  const page = await world.open({ as: world.admin, path: `/integrations/${id}` });
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Name, team, labels' }).click();
  const drawer = page.getByRole('dialog', { name: 'Name, team, labels' });
  await drawer.getByRole('group', { name: 'Alert groups get' }).getByRole('checkbox', { name: 'cost' }).uncheck();
  await drawer.getByRole('button', { name: 'Save' }).click();
  await drawer.waitFor({ state: 'detached' });
  await world.alert(link, { title: 'Hook bent' });
  expect((await groupOf('Hook bent')).labels.map(({ key }) => key.name)).toEqual(['quay']);
});

browserTest('who puts routes in order after somebody else sees both orders, and chooses (ID-8)', async () => {
  const { id } = await world.integration('Sluices');
  const route = async (word: string) =>
    (
      await world.admin.api<Made>('POST', 'routes/', {
        integration_id: id,
        routing_type: 'jinja2',
        routing_regex: `{{ payload.gate == "${word}" }}`,
      })
    ).id;
  const [a, b, c] = [await route('a'), await route('b'), await route('c')];
  const page = await world.open({ as: world.admin, path: `/integrations/${id}` });
  const shown = page.getByRole('list', { name: 'Routes as they are tried' }).getByRole('listitem');
  await shown.nth(2).getByText('"c"').waitFor();
  // What comes in meanwhile is not shown: the page is one that missed it.
  await page.route(/\/routes\?/, (request) => request.abort());
  await world.admin.api('PUT', `integrations/${id}/routes_order`, { order: [b, a, c] });
  await page.getByRole('button', { name: /Move route .*"c"/ }).focus();
  for (const key of ['Space', 'ArrowUp', 'ArrowUp', 'Space']) await page.keyboard.press(key);
  const conflict = page.getByRole('alert', { name: 'Changed meanwhile' });
  await conflict.getByRole('list', { name: 'Theirs' }).getByRole('listitem').first().getByText('"b"').waitFor();
  await conflict.getByRole('list', { name: 'Yours' }).getByRole('listitem').first().getByText('"c"').waitFor();
  await page.unroute(/\/routes\?/);
  await conflict.getByRole('button', { name: 'Save mine over it' }).click();
  await conflict.waitFor({ state: 'detached' });
  await shown.first().getByText('"c"').waitFor();
  const stored = () => world.admin.api<{ order: string[] }>('GET', `integrations/${id}/routes_order`);
  await expect.poll(async () => (await stored()).order).toEqual([c, a, b]);
});

browserTest('a dry run at the weekend names who is on call then, and hides schedules of other teams (EC-6, EC-7)', async () => {
  const wendy = await world.person('wendy', 'editor');
  const viewer = await world.person('vera', 'viewer');
  const team = await world.admin.api<Made>('POST', 'teams/', { name: 'Closed', members: [wendy.id] });
  const schedule = await world.admin.api<Made>('POST', 'schedules/', {
    type: 'web',
    name: 'Weekend crew',
    time_zone: 'Europe/Oslo',
    team_id: team.id,
  });
  const turn = (user: string, byday: string[]) =>
    world.admin.api('POST', 'on_call_shifts/', {
      type: 'rolling_users',
      source: 0,
      schedule: schedule.id,
      name: byday.join(),
      start: '2026-01-05T00:00:00',
      rotation_start: '2026-01-05T00:00:00',
      duration: 86_400,
      frequency: 'weekly',
      interval: 1,
      week_start: 'MO',
      by_day: byday,
      rolling_users: [[user]],
      start_rotation_from_user_index: 0,
      level: 1,
      time_zone: 'Europe/Oslo',
    });
  await turn(world.admin.id, ['MO', 'TU', 'WE', 'TH', 'FR']);
  await turn(wendy.id, ['SA', 'SU']);
  const chain = await world.admin.api<Made>('POST', 'escalation_chains/', { name: 'By the week' });
  await world.admin.api('POST', 'escalation_policies/', {
    escalation_chain_id: chain.id,
    type: 'notify_on_call_from_schedule',
    notify_on_call_from_schedule: schedule.id,
  });
  const page = await world.open({ as: world.admin, path: `/escalations/${chain.id}` });
  await page.getByRole('button', { name: 'If an alert came now' }).click();
  const forecast = page.getByRole('region', { name: 'Forecast' });
  // A Saturday, then a Tuesday.
  await page.getByLabel('At', { exact: true }).fill('2027-03-06T03:00');
  await forecast.getByText('wendy').first().waitFor();
  await page.getByLabel('At', { exact: true }).fill('2027-03-09T03:00');
  await forecast.getByText('ada').first().waitFor();
  const other = await world.open({ as: viewer, path: `/escalations/${chain.id}` });
  await other.getByText(/by schedule one that you may not see/).waitFor();
  expect(await other.content()).not.toContain('Weekend crew');
});

browserTest('who changes a step after somebody else sees what differs', async () => {
  const chain = await world.admin.api<Made>('POST', 'escalation_chains/', { name: 'Two hands' });
  const step = await world.admin.api<Made>('POST', 'escalation_policies/', {
    escalation_chain_id: chain.id,
    type: 'wait',
    duration: 300,
  });
  const page = await world.open({ as: world.admin, path: `/escalations/${chain.id}` });
  await page.getByRole('button', { name: 'Edit step 1: Wait 5 minutes' }).click();
  await world.admin.api('PATCH', `escalation_policies/${step.id}/`, { duration: 600 });
  await page.getByLabel('Minutes', { exact: true }).fill('20');
  await page.getByRole('button', { name: 'Save step' }).click();
  const conflict = page.getByRole('alert', { name: 'Changed meanwhile' });
  await conflict.getByRole('row', { name: /Seconds 300 600 1200/ }).waitFor();
  await conflict.getByRole('button', { name: 'Save mine over it' }).click();
  await page.getByRole('button', { name: 'Edit step 1: Wait 20 minutes' }).waitFor();
});

browserTest('who puts steps in order after somebody else sees both orders, and chooses', async () => {
  const chain = await world.admin.api<Made>('POST', 'escalation_chains/', { name: 'Four hands' });
  const step = async (duration: number) =>
    (await world.admin.api<Made>('POST', 'escalation_policies/', { escalation_chain_id: chain.id, type: 'wait', duration })).id;
  const [a, b, c] = [await step(300), await step(600), await step(900)];
  const page = await world.open({ as: world.admin, path: `/escalations/${chain.id}` });
  const shown = page.getByRole('list', { name: 'Steps in their order' }).getByRole('listitem');
  await shown.nth(2).getByText('Wait 15 minutes').waitFor();
  // What comes in meanwhile is not shown: the page is one that missed it.
  await page.route(/\/escalation_policies\?/, (request) => request.abort());
  await world.admin.api('PUT', `escalation_chains/${chain.id}/steps_order`, { order: [b, a, c] });
  await page.getByRole('button', { name: /Move Wait 15 minutes/ }).focus();
  for (const key of ['Space', 'ArrowUp', 'ArrowUp', 'Space']) await page.keyboard.press(key);
  const conflict = page.getByRole('alert', { name: 'Changed meanwhile' });
  await conflict.getByRole('list', { name: 'Theirs' }).getByRole('listitem').first().getByText('Wait 10 minutes').waitFor();
  await conflict.getByRole('list', { name: 'Yours' }).getByRole('listitem').first().getByText('Wait 15 minutes').waitFor();
  await page.unroute(/\/escalation_policies\?/);
  await conflict.getByRole('button', { name: 'Save mine over it' }).click();
  await conflict.waitFor({ state: 'detached' });
  await shown.first().getByText('Wait 15 minutes').waitFor();
  const stored = () => world.admin.api<{ order: string[] }>('GET', `escalation_chains/${chain.id}/steps_order`);
  await expect.poll(async () => (await stored()).order).toEqual([c, a, b]);
});

browserTest('what could not reach the server is taken back, and tried again by one click (AG-10)', async () => {
  const { link } = await world.integration('Retries', TITLED);
  await world.alert(link, { title: 'Retry me' });
  const group = await groupOf('Retry me');
  const page = await world.open({ as: world.admin, path: '/alert-groups?search=Retry' });
  await row(page, group.title).waitFor();
  await page.route('**/acknowledge', (request) => request.abort());
  await page.getByRole('button', { name: `Acknowledge #${group.alert_group_number}` }).click();
  await page.getByText(`#${group.alert_group_number} was not acknowledged`).waitFor();
  await row(page, group.title).getByText('Firing').waitFor();
  await page.unroute('**/acknowledge');
  await page.getByRole('button', { name: 'Retry' }).click();
  await row(page, group.title).getByText('Acknowledged').waitFor();
  await soon(async () => (await groups(`id=${group.id}`))[0]?.state === 'acknowledged');
});

browserTest('an alert group of a team that is not mine says whose it is, until I am paged for it (AD-9)', async () => {
  const otto = await world.person('otto', 'editor');
  const team = await world.admin.api<Made>('POST', 'teams/', { name: 'Divers', members: [world.admin.id] });
  const { link } = await world.integration('Deep sea', { ...TITLED, team_id: team.id });
  await world.alert(link, { title: 'Air low' });
  const group = await groupOf('Air low');
  const page = await world.open({ as: otto, path: `/alert-groups/${group.id}` });
  await page.getByText(/This belongs to the team Divers/).waitFor();
  expect(await page.content()).not.toContain('Air low');
  await world.admin.api('POST', 'escalation/', { users: [{ id: otto.id, important: false }], alert_group_id: group.id });
  await page.goto(`/alert-groups/${group.id}`);
  await page.getByRole('heading', { level: 1, name: 'Air low' }).waitFor();
});

browserTest(
  'ten thousand groups are scrolled, chosen and resolved at once, and what is stopped leaves the rest alone (X-13)',
  async () => {
    const { id } = await world.integration('Swarm', TITLED);
    const COUNT = 10_000;
    const SHOAL = 150; // more than are loaded at first
    const now = Date.now();
    const rows = Array.from({ length: COUNT }, (_, index) => {
      const at = new Date(now - index * 1_000);
      const name = `${index < COUNT - SHOAL ? 'Swarm' : 'Shoal'} ${index + 1}`;
      return {
        organization_id: world.admin.org,
        id: `ISWARM${String(index).padStart(8, '0')}`,
        number: 100_000 + index,
        integration_id: id,
        grouping_key: name,
        title: name,
        labels: '{}',
        received_at: at,
        started_at: at,
      };
    });
    for (let at = 0; at < COUNT; at += 5_000)
      await world.ctx.db
        .insertInto('alert_group')
        .values(rows.slice(at, at + 5_000))
        .execute();
    const count = async (state: string) =>
      (await world.admin.api<Record<string, number>>('GET', `alert_groups/stats?integration_id=${id}`))[state] ?? 0;
    const page = await world.open({ as: world.admin, path: `/alert-groups?integration_id=${id}` });
    const card = (state: string) => page.getByRole('button', { name: new RegExp(`^${state}`) });
    await row(page, 'Swarm 1').first().waitFor();
    await card('Firing').getByText('10,000', { exact: true }).waitFor();
    // Rows come as the list is scrolled, and only what is near is there.
    for (const wanted of ['Swarm 80', 'Swarm 150']) {
      await page.evaluate(() => scrollTo({ top: document.documentElement.scrollHeight }));
      await expect
        .poll(async () => {
          await page.evaluate(() => scrollTo({ top: document.documentElement.scrollHeight }));
          return row(page, wanted).count();
        })
        .toBeGreaterThan(0);
    }
    expect(await page.getByRole('list', { name: 'Alert groups' }).getByRole('listitem').count()).toBeLessThan(100);
    await page.evaluate(() => scrollTo({ top: 0 }));
    await row(page, 'Swarm 1').first().waitFor();
    const bar = page.getByRole('region', { name: 'Selected alert groups' });
    const chooseAll = async (matching: number) => {
      await page.keyboard.press('j');
      await page.keyboard.press('x');
      await bar.getByRole('button', { name: /Select all \d+ loaded/ }).click();
      await bar.getByRole('button', { name: `Select all ${matching.toLocaleString('en-GB')} matching` }).click();
      await bar.getByText(`All ${matching.toLocaleString('en-GB')} selected`).waitFor();
    };
    await chooseAll(COUNT);
    // The second request is held back until Stop was pressed: what is under way is done, what was not begun is left alone.
    let requests = 0;
    let go = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    await page.route('**/alert_groups/bulk', async (route) => {
      requests += 1;
      if (requests === 2) await held;
      await route.continue();
    });
    await bar.getByRole('button', { name: 'Resolve' }).click();
    await bar.getByText(/^[1-9]\d* of 10,000 done$/).waitFor();
    await bar.getByRole('button', { name: 'Stop' }).click();
    go();
    const told = await page.getByText(/^[\d,]+ of 10,000 resolved$/).textContent();
    const done = Number(/^[\d,]+/.exec(told ?? '')?.[0].replaceAll(',', ''));
    await page.getByText('Stopped: the rest is as it was.').waitFor();
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(COUNT);
    expect([await count('resolved'), await count('firing')]).toEqual([done, COUNT - done]);
    await page.unroute('**/alert_groups/bulk');
    await card('Firing')
      .getByText((COUNT - done).toLocaleString('en-GB'), { exact: true })
      .waitFor();

    await page.goto(`/alert-groups?integration_id=${id}&search=Shoal`);
    await row(page, 'Shoal').first().waitFor();
    await chooseAll(SHOAL);
    await bar.getByRole('button', { name: 'Resolve' }).click();
    await page.getByText(`${SHOAL} of ${SHOAL} resolved`).waitFor();
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    expect(await count('resolved')).toBe(done + SHOAL);
  },
);

browserTest('a column is as wide as it was made, by keyboard and after a reload, until it is set back', async () => {
  const { link } = await world.integration('Widths', TITLED);
  await world.alert(link, { title: 'Wide column' });
  await groupOf('Wide column');
  const page = await world.open({ as: world.admin, path: '/alert-groups?search=Wide' });
  await row(page, 'Wide column').waitFor();
  const handle = page.getByRole('separator', { name: 'Width of Integration' });
  const width = () => handle.evaluate((line) => line.parentElement?.getBoundingClientRect().width ?? 0);
  const before = await width();
  for (const key of ['ArrowRight', 'ArrowRight']) await handle.press(key);
  await expect.poll(width).toBeCloseTo(before + 32, -1);
  await page.reload();
  await row(page, 'Wide column').waitFor();
  await expect.poll(width).toBeCloseTo(before + 32, -1);
  await handle.press('Home');
  await expect.poll(width).toBeCloseTo(before, -1);
});

browserTest('a note that was changed meanwhile is not overwritten unseen', async () => {
  const { link } = await world.integration('Notes', TITLED);
  await world.alert(link, { title: 'Noted' });
  const group = await groupOf('Noted');
  const note = await world.admin.api<Made>('POST', 'resolution_notes/', { alert_group_id: group.id, text: 'A loose plug.' });
  const page = await world.open({ as: world.admin, path: `/alert-groups/${group.id}` });
  await page.getByRole('button', { name: 'Edit note' }).click();
  await world.admin.api('PUT', `resolution_notes/${note.id}/`, { text: 'A loose plug, again.' });
  await page.getByLabel('Note', { exact: true }).fill('A broken plug.');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const conflict = page.getByRole('alert', { name: 'Changed meanwhile' });
  await conflict.getByRole('row', { name: 'Note A loose plug. A loose plug, again. A broken plug.' }).waitFor();
  await conflict.getByRole('button', { name: 'Keep theirs' }).click();
  await page.getByRole('region', { name: 'Resolution notes' }).getByText('A loose plug, again.').waitFor();
});

browserTest('what is typed while a dialog is being fetched acts on no alert group', async () => {
  const { link } = await world.integration('Slow', TITLED);
  await world.alert(link, { title: 'Slowly fetched' });
  const group = await groupOf('Slowly fetched');
  const page = await world.open({ as: world.admin, path: '/alert-groups?search=Slowly' });
  await row(page, group.title).waitFor();
  let goOn = (): void => undefined;
  const fetched = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  await page.route('**/assets/FilterDialog-*.js', async (route) => {
    await fetched;
    await route.continue();
  });
  await page.getByRole('checkbox', { name: `Select #${group.alert_group_number}` }).check();
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Integration' }).click();
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Loading');
  await page.keyboard.press('r');
  goOn();
  await page.getByRole('dialog', { name: 'Filter: Integration' }).waitFor();
  expect(await page.getByText(/#\d+ resolved/).count()).toBe(0);
  expect((await groups(`id=${group.id}`))[0]?.state).toBe('firing');
});

browserTest('what changes after a page is read and before its events come is shown as soon as they do', async () => {
  const { link } = await world.integration('Gap', TITLED);
  await world.alert(link, { title: 'Changed meanwhile' });
  const group = await groupOf('Changed meanwhile');
  const page = await world.open({ as: world.admin });
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  await page.route('**/api/v1/stream*', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`/alert-groups/${group.id}`);
  await page.getByRole('button', { name: 'Acknowledge', exact: true }).waitFor();
  await page.getByText('Connecting').waitFor();
  await world.admin.api('POST', `alert_groups/${group.id}/resolve`);
  goOn();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Unresolve' }).waitFor();
});
