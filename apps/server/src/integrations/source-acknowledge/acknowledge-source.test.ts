import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  ACTION_SOURCE,
  type Actor,
  type AlertGroupId,
  acknowledge,
  bySource,
  type OrgId,
  type UserId,
} from '../../alerting/index.ts';
import { createJobQueue, runJobsOnce } from '../../platform/jobs/index.ts';
import { createAddressPolicy, createOutbound } from '../../platform/outbound/index.ts';
import { type HttpReceiver, startHttpReceiver } from '../../testing/http-receiver.ts';
import { type NotificationWorld, ORG, startNotificationWorld } from '../../testing/notifications.ts';
import { createAcknowledgeSource } from './acknowledge-source.ts';

let world: NotificationWorld;
let prtg: HttpReceiver;
let host: { host: string; port: number; plain_http: boolean };
beforeEach(async () => {
  [world, prtg] = await Promise.all([startNotificationWorld(), startHttpReceiver()]);
  host = { host: '127.0.0.1', port: Number(new URL(prtg.url).port), plain_http: true };
});
afterEach(async () => {
  await prtg[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const anna: Actor = { type: 'user', userId: 'UANNA' as UserId, via: ACTION_SOURCE.api };
const ackUrl = () =>
  `${prtg.url.replace('http://', '')}/api/acknowledgealarm.htm?id=2043&ackmsg=Seen by Tocsin.&passhash=99887766`;

async function prtgGroup(fields: { type?: string; hosts?: unknown[]; payload?: unknown } = {}): Promise<string> {
  const integrationId = await world.integration({ type: fields.type ?? 'prtg', acknowledgeHosts: fields.hosts ?? [host] });
  return world.group({ integrationId, payload: fields.payload ?? { alert_uid: '2043', ack_url_get: ackUrl() } });
}

/** Acknowledges and runs what follows. @returns the records of the calls */
async function acknowledgeAs(actor: Actor, groupId: string, allowed: string[] = ['127.0.0.1']) {
  const jobs = createJobQueue(world.clock);
  const outbound = createOutbound({ policy: createAddressPolicy(allowed), userAgent: 'Tocsin/test' });
  const source = createAcknowledgeSource({ db: world.db, clock: world.clock, outbound, jobs, serverHosts: [] });
  const result = await acknowledge(
    { db: world.db, clock: world.clock, hooks: source.hooks },
    ORG as OrgId,
    groupId as AlertGroupId,
    actor,
  );
  if (!result.ok) throw new Error(result.reason);
  await runJobsOnce(world.db, [source.job], {}, world.clock.now());
  const { rows } = await sql<{ reason: string; data: { outcome: string; statusCode: number | null } }>`
    select reason, data from timeline_record where type = 100`.execute(world.db);
  return rows;
}

test('a person’s acknowledgement is told to PRTG, once, and the timeline says so without the credentials', async () => {
  const group = await prtgGroup();
  const records = await acknowledgeAs(anna, group);
  expect(prtg.requests).toMatchObject([
    { method: 'GET', path: '/api/acknowledgealarm.htm?id=2043&ackmsg=Seen%20by%20Tocsin.&passhash=99887766' },
  ]);
  expect(records).toMatchObject([{ data: { outcome: 'called', statusCode: 200 } }]);
  expect(JSON.stringify(records)).not.toContain('99887766');
});

test('the newest alert that names an address counts', async () => {
  const group = await prtgGroup();
  const newer = JSON.stringify({ ack_url_get: ackUrl().replace('2043', '2044') });
  await sql`insert into alert (organization_id, id, alert_group_id, integration_id, created_at, received_at, payload)
            select organization_id, 'A' || n, alert_group_id, integration_id, created_at + n * interval '1 second', received_at,
                   case n when 1 then ${newer} else '{"ack_url_get": ""}' end
            from alert, generate_series(1, 2) n where alert_group_id = ${group}`.execute(world.db);
  await acknowledgeAs(anna, group);
  expect(prtg.requests.map(({ path }) => path)).toEqual([expect.stringContaining('id=2044')]);
});

test.each<[string, () => Promise<string>, Actor]>([
  ['an acknowledgement by the source itself', () => prtgGroup(), bySource],
  ['a group of another type', () => prtgGroup({ type: 'webhook' }), anna],
  ['a group without such an address', () => prtgGroup({ payload: { alert_uid: '1' } }), anna],
])('%s calls nobody and leaves no record', async (_fact, arrange, actor) => {
  expect(await acknowledgeAs(actor, await arrange())).toEqual([]);
  expect(prtg.requests).toHaveLength(0);
});

test.each<[string, () => Promise<string>, string[]]>([
  ['the integration did not list the host', () => prtgGroup({ hosts: [] }), ['127.0.0.1']],
  ['the address is private and the settings do not allow it', () => prtgGroup(), []],
])('refused when %s, and the acknowledgement stands', async (_fact, arrange, allowed) => {
  const group = await arrange();
  const records = await acknowledgeAs(anna, group, allowed);
  expect(records).toMatchObject([{ data: { outcome: 'refused' } }]);
  expect(prtg.requests).toHaveLength(0);
  const { rows } = await sql<{ state: string }>`select state from alert_group where id = ${group}`.execute(world.db);
  expect(rows).toEqual([{ state: 'acknowledged' }]);
});

test.each(['drop', 'error'] as const)(
  'a source that answers with %s is not asked again, and the timeline says that it failed',
  async (how) => {
    prtg.reply = () => (how === 'drop' ? 'drop' : { status: 500 });
    const records = await acknowledgeAs(anna, await prtgGroup());
    expect(records).toMatchObject([{ data: { outcome: 'failed', statusCode: how === 'drop' ? null : 500 } }]);
    expect(prtg.requests).toHaveLength(1);
  },
);
