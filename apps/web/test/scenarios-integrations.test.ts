import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, startWorld, type World } from './world.ts';

// The scenarios of integrations and their templates that go on to alert groups; their names end with the scenarios'.

type Made = { id: string };
type Group = Made & { title: string; state: string; labels: { key: { name: string }; value: { name: string } }[] };

let world: World;
beforeAll(async () => {
  if (hasBrowser) world = await startWorld();
});
afterAll(() => world?.[Symbol.asyncDispose]());

const TITLED = { grouping_key: '{{ payload.title }}', web: { title: '{{ payload.title }}' } };

/** The alert group of a title, as soon as there is one. */
async function groupOf(title: string): Promise<Group> {
  let found: Group | undefined;
  const look = async () => {
    const { results } = await world.admin.api<{ results: Group[] }>('GET', `alert_groups/?search=${encodeURIComponent(title)}`);
    found = results.find((one) => one.title === title);
    return found;
  };
  await expect.poll(look, { timeout: 30_000, interval: 50 }).toBeDefined();
  return found as Group;
}

/** Waits until what is known of an alert group says something; a page that is opened then shows it. */
async function known(group: Group, what: 'timeline' | 'delivery_log', says: string): Promise<void> {
  const look = async () => JSON.stringify(await world.admin.api('GET', `alert_groups/${group.id}/${what}`));
  await expect.poll(look, { timeout: 30_000, interval: 50 }).toContain(says);
}

async function sendDemo(page: Page, payload: object): Promise<void> {
  await page.getByRole('button', { name: 'Send demo alert' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send a demo alert' });
  await dialog.getByLabel('Payload').fill(JSON.stringify(payload));
  await dialog.getByRole('button', { name: 'Send', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

async function write(page: Page, template: string): Promise<void> {
  await page.getByRole('textbox', { name: /^Template: / }).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(template);
}

browserTest('a route is tried on what came lately before it is saved, and then takes what it says (ID-3)', async () => {
  const { id, link } = await world.integration('Tide gauge', { templates: TITLED });
  await world.admin.api('POST', 'escalation_chains/', { name: 'High tide' });
  for (const [title, severity] of [
    ['Calm', 'low'],
    ['Surge', 'high'],
    ['Swell', 'low'],
  ]) {
    await world.alert(link, { title, severity });
    await groupOf(title ?? '');
  }
  const page = await world.open({ as: world.admin, path: `/integrations/${id}` });
  await page.getByRole('button', { name: 'Add route' }).click();
  const drawer = page.getByRole('dialog', { name: 'Add a route' });
  await drawer.getByLabel('Template', { exact: true }).fill('{{ payload.severity == "high" }}');
  const tried = drawer.getByLabel('Try it on');
  await expect.poll(() => tried.inputValue(), { timeout: 30_000 }).toBe('recent');
  await drawer.getByRole('button', { name: 'Try', exact: true }).click();
  await drawer.getByText('It holds for 1 of the last 3.').waitFor();
  await drawer.getByText('Which', { exact: true }).click();
  await drawer
    .getByRole('list', { name: 'Tried on' })
    .getByRole('listitem')
    .filter({ hasText: /Surge/ })
    .getByText('true')
    .waitFor();
  await expectAccessible(page, '[role="dialog"]');
  await tried.selectOption((await groupOf('Swell')).id);
  await drawer.getByRole('button', { name: 'Try', exact: true }).click();
  await drawer.getByText('It does not hold: False').waitFor();
  await drawer.getByLabel('Escalation chain').selectOption({ label: 'High tide' });
  await drawer.getByRole('button', { name: 'Add route' }).click();
  await drawer.waitFor({ state: 'detached' });
  await sendDemo(page, { title: 'Flood', severity: 'high' });
  const flood = await groupOf('Flood');
  await known(flood, 'timeline', 'High tide');
  await page.goto(`/alert-groups/${flood.id}`);
  await page.getByRole('list', { name: 'Timeline entries' }).getByText('High tide').first().waitFor();
});

browserTest('in debug mode an alert opens its group and notifies nobody, and after it the next one does (ID-4)', async () => {
  const { id, defaultRouteId } = await world.integration('Winch', { templates: TITLED });
  const chain = await world.admin.api<Made>('POST', 'escalation_chains/', { name: 'Winch crew' });
  await world.admin.api('POST', 'escalation_policies/', {
    escalation_chain_id: chain.id,
    type: 'notify_persons',
    persons_to_notify: [world.admin.id],
  });
  await world.admin.api('POST', 'personal_notification_rules/', { user_id: world.admin.id, type: 'notify_by_email' });
  await world.admin.api('PUT', `routes/${defaultRouteId}/`, { escalation_chain_id: chain.id });
  const page = await world.open({ as: world.admin, path: `/integrations/${id}` });
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Start maintenance' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start maintenance' });
  await dialog.getByRole('radio', { name: /Debug/ }).check();
  await dialog.getByLabel('For', { exact: true }).selectOption({ label: '1 hour' });
  await dialog.getByText('stays quiet afterwards').waitFor();
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  const chip = page.getByText(/Debug, .* left/);
  await chip.waitFor();
  await sendDemo(page, { title: 'Cable test' });
  const quiet = await groupOf('Cable test');
  await known(quiet, 'timeline', 'debug mode');
  await page.goto(`/alert-groups/${quiet.id}`);
  const timeline = page.getByRole('list', { name: 'Timeline entries' });
  await timeline.getByText(/the integration is in debug mode/).waitFor();

  await page.goto(`/integrations/${id}`);
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Maintenance…' }).click();
  await page.getByRole('button', { name: 'End it now' }).click();
  await chip.waitFor({ state: 'detached' });
  await sendDemo(page, { title: 'Cable snapped' });
  const loud = await groupOf('Cable snapped');
  await known(loud, 'delivery_log', 'ada');
  await page.goto(`/alert-groups/${loud.id}`);
  await page.getByRole('region', { name: 'Deliveries' }).getByText('ada').first().waitFor();
  const sent = await world.admin.api<{ results: unknown[] }>('GET', `alert_groups/${quiet.id}/delivery_log`);
  expect(sent.results).toEqual([]);
});

browserTest('a template says that it will resolve, and does (TE-4)', async () => {
  const { id, link } = await world.integration('Sluice gate', { templates: TITLED });
  await world.alert(link, { title: 'Gate stuck', gate: 'jammed' });
  const group = await groupOf('Gate stuck');
  const page = await world.open({ as: world.admin, path: `/integrations/${id}/templates?template=resolve_condition` });
  const result = page.getByRole('region', { name: 'Result' });
  await write(page, '{{ payload.gate == "free" }}');
  await result.getByText('It will not resolve its alert group.').waitFor();
  await page.getByLabel('JSON').fill(JSON.stringify({ title: 'Gate stuck', gate: 'free' }));
  await result.getByText('It will resolve its alert group.').waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Auto-resolve saved').waitFor();
  await world.alert(link, { title: 'Gate stuck', gate: 'free' });
  const state = async () => (await world.admin.api<Group>('GET', `alert_groups/${group.id}/`)).state;
  await expect.poll(state, { timeout: 30_000, interval: 50 }).toBe('resolved');
  await page.goto(`/alert-groups/${group.id}`);
  await page.getByRole('button', { name: 'Unresolve' }).waitFor();
});

browserTest('the address of the template editor holds template and payload (TE-5)', async () => {
  const { id, link } = await world.integration('Dockside', {
    templates: { ...TITLED, slack: { title: 'Slack: {{ payload.host }}' } },
  });
  const ids: string[] = [];
  for (const host of ['dock-1', 'dock-2']) {
    await world.alert(link, { title: `Silence of ${host}`, host });
    ids.push((await groupOf(`Silence of ${host}`)).id);
  }
  const [older = '', newer = ''] = ids;
  const path = `/integrations/${id}/templates`;
  const page = await world.open({ as: world.admin, path: `${path}?template=slack_title&payload=${older}` });
  const result = page.getByRole('region', { name: 'Result' });
  const choice = page.getByLabel('Try it on');
  await result.getByText('Slack: dock-1').waitFor();
  expect(await choice.inputValue()).toBe(older);
  // What is typed goes along; only leaving the template is guarded.
  await write(page, 'Chat: {{ payload.host }}');
  await choice.selectOption(newer);
  await result.getByText('Chat: dock-2').waitFor();
  const address = new URL(page.url());
  expect([address.pathname, address.search]).toEqual([path, `?template=slack_title&payload=${newer}`]);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Slack title saved').waitFor();
  await page.getByRole('link', { name: 'Web title' }).click();
  await result.getByText('Silence of dock-2').waitFor();
  expect(new URL(page.url()).searchParams.get('payload')).toBe(newer);

  await page.goto(`${path}?template=slack_title&payload=IGONE`);
  await page.getByText(/The alert group of this address is gone/).waitFor();
  await result.getByText('Chat: dock-2').waitFor();
});

browserTest('a template of further labels has to make a JSON object (TE-6)', async () => {
  const { id, link } = await world.integration('Berths', { templates: TITLED });
  await world.alert(link, { title: 'Berth full', tags: ['north', 'deep'] });
  await groupOf('Berth full');
  const page = await world.open({ as: world.admin, path: `/integrations/${id}/templates?template=alert_group_multi_label` });
  const result = page.getByRole('region', { name: 'Result' });
  const problem = result.getByText('This is not a JSON object: alert groups get no labels of it.');
  await write(page, '{{ payload.tags | tojson }}');
  await problem.waitFor();
  await expectAccessible(page);
  await write(page, '{{ {"quay": payload.tags[0]} | tojson }}');
  await result.getByText('{"quay": "north"}').waitFor();
  expect(await problem.count()).toBe(0);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Further labels saved').waitFor();
  await world.alert(link, { title: 'Berth taken', tags: ['south'] });
  const { labels } = await groupOf('Berth taken');
  expect(labels.map(({ key, value }) => [key.name, value.name])).toEqual([['quay', 'south']]);
});
