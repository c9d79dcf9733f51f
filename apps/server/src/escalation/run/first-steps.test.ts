import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EscalationWorld, type StepSpec } from '../../testing/escalation/world.ts';
import { advanceRuns } from './advance-runs.ts';

let world: EscalationWorld;
beforeAll(async () => {
  world = await EscalationWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  await world.reset('2026-03-02T09:00:00Z');
  await world.person('Mira', { default: ['mobile_app', { wait: 300 }, 'phone_call'] });
  await world.person('Jonas', { default: [{ wait: 60 }, 'sms'], important: ['phone_call'] });
  await world.team('port', ['Mira', 'Jonas']);
  world.schedules.set('nights', () => ['Jonas']);
});

/** All that escalation has written about a group, without what names the group itself. */
async function writtenAbout(id: string): Promise<unknown> {
  const { rows } = await sql<{ rows: unknown }>`
    select json_build_object(
      'run', (select json_agg(to_jsonb(r) - 'alert_group_id') from escalation_run r where r.alert_group_id = ${id}),
      'lists', (select json_agg(to_jsonb(p) - 'alert_group_id' - 'id' order by p.id) from personal_run p where p.alert_group_id = ${id}),
      'pages', (select json_agg(to_jsonb(d) - 'alert_group_id' - 'id' - 'personal_run_id' || jsonb_build_object('key', replace(d.key, ${id}, ''))
                                order by d.id) from delivery d where d.alert_group_id = ${id}),
      'records', (select json_agg(to_jsonb(t) - 'alert_group_id' - 'id' order by t.id) from timeline_record t where t.alert_group_id = ${id}),
      'notifications', (select json_agg(to_jsonb(n) - 'alert_group_id' - 'id' order by n.id) from notification_record n where n.alert_group_id = ${id}),
      'state', (select state from alert_group where id = ${id})) as rows`.execute(world.db);
  return rows[0]?.rows;
}

const FIRST_STEPS: [string, StepSpec[]][] = [
  ['people', [{ do: 'notify', users: ['Mira', 'Jonas'] }]],
  ['people, important', [{ do: 'notify', users: ['Jonas'], important: true }]],
  ['one in turn', [{ do: 'round_robin', users: ['Mira'] }]],
  ['a team', [{ do: 'team', team: 'port' }]],
  ['who is on call', [{ do: 'schedule', schedule: 'nights' }]],
  ['a wait', [{ do: 'wait', seconds: 60 }]],
  ['a window of hours', [{ do: 'window', from: '10:00:00Z', to: '12:00:00Z' }]],
  ['a count of alerts', [{ do: 'threshold', alerts: 3, minutes: 5 }]],
  ['the end', [{ do: 'resolve' }]],
  ['the beginning', [{ do: 'repeat' }]],
  ['nothing that can be done', [{ do: 'incident' }]],
  ['nothing at all', []],
];

describe('a first step that is carried out with the start leaves what the loop would leave', () => {
  test.each(FIRST_STEPS)('%s', async (_name, steps) => {
    const route = await world.route(await world.chain(steps));
    const later = await world.open(route, { startDelaySeconds: 0 });
    await advanceRuns(world.engine, world.clock.now());
    const atOnce = await world.open(route, { atOnce: true });
    expect(await writtenAbout(atOnce)).toEqual(await writtenAbout(later));
  });

  test('a route without a chain', async () => {
    const route = await world.route(null);
    const later = await world.open(route, { startDelaySeconds: 0 });
    expect(await writtenAbout(await world.open(route, { atOnce: true }))).toEqual(await writtenAbout(later));
  });
});

test('a first step that fails leaves the run due, and the alert group opened', async () => {
  world.schedules.set('nights', () => {
    throw new Error('the schedule cannot be read');
  });
  const id = await world.open(await world.route(await world.chain([{ do: 'schedule', schedule: 'nights' }])), { atOnce: true });
  const run = async () =>
    (await sql`select state, position from escalation_run where alert_group_id = ${id}`.execute(world.db)).rows;
  expect(await run()).toEqual([{ state: 'running', position: 0 }]);
  expect(world.pages()).toEqual([]);

  world.schedules.set('nights', () => ['Mira']);
  await world.runUntil(10);
  expect(world.pages()).toEqual(['0 Mira mobile_app']);
});
