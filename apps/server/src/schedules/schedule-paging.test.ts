import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOrganization, createToken, nextGrafanaUserId } from '../access/index.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { createUser } from '../users/index.ts';

let server: TestServer;
let org: string;
let token: string;
const people = new Map<string, string>();

beforeAll(async () => {
  server = await startTestServer({ at: '2026-03-02T07:50:00Z', env: { ESCALATION_START_DELAY_SECONDS: '1' } });
  const { db, clock } = server.ctx;
  await inTransaction(db, async (tx) => {
    org = (await createOrganization(tx, { name: 'Harbor' }, clock.now())).id;
    for (const [name, role] of [
      ['ada', 'admin'],
      ['noor', 'editor'],
      ['ivo', 'editor'],
    ] as const) {
      const grafanaId = await nextGrafanaUserId(tx, org);
      const made = await createUser(
        tx,
        org,
        { grafanaId, username: name, email: `${name}@example.net`, role, passwordHash: null },
        clock.now(),
      );
      if (!made.ok) throw new Error(made.reason);
      people.set(made.user.id, name);
      if (name === 'ada') token = (await createToken(tx, org, { userId: made.user.id, name: 'test' }, clock.now())).text;
    }
  });
});
afterAll(() => server[Symbol.asyncDispose]());

async function api(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) {
  const answer = await server.app.inject({
    method,
    url: `/api/v1/${path}`,
    headers: { authorization: token, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  expect(answer.statusCode, answer.body).toBeLessThan(300);
  return answer.body === '' ? null : answer.json();
}
const idOf = (name: string): string => [...people].find(([, known]) => known === name)?.[0] ?? '';

/** Noor until 08:00, then Ivo, in turns of a day; nobody from `until` on. */
async function schedule(until: string | null = null): Promise<string> {
  const shift = await api('POST', 'on_call_shifts/', {
    type: 'rolling_users',
    start: '2026-03-01T08:00:00',
    duration: 86_400,
    frequency: 'daily',
    rolling_users: [[idOf('noor')], [idOf('ivo')]],
    start_rotation_from_user_index: 0,
    until,
  });
  return (await api('POST', 'schedules/', { name: 'Primary', type: 'calendar', shifts: [shift.id] })).id;
}

/** Opens a group that runs the steps, and returns its id. */
async function alert(name: string, steps: Record<string, unknown>[]): Promise<string> {
  const chain = (await api('POST', 'escalation_chains/', { name })).id;
  for (const step of steps) await api('POST', 'escalation_policies/', { escalation_chain_id: chain, ...step });
  const integration = await api('POST', 'integrations/', {
    type: 'webhook',
    name,
    default_route: { escalation_chain_id: chain },
  });
  await server.app.listen({ port: 0, host: '127.0.0.1' }).catch(() => undefined);
  const { port } = server.app.server.address() as { port: number };
  const answer = await fetch(`http://127.0.0.1:${port}${new URL(integration.link).pathname}`, {
    method: 'POST',
    body: JSON.stringify({ name }),
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.status).toBe(200);
  await server.runDue();
  return (await api('GET', `alert_groups/?integration_id=${integration.id}`)).results[0].id;
}

async function runFor(seconds: number): Promise<void> {
  for (let left = seconds; left > 0; left -= 30) {
    server.clock.advance({ seconds: Math.min(30, left) });
    await server.runDue();
  }
}
/** Who was paged for a group, in order. */
async function paged(groupId: string): Promise<string[]> {
  const { rows } = await sql<{
    user_id: string;
  }>`select user_id from delivery where alert_group_id = ${groupId} order by id`.execute(server.ctx.db);
  return rows.map((row) => people.get(row.user_id) ?? row.user_id);
}
const errors = async (groupId: string): Promise<number[]> =>
  (
    await sql<{
      error_code: number;
    }>`select error_code from timeline_record where alert_group_id = ${groupId} and type = 17 and error_code < 100 order by id`.execute(
      server.ctx.db,
    )
  ).rows.map((row) => row.error_code);

test('a schedule step pages whoever is on call when it runs: hand-over at 08:00', async () => {
  server.clock.set('2026-03-02T07:50:00Z');
  const id = await schedule();
  const step = { type: 'notify_on_call_from_schedule', notify_on_call_from_schedule: id };
  const group = await alert('hand-over', [step, { type: 'wait', duration: 900 }, step]);
  await runFor(1_000);
  expect(await paged(group)).toEqual(['noor', 'ivo']);
  const { results } = await api('GET', `schedules/${id}/events/`);
  expect(results[0]).toEqual({
    at: '2026-03-02T08:00:00Z',
    type: 'hand_over',
    user_ids: [idOf('ivo')],
    former_user_ids: [idOf('noor')],
  });
});

test('the next on call is paged by a step of its own', async () => {
  server.clock.set('2026-03-02T09:00:00Z');
  const id = await schedule();
  const group = await alert('next', [
    { type: 'notify_next_on_call_from_schedule', notify_on_call_from_schedule: id, important: true },
  ]);
  await runFor(60);
  expect(await paged(group)).toEqual(['noor']);
});

test('nobody on call is a record, and the chain goes on', async () => {
  server.clock.set('2026-03-03T09:00:00Z');
  const id = await schedule('2026-03-01T08:00:00'); // the turn of 1 March is the last one
  const group = await alert('gap', [
    { type: 'notify_on_call_from_schedule', notify_on_call_from_schedule: id },
    { type: 'notify_persons', persons_to_notify: [idOf('ada')] },
  ]);
  await runFor(60);
  expect(await errors(group)).toEqual([6]);
  expect(await paged(group)).toEqual(['ada']);
  const { results } = await api('GET', `schedules/${id}/warnings/?days=1`);
  expect(results).toEqual([
    { type: 'gap', start: '2026-03-03T09:01:00Z', end: '2026-03-04T09:01:00Z', user_id: null, text: 'Nobody is on call' },
  ]);
});

test('a schedule that is deleted, or never chosen, is error 4', async () => {
  server.clock.set('2026-03-03T10:00:00Z');
  const id = await schedule();
  const group = await alert('gone', [
    { type: 'wait', duration: 60 },
    { type: 'notify_on_call_from_schedule', notify_on_call_from_schedule: id },
    { type: 'notify_on_call_from_schedule' },
    { type: 'notify_persons', persons_to_notify: [idOf('ada')] },
  ]);
  await api('DELETE', `schedules/${id}/`);
  await runFor(210);
  expect(await errors(group)).toEqual([4, 4]);
  expect(await paged(group)).toEqual(['ada']);
});

test('a calendar without a usable copy is error 5', async () => {
  server.clock.set('2026-03-03T11:00:00Z');
  const { db, clock } = server.ctx;
  await sql`insert into schedule (organization_id, id, type, name, ical_url_primary, created_at, updated_at)
    values (${org}, 'SFEED', 'ical', 'Feed', 'https://cal.example/a.ics', ${clock.now()}, ${clock.now()})`.execute(db);
  const group = await alert('feed', [{ type: 'notify_on_call_from_schedule', notify_on_call_from_schedule: 'SFEED' }]);
  await runFor(60);
  expect(await errors(group)).toEqual([5]);
});

test('a schedule that cannot be computed is error 5, and stops no other escalation', async () => {
  server.clock.set('2026-03-03T11:30:00Z');
  const broken = await schedule();
  const sound = await schedule();
  await sql`update on_call_shift set start = 'nonsense' where id in (select shift_id from schedule_shift where schedule_id = ${broken})`.execute(
    server.ctx.db,
  );
  const onCall = (id: string) => ({ type: 'notify_on_call_from_schedule', notify_on_call_from_schedule: id });
  const wait = { type: 'wait', duration: 60 };
  const stuck = await alert('broken', [wait, onCall(broken), { type: 'notify_persons', persons_to_notify: [idOf('ada')] }]);
  const beside = await alert('sound', [wait, onCall(sound)]);
  await runFor(150);
  expect(await errors(stuck)).toEqual([5]);
  expect(await paged(stuck)).toEqual(['ada']);
  expect(await paged(beside)).toEqual(['noor']);
});

test('a team step pages its members, and says so when there are none', async () => {
  server.clock.set('2026-03-03T12:00:00Z');
  const team = (await api('POST', 'teams/', { name: 'dock', members: [idOf('noor'), idOf('ivo')] })).id;
  const group = await alert('team', [{ type: 'notify_team_members', team_to_notify: team }]);
  await runFor(60);
  expect((await paged(group)).sort()).toEqual(['ivo', 'noor']);
  await api('PUT', `teams/${team}/`, { members: [] });
  const empty = await alert('empty team', [{ type: 'notify_team_members', team_to_notify: team }]);
  await runFor(60);
  expect(await errors(empty)).toEqual([2]);
});
