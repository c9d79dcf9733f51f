import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { inTransaction } from '../../platform/db/create-db.ts';
import { IngestWorld, type TestIntegration } from '../../testing/ingest-world.ts';
import { resolveByCount } from './source-count.ts';

let world: IngestWorld;
beforeAll(async () => {
  world = await IngestWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const firing = (uid: string, more: object = {}) => ({ alert_uid: uid, title: uid, state: 'alerting', ...more });
const recovered = (uid: string, more: object = {}) => firing(uid, { state: 'ok', ...more });
const states = async (integration: TestIntegration) => (await world.groups(integration)).map((group) => group.state);

async function route(
  integration: TestIntegration,
  position: number,
  type: 'regex' | 'jinja2' | 'labels',
  term: string | null,
  labels?: unknown,
) {
  const id = `R${position}${integration.id.slice(1)}`.slice(0, 13);
  await world.db
    .insertInto('route')
    .values({
      organization_id: integration.organizationId,
      id,
      integration_id: integration.id,
      position,
      routing_type: type,
      routing_regex: term,
      routing_labels: labels === undefined ? null : JSON.stringify(labels),
      messengers: '{}',
      created_at: world.clock.now(),
    })
    .execute();
  return id;
}

test('an alert becomes a numbered alert group with its records, and a second one joins it', async () => {
  const integration = await world.integration('formatted_webhook');
  await world.sendAll(integration, [firing('a', { title: 'Disk full' }), firing('a', { title: 'Disk fuller' })]);
  const [group, ...others] = await world.groups(integration);
  expect(others).toEqual([]);
  expect(group).toMatchObject({ title: 'Disk full', alerts_count: 2, state: 'firing', route_id: integration.defaultRouteId });
  const alerts = await world.alerts(group?.id);
  expect(alerts.map((alert) => JSON.parse(alert.payload).title)).toEqual(['Disk full', 'Disk fuller']);
  expect(group?.first_alert_id).toBe(alerts[0]?.id);
  expect(group?.last_alert_id).toBe(alerts[1]?.id);
  expect((await world.records(group?.id ?? '')).map((record) => record.type)).toEqual([21, 22]);
  expect(await world.db.selectFrom('inbound_alert').selectAll().execute()).toEqual([]);
});

test('groups of an organization are numbered from 1 without gaps, over all integrations', async () => {
  const integration = await world.integration('formatted_webhook');
  const other = await world.integration('webhook');
  await world.sendAll(
    integration,
    ['n1', 'n2', 'n3'].map((uid) => firing(uid)),
  );
  await world.sendAll(other, [{ a: 1 }]);
  const numbers = (await world.groups()).map((group) => group.number);
  expect(numbers).toEqual(numbers.map((_, i) => i + 1));
});

test('firing, recovery and firing again make two groups, whether they are handled together or one by one', async () => {
  const together = await world.integration('formatted_webhook');
  const apart = await world.integration('formatted_webhook');
  const alerts = [firing('a'), recovered('a'), firing('a')];
  await world.sendAll(together, alerts);
  for (const alert of alerts) await world.sendAll(apart, [alert]);
  for (const integration of [together, apart]) {
    expect(await states(integration)).toEqual(['resolved', 'firing']);
    const groups = await world.groups(integration);
    expect(groups.map((group) => group.alerts_count)).toEqual([2, 1]);
    expect(groups.map((group) => group.resolved_by)).toEqual([0, 2]);
    expect((await world.records(groups[0]?.id ?? '')).map((record) => record.type)).toEqual([21, 22, 13]);
  }
});

test('a recovery without a group is a group that is resolved at once and notifies nobody', async () => {
  const integration = await world.integration('formatted_webhook');
  await world.sendAll(integration, [recovered('a')]);
  const [group] = await world.groups(integration);
  expect(group).toMatchObject({ state: 'resolved', alerts_count: 1 });
  const run = await world.db
    .selectFrom('escalation_run')
    .selectAll()
    .where('alert_group_id', '=', group?.id ?? '')
    .executeTakeFirst();
  expect(run?.due_at ?? null).toBeNull();
});

test('a second recovery joins the resolved group', async () => {
  const integration = await world.integration('formatted_webhook');
  await world.sendAll(integration, [firing('a'), recovered('a')]);
  await world.sendAll(integration, [recovered('a')]);
  expect(await world.groups(integration)).toMatchObject([{ state: 'resolved', alerts_count: 3 }]);
});

test('a late recovery joins the last of several groups that opened and were resolved in one batch', async () => {
  const integration = await world.integration('formatted_webhook');
  for (const uid of ['a', 'b', 'c']) {
    await world.sendAll(integration, Array.from({ length: 5 }, () => [firing(uid), recovered(uid)]).flat());
    await world.sendAll(integration, [recovered(uid)]);
  }
  const counts = (await world.groups(integration)).map((group) => group.alerts_count);
  expect(counts).toEqual([2, 2, 2, 2, 3, 2, 2, 2, 2, 3, 2, 2, 2, 2, 3]);
});

test('a recovery is a firing alert where the source may not resolve', async () => {
  const integration = await world.integration('formatted_webhook');
  await world.db
    .updateTable('integration')
    .set({ allow_source_based_resolving: false })
    .where('id', '=', integration.id)
    .execute();
  await world.sendAll(integration, [firing('a'), recovered('a'), recovered('b')]);
  expect(await states(integration)).toEqual(['firing', 'firing']);
});

test('an acknowledge template acknowledges by source, before the same alert resolves', async () => {
  const templates = { acknowledge_signal: '{{ payload.seen }}' };
  const integration = await world.integration('formatted_webhook', { templates });
  await world.sendAll(integration, [firing('a', { seen: true }), firing('b', { seen: true, state: 'ok' })]);
  const groups = await world.groups(integration);
  expect(groups.map((group) => group.state)).toEqual(['acknowledged', 'resolved']);
  expect(groups[1]?.acknowledged_by).toBe(0);
  expect((await world.records(groups[1]?.id ?? '')).map((record) => record.type)).toEqual([21, 22, 0, 13]);
});

test('alerts without a grouping id each get a group of their own', async () => {
  const integration = await world.integration('formatted_webhook');
  await world.sendAll(integration, [{ title: 'x' }, { title: 'x' }, { title: 'x', alert_uid: null }]);
  expect(await states(integration)).toHaveLength(3);
});

test('the grouping id counts with its white space', async () => {
  const integration = await world.integration('webhook', { templates: { grouping_key: '{{ payload.k }}' } });
  await world.sendAll(integration, [{ k: 'x' }, { k: 'x\n' }, { k: ' ' }, { k: ' ' }]);
  expect((await world.groups(integration)).map((group) => group.alerts_count)).toEqual([1, 1, 2]);
});

test('a webhook recovery finds its alert although the bodies differ in state and time', async () => {
  const integration = await world.integration('webhook');
  await world.sendAll(integration, [
    { host: 'db-1', event: 'disk', time: 1 },
    { host: 'db-1', event: 'disk', state: 'ok', time: 2 },
    { host: 'db-2', event: 'disk', time: 2 },
  ]);
  expect(await states(integration)).toEqual(['resolved', 'firing']);
});

test('an imported webhook keeps the grouping of the reference', async () => {
  const integration = await world.integration('webhook');
  await world.db.updateTable('integration').set({ default_templates: 'reference' }).where('id', '=', integration.id).execute();
  await world.sendAll(integration, [{ host: 'db-1' }, { host: 'db-1', state: 'ok' }]);
  expect(await states(integration)).toEqual(['firing', 'resolved']);
});

test('routes are tried by position, the default last, and the group keeps its route', async () => {
  const integration = await world.integration('webhook');
  const critical = await route(integration, 0, 'regex', '"severity": "critical"');
  const database = await route(integration, 1, 'jinja2', "{{ payload.team == 'db' }}");
  await world.sendAll(integration, [
    { severity: 'critical', team: 'db' },
    { severity: 'low', team: 'db' },
    { severity: 'low', team: 'web' },
  ]);
  expect((await world.groups(integration)).map((group) => group.route_id)).toEqual([
    critical,
    database,
    integration.defaultRouteId,
  ]);
  const [record] = (await world.records((await world.groups(integration))[0]?.id ?? '')).filter(({ type }) => type === 22);
  expect(record?.data).toMatchObject({ route_id: critical, route_name: '"severity": "critical"' });
});

test.each<[fact: string, type: 'regex' | 'jinja2' | 'labels', term: string | null, labels: unknown, matches: boolean]>([
  ['the pattern sees JSON as Python writes it', 'regex', '"host": "caf\\\\u00e9"', undefined, true],
  ['the pattern is not anchored and counts case', 'regex', 'HOST', undefined, false],
  ['an empty pattern matches all', 'regex', '', undefined, true],
  ['an invalid pattern matches nothing', 'regex', '(', undefined, false],
  ['a null pattern matches nothing', 'regex', null, undefined, false],
  ['a catastrophic pattern matches nothing and holds up nobody', 'regex', '(x+x+)+\\1y', undefined, false],
  ['a null template matches nothing', 'jinja2', null, undefined, false],
  ['a failing template matches nothing', 'jinja2', '{{ payload.a.b.c }}', undefined, false],
  ['a template that prints yes matches nothing', 'jinja2', 'yes', undefined, false],
  ['a template that prints OK matches', 'jinja2', ' OK\n', undefined, true],
  ['labels are seen by templates', 'jinja2', "{{ labels.env == 'prod' }}", undefined, true],
  [
    'all label pairs must be equal',
    'labels',
    null,
    [
      { key: 'env', value: 'prod' },
      { key: 'size', value: '3' },
    ],
    false,
  ],
  ['a label pair that is equal matches', 'labels', null, [{ key: 'env', value: 'prod' }], true],
  ['no label pairs match nothing', 'labels', null, [], false],
])('%s', async (_fact, type, term, labels, matches) => {
  const integration = await world.integration('webhook', { labels: [{ key: 'env', value: 'prod' }] });
  const id = await route(integration, 0, type, term, labels);
  await world.sendAll(integration, [{ host: 'café', x: 'x'.repeat(60) }]);
  expect((await world.groups(integration))[0]?.route_id).toBe(matches ? id : integration.defaultRouteId);
});

test('labels: later kinds win, unusable values are left out, text is stored by key, fifteen at most', async () => {
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`m${String(i).padStart(2, '0')}`, i]));
  const integration = await world.integration('webhook', {
    labels: [
      { key: 'env', value: 'prod' },
      { key: 'team', value: 'web' },
    ],
    dynamicLabels: [
      { key: 'team', template: '{{ payload.team }}' },
      { key: 'a_none', template: ' None ' },
      { key: 'a_failing', template: '{{ payload.x.y }}' },
      { key: 'a_long', template: "{{ 'x' * 201 }}" },
      { key: 'a_empty', template: '' },
    ],
  });
  const multi = '{{ {"b_number": 3, "b_true": true, "b_float": 1.0, "b_null": none, "b_list": [], "": "x"} | tojson }}';
  await world.db.updateTable('integration').set({ multi_label_template: multi }).where('id', '=', integration.id).execute();
  await world.sendAll(integration, [{ team: 'db' }]);
  expect((await world.groups(integration))[0]?.labels).toEqual({
    b_float: '1.0',
    b_number: '3',
    b_true: 'True',
    env: 'prod',
    team: 'db',
  });
  const crowded = await world.integration('webhook');
  await world.db
    .updateTable('integration')
    .set({ multi_label_template: JSON.stringify(many) })
    .where('id', '=', crowded.id)
    .execute();
  await world.sendAll(crowded, [{ a: 1 }]);
  expect(Object.keys((await world.groups(crowded))[0]?.labels ?? {})).toEqual(Object.keys(many).slice(0, 15));
});

test('templates that fail never stop an alert: title shows it, grouping and signals do without, and the integration is marked', async () => {
  const integration = await world.integration('formatted_webhook', {
    templates: { grouping_key: '{{ payload.a.b }}', resolve_signal: '{{ 1 / 0 }}', web: { title: '{{ payload.nope() }}' } },
  });
  await world.sendAll(integration, [recovered('a'), recovered('a')]);
  const groups = await world.groups(integration);
  expect(groups.map((group) => [group.state, group.title])).toEqual(
    Array(2).fill(['firing', "Template Warning: 'dict object' has no attribute 'nope'"]),
  );
  const marks = async () =>
    (await world.db.selectFrom('integration').select('template_errors').where('id', '=', integration.id).executeTakeFirst())
      ?.template_errors;
  expect(await marks()).toMatchObject({
    grouping_key: { message: "Template Warning: 'dict object' has no attribute 'a'", at: world.clock.now().toISOString() },
    resolve_signal: { message: 'Template Error: division by zero' },
    'web.title': {},
  });
  await world.sendAll(integration, [{ a: { b: 'x' } }]);
  expect(Object.keys((await marks()) ?? {}).sort()).toEqual(['resolve_signal', 'web.title']);
});

test('a template that loops for ever costs its own integration its place among the fast ones, and nothing else', async () => {
  const nested =
    '{% for a in "x" * 5000 %}'.repeat(1) +
    "{% for a in ('x' * 3000) %}{% for b in ('x' * 3000) %}{% endfor %}{% endfor %}{% endfor %}";
  const integration = await world.integration('formatted_webhook', { templates: { web: { title: nested } } });
  await world.send(integration, firing('a'));
  await world.send(integration, firing('b'));
  await world.settle();
  const groups = await world.groups(integration);
  expect(groups.map((group) => group.title)).toEqual(Array(2).fill(expect.stringMatching(/^Template Error: the template takes/)));
  const row = await world.db.selectFrom('integration').select('is_slow').where('id', '=', integration.id).executeTakeFirst();
  expect(row?.is_slow).toBe(true);
  await world.send(integration, firing('c'));
  const waiting = await world.db.selectFrom('inbound_alert').select('shard').execute();
  expect(waiting.every(({ shard }) => shard >= 16)).toBe(true);
  await world.settle();
  expect(await states(integration)).toHaveLength(3);
}, 60_000);

test('order holds while an integration moves between the fast and the slow shards', async () => {
  const integration = await world.integration('formatted_webhook');
  const setSlow = (isSlow: boolean) =>
    world.db.updateTable('integration').set({ is_slow: isSlow }).where('id', '=', integration.id).execute();
  for (const [at, alert] of [firing('a'), recovered('a'), firing('a'), recovered('a'), firing('a'), recovered('a')].entries()) {
    await setSlow(at % 2 === 1);
    await world.send(integration, alert);
  }
  await world.settle();
  expect((await world.groups(integration)).map((group) => [group.state, group.alerts_count])).toEqual(
    Array(3).fill(['resolved', 2]),
  );
});

test('a recovery finds its alert group also where somebody changes that while the recovery waits for it', async () => {
  const integration = await world.integration('formatted_webhook');
  await world.sendAll(integration, [firing('a')]);
  const [group] = await world.groups(integration);
  await world.send(integration, recovered('a'));
  const isWaitedFor = async () =>
    (await sql<{ n: number }>`select count(*)::int as n from pg_locks where not granted`.execute(world.db)).rows[0]?.n !== 0;
  let settled: Promise<void> = Promise.resolve();
  await inTransaction(world.db, async (tx) => {
    await sql`update alert_group set acknowledged_at = ${world.clock.now()}, acknowledged_by = 1 where id = ${group?.id ?? ''}`.execute(
      tx,
    );
    settled = world.settle();
    await vi.waitFor(async () => expect(await isWaitedFor()).toBe(true), { timeout: 30_000 });
  });
  await settled;
  expect((await world.groups(integration)).map(({ state, alerts_count }) => [state, alerts_count])).toEqual([['resolved', 2]]);
});

test('recoveries by count wait for no group that somebody holds', async () => {
  const integration = await world.integration('legacy_alertmanager');
  const alert = (status: string) => ({ alerts: [{ status, labels: { alertname: 'Full' } }] });
  await world.sendAll(integration, [alert('firing'), alert('resolved')]);
  world.clock.advance({ seconds: 6 });
  const [group] = await world.groups(integration);
  const resolve = () => resolveByCount({ db: world.db, clock: world.clock, ports: world.ports }, world.clock.now());
  await inTransaction(world.db, async (tx) => {
    await sql`select from alert_group where id = ${group?.id ?? ''} for no key update`.execute(tx);
    expect((await resolve()).ran).toBe(0);
    await sql`update source_count set last_resolved = last_resolved where alert_group_id = ${group?.id ?? ''}`.execute(tx);
  });
  expect((await resolve()).ran).toBe(1);
  expect(await states(integration)).toEqual(['resolved']);
});

test('the payload is stored as it was received', async () => {
  const integration = await world.integration('webhook');
  const text = '{"z": 1.0, "a": 1e2, "n": 12345678901234567890, "dup": 1, "dup": 2}';
  await fetch(integration.url, { method: 'POST', body: text, headers: { 'content-type': 'application/json' } });
  await world.settle();
  const [group] = await world.groups(integration);
  expect((await world.alerts(group?.id))[0]?.payload).toBe(text);
});

test('text that a template makes and storage does not take is replaced', async () => {
  const templates = { web: { title: "a{{ '\\x00' }}b" }, grouping_key: "{{ '\\x00' }}" };
  const integration = await world.integration('webhook', {
    templates,
    dynamicLabels: [{ key: 'k', template: "v{{ '\\x00' }}" }],
  });
  await world.sendAll(integration, [{ a: 1 }]);
  expect(await world.groups(integration)).toMatchObject([{ title: 'a\uFFFDb', labels: { k: 'v\uFFFD' } }]);
});

test('titles are cut behind 500 characters', async () => {
  const integration = await world.integration('formatted_webhook');
  await world.sendAll(integration, [firing('a', { title: 'x'.repeat(600) })]);
  expect((await world.groups(integration))[0]?.title).toBe(`${'x'.repeat(500)}..`);
});

test('demo alerts never group', async () => {
  const integration = await world.integration('formatted_webhook');
  const demo = () =>
    world.ingestion.commit.add({
      organizationId: integration.organizationId,
      integrationId: integration.id,
      receivedAt: world.clock.now(),
      texts: [JSON.stringify(firing('a'))],
      isSplit: false,
      isDemo: true,
      warning: null,
    });
  expect([await demo(), await demo()]).toEqual(['committed', 'committed']);
  await world.settle();
  expect(await world.groups(integration)).toMatchObject([
    { is_demo: true, alerts_count: 1 },
    { is_demo: true, alerts_count: 1 },
  ]);
});

test('debug mode opens groups that do not escalate, maintenance attaches them to its group', async () => {
  const integration = await world.integration('formatted_webhook');
  const root = await world.integration('formatted_webhook');
  await world.sendAll(root, [firing('maintenance')]);
  const [rootGroup] = await world.groups(root);
  const endsAt = new Date(world.clock.now().getTime() + 3_600_000);
  const setMode = (mode: 'debug' | 'maintenance', ends: Date) =>
    world.db
      .updateTable('integration')
      .set({ maintenance_mode: mode, maintenance_ends_at: ends, maintenance_alert_group_id: rootGroup?.id ?? null })
      .where('id', '=', integration.id)
      .execute();
  await setMode('debug', endsAt);
  await world.sendAll(integration, [firing('a')]);
  await setMode('maintenance', endsAt);
  await world.sendAll(integration, [firing('b')]);
  await setMode('maintenance', world.clock.now());
  await world.sendAll(integration, [firing('c')]);
  const groups = await world.groups(integration);
  expect(groups).toMatchObject([
    { is_debug: true, root_alert_group_id: null },
    { is_debug: false, root_alert_group_id: rootGroup?.id },
    { is_debug: false, root_alert_group_id: null },
  ]);
  expect((await world.records(groups[1]?.id ?? '')).map((record) => record.type)).toEqual([21, 22, 8]);
  const runs = await world.db
    .selectFrom('escalation_run')
    .selectAll()
    .where(
      'alert_group_id',
      'in',
      groups.map((group) => group.id),
    )
    .execute();
  expect(runs.map((run) => run.alert_group_id)).toEqual([groups[2]?.id]);
});

test('alerts cut out of a body resolve their group when every label set has recovered and five seconds have passed', async () => {
  const integration = await world.integration('legacy_grafana_alerting');
  const alert = (instance: string, status: string) => ({ status, labels: { alertname: 'Disk', instance } });
  await world.sendAll(integration, [{ alerts: [alert('a', 'firing'), alert('b', 'firing')] }]);
  await world.sendAll(integration, [{ alerts: [alert('a', 'resolved')] }]);
  world.clock.advance({ seconds: 6 });
  await world.settle();
  expect(await states(integration)).toEqual(['firing']);
  await world.sendAll(integration, [{ alerts: [alert('b', 'resolved')] }]);
  world.clock.advance({ seconds: 4 });
  await world.settle();
  expect(await states(integration)).toEqual(['firing']);
  world.clock.advance({ seconds: 1 });
  await world.settle();
  expect(await world.groups(integration)).toMatchObject([{ state: 'resolved', resolved_by: 0, alerts_count: 4 }]);
});

test('beyond the rate nothing is refused; groups that took more say so once per window', async () => {
  const integration = await world.integration('formatted_webhook');
  await world.sendAll(integration, [firing('a')]);
  await world.db.updateTable('ingest_window').set({ alerts: 299 }).where('integration_id', '=', integration.id).execute();
  await world.sendAll(integration, [firing('a')]);
  await world.sendAll(integration, [firing('a'), firing('a')]);
  await world.sendAll(integration, [firing('a'), firing('b')]);
  expect(world.notices).toMatchObject([{ kind: 'rate_passed', text: expect.stringContaining(integration.id) }]);
  const groups = await world.groups(integration);
  expect(groups.map((group) => [group.state, group.alerts_count])).toEqual([
    ['firing', 5],
    ['firing', 1],
  ]);
  const told = (await world.records(groups[0]?.id ?? '')).filter((record) => record.type === 25);
  expect(told.map((record) => record.data)).toEqual([{ alerts: 3, limit: 300, scope: 'integration', window_seconds: 300 }]);
});

test('an organization may have thresholds of its own', async () => {
  const integration = await world.integration('formatted_webhook');
  const { ports } = world;
  ports.rateLimitsOf = () => ({ integration: 1 });
  try {
    for (const _time of [1, 2]) await world.sendAll(integration, [firing('own')]);
  } finally {
    delete ports.rateLimitsOf;
  }
  const [group] = await world.groups(integration);
  const told = (await world.records(group?.id ?? '')).filter((record) => record.type === 25);
  expect(told.map((record) => record.data)).toMatchObject([{ limit: 1, scope: 'integration' }]);
});

test('nothing crosses organizations', async () => {
  await sql`insert into organization (id, name, created_at) values ('OTHER', 'Other', ${world.clock.now()})`.execute(world.db);
  const mine = await world.integration('formatted_webhook');
  const theirs = await world.integration('formatted_webhook', {}, 'OTHER');
  await world.sendAll(mine, [firing('same')]);
  await world.sendAll(theirs, [recovered('same')]);
  expect(await states(mine)).toEqual(['firing']);
  expect(await world.groups(theirs)).toMatchObject([{ organization_id: 'OTHER', number: 1, state: 'resolved' }]);
});

test.each<[string, { key: string; value: string; match?: string }[], boolean]>([
  ['equal', [{ key: 'env', value: 'prod' }], true],
  ['equal, another value', [{ key: 'env', value: 'pro' }], false],
  ['a number never equals its text', [{ key: 'tier', value: '3' }], false],
  ['a number as text matches a pattern', [{ key: 'tier', value: '[1-3]', match: '=~' }], true],
  ['not equal', [{ key: 'env', value: 'test', match: '!=' }], true],
  ['a label that is not there is not equal', [{ key: 'host', value: 'x', match: '!=' }], true],
  ['a pattern matches the whole value', [{ key: 'env', value: 'pro', match: '=~' }], false],
  ['alternatives of a pattern', [{ key: 'env', value: 'test|prod', match: '=~' }], true],
  ['flags of a pattern', [{ key: 'env', value: '(?i)PROD', match: '=~' }], true],
  ['a pattern that must not match', [{ key: 'env', value: 'test.*', match: '!~' }], true],
  ['a pattern that must not match, and does', [{ key: 'env', value: 'p.*', match: '!~' }], false],
  ['a label that is not there is empty', [{ key: 'host', value: '.+', match: '!~' }], true],
  ['an invalid pattern, whichever way it asks', [{ key: 'env', value: '(', match: '!~' }], false],
  [
    'all must hold',
    [
      { key: 'env', value: 'prod' },
      { key: 'env', value: 'prod', match: '!=' },
    ],
    false,
  ],
])('route by labels: %s', async (_fact, labels, expected) => {
  const integration = await world.integration('webhook', {
    labels: [{ key: 'env', value: 'prod' }],
    multiLabelTemplate: '{"tier": 3}',
  });
  const id = await route(integration, 0, 'labels', null, labels);
  await world.sendAll(integration, [{ a: 1 }]);
  expect((await world.groups(integration))[0]?.route_id).toBe(expected ? id : integration.defaultRouteId);
});

test('labels that are not inherited are neither on the group nor seen by routes', async () => {
  const integration = await world.integration('webhook', {
    labels: [
      { key: 'env', value: 'prod' },
      { key: 'cost', value: 'x1' },
    ],
    labelsNotInherited: ['cost'],
  });
  await route(integration, 0, 'labels', null, [{ key: 'cost', value: 'x1' }]);
  await world.sendAll(integration, [{ a: 1 }]);
  expect(await world.groups(integration)).toMatchObject([{ labels: { env: 'prod' }, route_id: integration.defaultRouteId }]);
});
