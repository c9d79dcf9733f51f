import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, type Person, startWorld, type World } from './world.ts';

type Group = { id: string; title: string; state: string; alert_group_number: number; root_alert_group_id: string | null };

let world: World;
let viewer: Person;
let hook: { id: string; link: string };

/** Opens a group by an alert, and waits until it is there. */
async function openGroup(title: string, more: Record<string, unknown> = {}): Promise<Group> {
  await world.alert(hook.link, { title, ...more });
  return expectGroup(title);
}

async function expectGroup(title: string): Promise<Group> {
  return expectSoon(async () => {
    const { results } = await world.admin.api<{ results: Group[] }>('GET', `alert_groups/?search=${encodeURIComponent(title)}`);
    return results.find((group) => group.title === title);
  });
}

const stateOf = async (id: string) => (await world.admin.api<Group>('GET', `alert_groups/${id}/`)).state;

/** Asks until there is an answer that is not undefined or false. */
async function expectSoon<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  let answer: T | undefined | false = false;
  await expect.poll(async () => (answer = await ask()), { interval: 50 }).toBeTruthy();
  return answer as T;
}

const row = (page: Page, title: string) =>
  page.getByRole('list', { name: 'Alert groups' }).getByRole('listitem').filter({ hasText: title });

beforeAll(async () => {
  if (!hasBrowser) return;
  world = await startWorld();
  viewer = await world.person('vera', 'viewer');
  hook = await world.integration('Harbour probes', {
    templates: { grouping_key: '{{ payload.title }}', web: { title: '{{ payload.title }}', message: '{{ payload.message }}' } },
  });
});
afterAll(() => world?.[Symbol.asyncDispose]());

describe('the list of alert groups', () => {
  // How soon is measured by `npm run bench:web`.
  browserTest('shows a new alert and an acknowledge of another session without reload', async () => {
    const first = await openGroup(`Crane ${Math.round(performance.now())} stands still`);
    const one = await world.open({ as: world.admin, path: '/alert-groups' });
    const two = await world.open({ as: world.admin, path: '/alert-groups' });
    await row(one, first.title).waitFor();
    await row(two, first.title).waitFor();
    await one.getByText('Live', { exact: true }).waitFor();
    await two.getByText('Live', { exact: true }).waitFor();
    const gate = `Gate ${Math.round(performance.now())} is open`;
    await world.alert(hook.link, { title: gate });
    await row(two, gate).waitFor();

    await one.getByRole('button', { name: `Acknowledge #${first.alert_group_number}` }).click();
    const acknowledged = row(two, first.title).getByText('Acknowledged');
    await expectSoon(async () => (await stateOf(first.id)) === 'acknowledged');
    await acknowledged.waitFor();
    await expectAccessible(two);
  });

  browserTest('acknowledges by keyboard alone', async () => {
    const a = await openGroup('Keyboard alert A');
    const b = await openGroup('Keyboard alert B');
    const page = await world.open({ as: world.admin, path: '/alert-groups?search=Keyboard' });
    await row(page, b.title).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.getByText('2 selected').waitFor();
    await page.keyboard.press('a');
    await page.getByText('2 of 2 acknowledged').waitFor();
    await expect.poll(() => Promise.all([stateOf(a.id), stateOf(b.id)])).toEqual(['acknowledged', 'acknowledged']);
    await page.keyboard.press('z');
    await page.getByText('Undone for 2 alert groups').waitFor();
    await expect.poll(() => Promise.all([stateOf(a.id), stateOf(b.id)])).toEqual(['firing', 'firing']);
  });

  browserTest('tells per row what a bulk action could not do', async () => {
    const root = await openGroup('Bulk root');
    const child = await openGroup('Bulk child');
    const other = await openGroup('Bulk other');
    await world.admin.api('POST', 'alert_groups/bulk', { action: 'attach', ids: [child.id], root_alert_group_id: root.id });
    const page = await world.open({ as: world.admin, path: '/alert-groups?search=Bulk' });
    for (const group of [root, child, other])
      await page.getByRole('checkbox', { name: `Select #${group.alert_group_number}` }).check();
    await page.getByRole('region', { name: 'Selected alert groups' }).getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText('2 of 3 acknowledged').waitFor();
    await page
      .getByRole('region', { name: 'Result' })
      .getByText(/Bulk child: .*attached/)
      .waitFor();
    expect(await stateOf(other.id)).toBe('acknowledged');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone for 2 alert groups').waitFor();
    expect([await stateOf(root.id), await stateOf(other.id)]).toEqual(['firing', 'firing']);
  });

  browserTest('keeps filters in the address, which shows the same to another person', async () => {
    const resolved = await openGroup('Filter resolved');
    await openGroup('Filter firing');
    await world.admin.api('POST', `alert_groups/${resolved.id}/resolve/`);
    const page = await world.open({ as: world.admin, path: '/alert-groups?search=Filter' });
    await row(page, 'Filter firing').waitFor();
    for (const name of [/Resolved/, /Firing/, /Acknowledged/])
      await page.getByRole('group', { name: 'States shown' }).getByRole('button', { name }).click();
    await row(page, 'Filter resolved').waitFor();
    await row(page, 'Filter firing').waitFor({ state: 'detached' });
    const address = page.url();
    const other = await world.open({ as: viewer, path: address });
    await row(other, 'Filter resolved').waitFor();
    expect(await row(other, 'Filter firing').count()).toBe(0);
    await page.getByRole('searchbox', { name: 'Search alert groups' }).fill('nothing like this');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.getByRole('button', { name: 'Clear all filters' }).click();
    await row(page, 'Filter firing').waitFor();
  });

  browserTest('narrows by labels: values of one key widen, other keys narrow, and values can be left out', async () => {
    const labelled = await world.integration('Labelled', {
      templates: { grouping_key: '{{ payload.title }}', web: { title: '{{ payload.title }}' } },
    });
    await world.admin.api('PATCH', `integrations/${labelled.id}/`, {
      dynamic_labels: [
        { key: { name: 'env' }, value: { name: '{{ payload.env }}' } },
        { key: { name: 'quay' }, value: { name: '{{ payload.quay }}' } },
      ],
    });
    for (const [title, env, quay] of [
      ['Facet A', 'prod', 'north'],
      ['Facet B', 'prod', 'south'],
      ['Facet C', 'dev', 'south'],
    ])
      await world.alert(labelled.link, { title, env, quay });
    await expectGroup('Facet C');
    const page = await world.open({ as: world.admin, path: '/alert-groups?search=Facet' });
    await row(page, 'Facet A').getByRole('button', { name: 'Filter by label quay: north' }).click();
    await row(page, 'Facet C').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Facets' }).click();
    const facets = page.getByRole('complementary', { name: 'Facets' });
    await facets.getByRole('region', { name: 'quay' }).getByRole('button', { name: 'south 2' }).click();
    await row(page, 'Facet C').waitFor();
    await facets.getByRole('button', { name: 'Leave out dev' }).click();
    await row(page, 'Facet C').waitFor({ state: 'detached' });
    await row(page, 'Facet B').waitFor();
    await page.getByRole('button', { name: 'Filters as text' }).click();
    const line = page.getByRole('combobox', { name: 'Filters as text' });
    await expect.poll(() => line.inputValue()).toBe('label.quay:north label.quay:south -label.env:dev Facet');
    await line.fill('label.env:dev integration:Lab');
    await page.getByRole('option', { name: 'integration:Labelled' }).waitFor();
    await page.keyboard.press('Tab');
    await expectAccessible(page);
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`integration_id=${labelled.id}`));
    await row(page, 'Facet C').waitFor();
    expect(await row(page, 'Facet A').count()).toBe(0);
    await line.fill('team:Nobody');
    await page.keyboard.press('Enter');
    await page.getByText('There is no team “Nobody”.').waitFor();
  });

  browserTest('shows other columns under headings, and a team gets both with a kept view', async () => {
    const pilot = await world.person('pia', 'editor');
    await world.admin.api('POST', 'teams/', { name: 'Pilots', members: [pilot.id, world.admin.id] });
    await openGroup('Column alert');
    const page = await world.open({ as: world.admin, path: '/alert-groups?search=Column' });
    await page.getByRole('button', { name: 'How the list is shown' }).click();
    await page.getByRole('menuitem', { name: 'Columns…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Columns' });
    await dialog.getByRole('checkbox', { name: 'Duration' }).check();
    await dialog.getByRole('checkbox', { name: 'People' }).uncheck();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'How the list is shown' }).click();
    await page.getByRole('menuitem', { name: 'Group by' }).click();
    await page.getByRole('menuitem', { name: 'Integration' }).click();
    const heading = page.getByRole('button', { name: /^Harbour probes/ });
    await heading.click();
    await row(page, 'Column alert').waitFor({ state: 'detached' });
    await heading.click();
    await row(page, 'Column alert').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Keep this view' }).click();
    await page.getByLabel('Name').fill('By integration');
    await page.getByLabel('A team').check();
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByRole('button', { name: 'By integration', exact: true }).waitFor();
    const other = await world.open({ as: pilot, path: '/alert-groups' });
    await other.getByRole('button', { name: 'By integration', exact: true }).click();
    await other.getByRole('button', { name: /^Harbour probes/ }).waitFor();
    await other.getByText('Duration', { exact: true }).waitFor();
    const stranger = await world.open({ as: viewer, path: '/alert-groups' });
    await row(stranger, 'Column alert').waitFor();
    expect(await stranger.getByRole('button', { name: 'By integration', exact: true }).count()).toBe(0);
  });

  browserTest('keeps a view for everybody', async () => {
    const page = await world.open({ as: world.admin, path: '/alert-groups?state=silenced&mine=true' });
    await page.getByRole('button', { name: 'Keep this view' }).click();
    await page.getByLabel('Name').fill('My silenced ones');
    await page.getByLabel('Everybody').check();
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    const other = await world.open({ as: viewer, path: '/alert-groups' });
    await other.getByRole('button', { name: 'My silenced ones' }).click();
    await other.waitForURL(/mine=true/);
    expect(new URL(other.url()).search).toBe('?state=silenced&mine=true');
  });

  browserTest('shows viewers the list, and says why they cannot act', async () => {
    const group = await openGroup('Viewer alert');
    const page = await world.open({ as: viewer, path: '/alert-groups?search=Viewer' });
    const button = page.getByRole('button', { name: `Acknowledge #${group.alert_group_number}` });
    await button.hover();
    await page.getByText(/You need the permission/).waitFor();
    await button.focus();
    await page.keyboard.press('Enter');
    await expectAccessible(page);
    expect(await stateOf(group.id)).toBe('firing');
    expect(await page.getByRole('button', { name: 'Page someone' }).count()).toBe(0);
  });

  browserTest('begins with what fires and what is acknowledged, of 30 days, and counts every state (AG-1)', async () => {
    const berth = await world.integration('Berth', {
      templates: { grouping_key: '{{ payload.title }}', web: { title: '{{ payload.title }}' } },
    });
    const titles = ['Berth fires', 'Berth acknowledged', 'Berth silenced', 'Berth resolved', 'Berth of long ago'];
    for (const title of titles) await world.alert(berth.link, { title });
    const made = new Map<string, string>();
    for (const title of titles) made.set(title, (await expectGroup(title)).id);
    const act = (title: string, action: string, body = {}) =>
      world.admin.api('POST', `alert_groups/${made.get(title)}/${action}/`, body);
    await act('Berth acknowledged', 'acknowledge');
    await act('Berth silenced', 'silence', { delay: 3_600 });
    await act('Berth resolved', 'resolve');
    await world.ctx.db
      .updateTable('alert_group')
      .set({ started_at: new Date(Date.now() - 31 * 86_400_000) })
      .where('id', '=', made.get('Berth of long ago') ?? '')
      .execute();
    const page = await world.open({ as: world.admin, path: `/alert-groups?integration_id=${berth.id}` });
    await row(page, 'Berth fires').waitFor();
    await row(page, 'Berth acknowledged').waitFor();
    expect(await page.getByRole('list', { name: 'Alert groups' }).getByRole('listitem').count()).toBe(2);
    const cards = page.getByRole('group', { name: 'States shown' });
    for (const state of ['Firing', 'Acknowledged', 'Silenced', 'Resolved'])
      await cards.getByRole('button', { name: new RegExp(`^${state}\\s*1$`) }).waitFor();
    expect(await cards.getByRole('button', { pressed: true }).allTextContents()).toEqual([
      expect.stringContaining('Firing'),
      expect.stringContaining('Acknowledged'),
    ]);
    await page.goto(`/alert-groups?integration_id=${berth.id}&started_at=now-90d_now`);
    await row(page, 'Berth of long ago').waitFor();
  });

  browserTest('shows for how long a silenced group is quiet still, and that it fires again afterwards (AG-5)', async () => {
    const group = await openGroup('Silence me');
    const page = await world.open({ as: world.admin, path: '/alert-groups?search=Silence&state=new&state=silenced' });
    await row(page, group.title).getByRole('link', { name: group.title }).focus();
    await page.keyboard.press('s');
    await page.getByLabel('How long').fill('1h 15m');
    await page.keyboard.press('Enter');
    await row(page, group.title)
      .getByText(/Silenced\s*1 h 1[45] min/)
      .waitFor();
    await expect.poll(() => stateOf(group.id)).toBe('silenced');
    await world.admin.api('POST', `alert_groups/${group.id}/silence/`, { delay: 1 });
    await row(page, group.title).getByText('Firing').waitFor();
    expect(await stateOf(group.id)).toBe('firing');
  });

  browserTest('survives a restart of the server, and takes back what did not work', async () => {
    const group = await openGroup('Restart alert');
    const page = await world.open({ as: world.admin, path: '/alert-groups?search=Restart' });
    await row(page, group.title).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await world.stopServer();
    await page.getByText('Reconnecting').waitFor();
    await page.getByRole('button', { name: `Acknowledge #${group.alert_group_number}` }).click();
    await page.getByText(`#${group.alert_group_number} was not acknowledged`).waitFor();
    await row(page, group.title).getByText('Firing').waitFor();
    await world.startServer();
    await page.getByText('Live', { exact: true }).waitFor();
    await world.alert(hook.link, { title: 'Restart came through' });
    await page.mouse.move(0, 0);
    await row(page, 'Restart came through').waitFor();
  });
});

describe('one alert group', () => {
  browserTest('shows hostile content as inert text', async () => {
    const title = '<img src=x onerror=alert(1)> ‮evil‬ <script>alert(2)</script>';
    await world.alert(hook.link, {
      title,
      message: '<script>alert(3)</script> **bold** [link](javascript:alert(4)) <iframe src="https://evil.example"></iframe>',
      nested: { '<b>key</b>': '"><svg onload=alert(5)>' },
    });
    const group = await expectSoon(async () => {
      const { results } = await world.admin.api<{ results: Group[] }>('GET', 'alert_groups/?search=onerror');
      return results[0];
    });
    const page = await world.open({ as: world.admin });
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await page.goto(`/alert-groups/${group.id}`);
    await page.getByRole('heading', { level: 1 }).getByText('<img src=x').waitFor();
    await page.getByText('bold', { exact: true }).waitFor();
    expect(
      await page.locator('main script, main iframe, main [onerror], main svg[onload], main a[href^="javascript"]').count(),
    ).toBe(0);
    await page.getByText('"><svg onload=alert(5)>', { exact: true }).waitFor();
    await page.goto('/alert-groups');
    await row(page, '<img src=x').waitFor();
    expect(dialogs).toEqual([]);
  });

  browserTest('bears a message of a megabyte', async () => {
    const group = await openGroup('Huge alert', { message: 'word '.repeat(200_000) });
    const page = await world.open({ as: world.admin, path: `/alert-groups/${group.id}` });
    await page.getByRole('button', { name: /show all/ }).waitFor();
    await page.keyboard.press('a');
    await page.getByRole('status').getByText(`#${group.alert_group_number} acknowledged`).waitFor();
  });

  browserTest('does all that keys promise, and writes it into the timeline', async () => {
    const group = await openGroup('Key group');
    const page = await world.open({ as: world.admin, path: `/alert-groups/${group.id}` });
    await page.getByRole('heading', { name: 'Key group' }).waitFor();
    await expectAccessible(page);
    await page.keyboard.press('a');
    // Keys need not wait for the server: what is pressed next is done next.
    await page.keyboard.press('u');
    await page
      .getByRole('list', { name: 'Timeline entries' })
      .getByText(/^acknowledged by ada/i)
      .waitFor();
    await page
      .getByRole('list', { name: 'Timeline entries' })
      .getByText(/unacknowledged by ada/i)
      .waitFor();
    await page.keyboard.press('n');
    await page.keyboard.type('The cable was loose.');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.getByRole('list', { name: 'Timeline entries' }).getByText('The cable was loose.').waitFor();
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('r');
    await page.getByRole('button', { name: 'Unresolve' }).waitFor();
    await expectSoon(async () => (await stateOf(group.id)) === 'resolved');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await expectAccessible(page, '[role="dialog"]');
  });

  browserTest('says what happens next, follows it live, and stops with an acknowledge', async () => {
    const chain = await world.admin.api<{ id: string }>('POST', 'escalation_chains/', { name: 'Harbour chain' });
    const step = (body: object) => world.admin.api('POST', 'escalation_policies/', { escalation_chain_id: chain.id, ...body });
    await step({ type: 'wait', duration: 300 });
    await step({ type: 'notify_persons', persons_to_notify: [world.admin.id] });
    await world.admin.api('POST', 'personal_notification_rules/', { user_id: world.admin.id, type: 'notify_by_email' });
    const planned = await world.integration('Planned', { templates: { web: { title: '{{ payload.title }}' } } });
    await world.admin.api('PUT', `routes/${planned.defaultRouteId}/`, { escalation_chain_id: chain.id });
    await world.alert(planned.link, { title: 'Planned alert' });
    const group = await expectGroup('Planned alert');
    const page = await world.open({ as: world.admin, path: `/alert-groups/${group.id}` });
    const plan = page.getByRole('region', { name: 'What happens next' });
    await plan.getByText(/by e-mail in 4 min/).waitFor();
    await plan.getByText('Harbour chain').waitFor();
    await step({ type: 'wait', duration: 60 });
    await page.reload();
    await plan.getByText('follows the earlier version').waitFor();
    await expectAccessible(page);
    await plan.getByRole('button', { name: 'Apply current chain' }).click();
    await page.getByRole('button', { name: 'Start over' }).click();
    await plan.getByText('follows the earlier version').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await plan.getByText(/somebody has acknowledged/).waitFor();
  });

  browserTest('points from an attached group to its root, and lets it go again', async () => {
    const root = await openGroup('Root of attach');
    const child = await openGroup('Child of attach');
    const page = await world.open({ as: world.admin, path: `/alert-groups/${child.id}` });
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Attach to…' }).click();
    await page.getByRole('combobox', { name: 'Alert group' }).fill('Root of');
    await page.getByRole('option', { name: /Root of attach/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Attach' }).click();
    await page.getByText('actions apply there').waitFor();
    expect(await page.getByRole('button', { name: 'Acknowledge', exact: true }).count()).toBe(0);
    expect((await world.admin.api<Group>('GET', `alert_groups/${child.id}/`)).root_alert_group_id).toBe(root.id);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Detach' }).click();
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).waitFor();
  });

  browserTest('pages another person, warned that they are not on call, and takes them off again', async () => {
    const ben = await world.person('ben', 'editor');
    await world.admin.api('POST', 'personal_notification_rules/', { user_id: ben.id, type: 'notify_by_email', important: true });
    const group = await openGroup('Needs help');
    const page = await world.open({ as: world.admin, path: `/alert-groups/${group.id}` });
    await page.getByRole('heading', { name: 'Needs help' }).waitFor();
    await page.keyboard.press('p');
    await page.getByRole('combobox', { name: 'People' }).fill('ben');
    await page.getByRole('option', { name: /ben/ }).click();
    await page.getByText(/ben is not on call/).waitFor();
    await page.getByRole('heading', { name: 'Add responders' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Page now' }).click();
    await page.getByRole('region', { name: 'Responders' }).getByText('ben', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Remove ben' }).click();
    await page.getByText('Nobody was added by hand').waitFor();
  });

  browserTest('says who else looks, calls a webhook, and erases what the source sent', async () => {
    await world.admin.api('POST', 'webhooks/', {
      name: 'Sound the horn',
      url: 'https://horn.example/',
      http_method: 'POST',
      trigger_type: 'escalation',
    });
    const group = await openGroup('Seen by two', { secret: 'rosebud' });
    const page = await world.open({ as: world.admin, path: `/alert-groups/${group.id}` });
    await page.getByText('Live', { exact: true }).waitFor();
    const other = await world.open({ as: viewer, path: `/alert-groups/${group.id}` });
    await page.getByRole('img', { name: 'vera is viewing' }).waitFor();
    await other.getByRole('img', { name: 'ada is viewing' }).waitFor();
    await other.getByRole('link', { name: 'Alert groups' }).first().click();
    await page.getByRole('img', { name: 'vera is viewing' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Source' }).hover();
    await page.getByText('The alert names no source').waitFor();

    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Run webhook' }).click();
    await page.getByRole('menuitem', { name: 'Sound the horn' }).click();
    await page.getByText('“Sound the horn” is being called').waitFor();
    await page.getByText('rosebud').first().waitFor();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Wipe…' }).click();
    await page.getByRole('button', { name: 'Wipe', exact: true }).click();
    await page.getByText('rosebud').first().waitFor({ state: 'detached' });
  });

  browserTest('is worked with one tap on a phone', async () => {
    const group = await openGroup('Phone alert');
    const page = await world.open({ as: world.admin, path: `/alert-groups/${group.id}`, width: 360, height: 640, phone: true });
    await page.getByRole('button', { name: 'Acknowledge' }).tap();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    await expectSoon(async () => (await stateOf(group.id)) === 'acknowledged');
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Alert groups' }).first().tap();
    await page.getByRole('heading', { name: 'Alert groups', level: 1 }).waitFor();
    await expectAccessible(page);
  });

  browserTest('is acknowledged by a swipe on a phone', async () => {
    const group = await openGroup('Swipe me');
    const page = await world.open({ as: world.admin, path: '/alert-groups?search=Swipe', width: 390, height: 800, phone: true });
    await page.getByText(/No page would reach you/).waitFor(); // moves the rows down when it comes
    const box = await row(page, 'Swipe me').boundingBox();
    if (box === null) throw new Error('The row is not on screen');
    const finger = await page.context().newCDPSession(page);
    const [y, x] = [box.y + box.height / 2, box.x + 120];
    const touch = (type: string, points: { x: number; y: number }[]) =>
      finger.send('Input.dispatchTouchEvent', { type: type as 'touchStart', touchPoints: points });
    await touch('touchStart', [{ x, y }]);
    for (const moved of [20, 60, 120, 150]) await touch('touchMove', [{ x: x + moved, y }]);
    await touch('touchEnd', []);
    await page.getByText(`#${group.alert_group_number} acknowledged`).waitFor();
    await expectSoon(async () => (await stateOf(group.id)) === 'acknowledged');
  });
});

describe('a required resolution note', () => {
  browserTest('is asked for before the resolve', async () => {
    await world.ctx.db.updateTable('organization').set({ is_resolution_note_required: true }).execute();
    const group = await openGroup('Note alert');
    const page = await world.open({ as: world.admin, path: `/alert-groups/${group.id}` });
    await page.getByRole('button', { name: 'Resolve', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Resolution note' });
    await dialog.getByRole('button', { name: 'Resolve' }).click();
    await dialog.getByText('Say in a sentence what it was.').waitFor();
    await dialog.getByLabel('What was it?').fill('A loose plug.');
    await dialog.getByRole('button', { name: 'Resolve' }).click();
    await page.getByRole('button', { name: 'Unresolve' }).waitFor();
    await page.getByRole('list', { name: 'Timeline entries' }).getByText('A loose plug.').waitFor();
    await expectSoon(async () => (await stateOf(group.id)) === 'resolved');
    await world.ctx.db.updateTable('organization').set({ is_resolution_note_required: false }).execute();
  });
});
