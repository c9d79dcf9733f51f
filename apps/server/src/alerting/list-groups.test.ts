import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageUsers } from '../escalation/index.ts';
import { EscalationWorld, ORG } from '../testing/escalation/world.ts';
import { bySystem } from './actor.ts';
import { listAlerts } from './alert-store.ts';
import type { GroupFilter } from './group-filter.ts';
import { countByState, countFound, findGroupIds, findListedGroup, listGroups } from './list-groups.ts';
import { createNote } from './resolution-notes/create-note.ts';

let world: EscalationWorld;
const ids: string[] = [];
let route = '';
let chain = '';
beforeAll(async () => {
  world = await EscalationWorld.start();
  await world.person('Mira', { default: ['email'] });
  await world.team('Ops', ['Mira']);
  route = await world.route(null);
  chain = await world.chain([{ do: 'wait', seconds: 60 }]);
  const other = await world.route(chain);
  for (let i = 0; i < 8; i += 1) {
    ids.push(await world.open(i % 2 === 0 ? route : other, { key: `key ${i}` }));
    world.clock.advance({ seconds: 60 });
  }
  await createNote(world.deps, ORG, ids[0] ?? '', { text: 'Seen', authorId: world.userId('Mira'), source: 'Web', origin: 'web' });
  await pageUsers(world.deps, ORG, ids[7] ?? '', [{ userId: world.userId('Mira'), important: false }], bySystem);
  const label = (i: number, labels: Record<string, string>) =>
    sql`update alert_group set labels = ${JSON.stringify(labels)}::jsonb where id = ${ids[i]}`.execute(world.db);
  await label(0, { env: 'prod', url: 'https://a:8080' });
  await label(1, { env: 'prod', team: 'ledger' });
  await label(2, { env: 'dev' });
  await sql`update alert_group set title = '100%_sure' where id = ${ids[3]}`.execute(world.db);
  await world.acknowledge(ids[4] ?? '', 'Mira');
  await world.act(ids[5] ?? '', { do: 'silence', seconds: 60 }, 'Mira');
  await world.act(ids[6] ?? '', { do: 'resolve' }, 'Mira');
  await sql`insert into alert_group (organization_id, id, number, integration_id, grouping_key, title, received_at, started_at)
    values ('OOTHER', 'IOTHER', 1, 'COTHER', 'x', 'Ledger', now(), now())`.execute(world.db);
});
afterAll(() => world[Symbol.asyncDispose]());

const page = (filter: GroupFilter, number = 1, size = 50) =>
  listGroups(world.db, ORG, filter, { kind: 'page', page: number, size });
const found = async (filter: GroupFilter) => (await page(filter)).rows.map(({ id }) => ids.indexOf(id)).sort();
const at = (minutes: number) => new Date(new Date('2026-03-02T09:00:00Z').getTime() + minutes * 60_000);

test('lists groups, those that started last first, of this organization only', async () => {
  const all = await page({});
  expect(all.rows.map(({ id }) => id)).toEqual([...ids].reverse());
  expect(all).toMatchObject({ kind: 'page', count: 8, totalPages: 1 });
});

describe('filters', () => {
  test.each<[string, () => GroupFilter, number[]]>([
    ['by id', () => ({ ids: [ids[2] ?? '', 'INOBODY', 'IOTHER'] }), [2]],
    ['by route', () => ({ routeIds: [route] }), [0, 2, 4, 6]],
    ['by integration', () => ({ integrationIds: ['CNOBODY'] }), []],
    ['by several integrations', () => ({ integrationIds: ['CNOBODY', world.integrationId] }), [0, 1, 2, 3, 4, 5, 6, 7]],
    ['by no team', () => ({ teamIds: [null] }), [0, 1, 2, 3, 4, 5, 6, 7]],
    ['by team', () => ({ teamIds: ['Ops'] }), []],
    ['by state', () => ({ states: ['acknowledged'] }), [4]],
    ['by several states', () => ({ states: ['silenced', 'resolved'] }), [5, 6]],
    ['by no state at all', () => ({ states: [] }), []],
    ['by label', () => ({ labels: { env: ['prod'] } }), [0, 1]],
    ['by several values of a label', () => ({ labels: { env: ['prod', 'dev'] } }), [0, 1, 2]],
    ['by several labels', () => ({ labels: { env: ['prod'], team: ['ledger'] } }), [1]],
    ['by a label with a colon', () => ({ labels: { url: ['https://a:8080'] } }), [0]],
    ['by start, both ends included', () => ({ startedAt: { from: at(1), to: at(3) } }), [1, 2, 3]],
    ['by resolution time', () => ({ resolvedAt: { from: at(8), to: at(8) } }), [6]],
    ['by acknowledge time', () => ({ acknowledgedAt: { from: at(8), to: at(8) } }), [4]],
    ['by a part of the title in any case', () => ({ search: 'LEDGER' }), [0, 1, 2, 4, 5, 6, 7]],
    ['by text that is a pattern elsewhere', () => ({ search: '0%_S' }), [3]],
    ['by grouping key', () => ({ groupingKey: 'key 2' }), [2]],
    ['by number', () => ({ search: ' #4 ' }), [3]],
    ['by a number that titles hold too', () => ({ search: '100' }), [3]],
    ['by its id as a search', () => ({ search: (ids[2] ?? '').toLowerCase() }), [2]],
    ['by several routes', () => ({ routeIds: [route, 'RNOBODY'] }), [0, 2, 4, 6]],
    ['by chain', () => ({ chainIds: [chain] }), [1, 3, 5, 7]],
    ['by several teams', () => ({ teamIds: ['Ops', null] }), [0, 1, 2, 3, 4, 5, 6, 7]],
    ['by who acknowledged', () => ({ acknowledgedBy: [world.userId('Mira')] }), [4]],
    ['by who silenced', () => ({ silencedBy: [world.userId('Mira'), 'UNOBODY'] }), [5]],
    ['by who resolved', () => ({ resolvedBy: ['UNOBODY'] }), []],
    ['by who was added', () => ({ pagedUsers: [world.userId('Mira')] }), [7]],
    ['by who is involved', () => ({ involvedUsers: [world.userId('Mira')] }), [0, 4, 5, 6, 7]],
    ['with a note', () => ({ hasNote: true }), [0]],
    ['without a note', () => ({ hasNote: false, states: ['acknowledged'] }), [4]],
    ['that are attached', () => ({ isAttached: true }), []],
    ['for eyes of no team', () => ({ visibleTo: { teamIds: [], userId: null } }), [0, 1, 2, 3, 4, 5, 6, 7]],
    ['together', () => ({ states: ['firing'], labels: { env: ['prod'] }, routeIds: [route] }), [0]],
  ])('%s', async (_name, filter, expected) => {
    expect(await found(filter())).toEqual(expected);
    const { count } = (await page(filter())) as { count: number };
    expect(count).toBe(expected.length);
    expect((await findGroupIds(world.db, ORG, filter(), 100)).length).toBe(expected.length);
  });
});

test('pages by number, the last page beyond the end', async () => {
  const number = async (n: number) => (await page({}, n, 3)).rows.map(({ id }) => ids.indexOf(id));
  expect([await number(1), await number(2), await number(3), await number(9)]).toEqual([
    [7, 6, 5],
    [4, 3, 2],
    [1, 0],
    [1, 0],
  ]);
});

test('pages by cursor, forwards and backwards', async () => {
  const from = async (cursor: string | null) => {
    const answer = await listGroups(world.db, ORG, {}, { kind: 'cursor', cursor, size: 3 });
    if (answer.kind !== 'cursor') throw new Error('not a cursor page');
    return { shown: answer.rows.map(({ id }) => ids.indexOf(id)), next: answer.next, previous: answer.previous };
  };
  const first = await from(null);
  const second = await from(first.next);
  const third = await from(second.next);
  expect([first.shown, second.shown, third.shown]).toEqual([
    [7, 6, 5],
    [4, 3, 2],
    [1, 0],
  ]);
  expect([first.previous, third.next]).toEqual([null, null]);
  expect((await from(third.previous)).shown).toEqual([4, 3, 2]);
});

test('counts by state are kept, not counted', async () => {
  expect(await countByState(world.db, ORG)).toEqual({ firing: 5, acknowledged: 1, silenced: 1, resolved: 1 });
});

test('what a filter finds is counted by state, whatever states it names', async () => {
  expect(await countFound(world.db, ORG, {})).toEqual({ firing: 5, acknowledged: 1, silenced: 1, resolved: 1 });
  const found = await countFound(world.db, ORG, { routeIds: [route], states: ['firing'] });
  expect(found).toEqual({ firing: 2, acknowledged: 1, silenced: 0, resolved: 1 });
});

test('groups of teams that are not ones own are seen by who was added to them only', async () => {
  await sql`insert into integration (organization_id, id, type, name, team_id, token, created_at, updated_at)
    select organization_id, 'CHIDDEN', type, 'hidden', 'Ops', 'hidden', created_at, updated_at from integration limit 1`.execute(
    world.db,
  );
  await sql`update alert_group set integration_id = 'CHIDDEN' where id in (${ids[6]}, ${ids[7]})`.execute(world.db);
  const seen = async (teamIds: string[], userId: string | null) => found({ visibleTo: { teamIds, userId } });
  expect(await seen([], null)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(await seen([], world.userId('Mira'))).toEqual([0, 1, 2, 3, 4, 5, 7]);
  expect(await seen(['Ops'], null)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(await countFound(world.db, ORG, { visibleTo: { teamIds: [], userId: null } })).toMatchObject({ resolved: 0, firing: 4 });
  await sql`update alert_group set integration_id = ${world.integrationId}`.execute(world.db);
});

test('a search finds a title as it is now', async () => {
  await sql`update alert_group set title = 'Boiler is cold' where id = ${ids[2]}`.execute(world.db);
  expect(await found({ search: 'boiler' })).toEqual([2]);
  await sql`update alert_group set title = null where id = ${ids[2]}`.execute(world.db);
  expect(await found({ search: 'boiler' })).toEqual([]);
});

test('a group shows the team of its integration and what is attached to it', async () => {
  await sql`update alert_group set root_alert_group_id = ${ids[0]} where id in (${ids[1]}, ${ids[2]})`.execute(world.db);
  await sql`update integration set team_id = 'Ops'`.execute(world.db);
  expect(await findListedGroup(world.db, ORG, ids[0] ?? '')).toMatchObject({ teamId: 'Ops', attachedIds: [ids[1], ids[2]] });
  expect(await findListedGroup(world.db, 'OOTHER', ids[0] ?? '')).toBeNull();
});

test('alerts are listed newest first, by group, text and time', async () => {
  await world.join(ids[7] ?? '');
  await sql`update alert set payload = '{"disk":"sda1","use":"97%"}' where alert_group_id = ${ids[7]}`.execute(world.db);
  const window = { kind: 'page', page: 1, size: 50 } as const;
  const alerts = async (filter: Parameters<typeof listAlerts>[2]) =>
    (await listAlerts(world.db, ORG, filter, window)).rows.map(({ alertGroupId }) => ids.indexOf(alertGroupId));
  expect(await alerts({ alertGroupId: ids[7] ?? '' })).toEqual([7, 7]);
  expect(await alerts({ search: 'SDA1' })).toEqual([7, 7]);
  expect(await alerts({ search: '9_%' })).toEqual([]);
  expect(await alerts({ createdAt: { from: at(1), to: at(2) } })).toEqual([2, 1]);
  expect(await alerts({ integrationId: 'CNOBODY' })).toEqual([]);
});
