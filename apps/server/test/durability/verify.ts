import type pg from 'pg';
import { ESCALATION_ERROR, TIMELINE } from '../../src/alerting/index.ts';
import { idempotencyKeyOf } from '../../src/notifications/delivery/loop.ts';
import { messageIdHost, pageMessageId } from '../../src/notifications/email/compose.ts';
import { RECORD, RECORD_STEP } from '../../src/notifications/records.ts';
import type { Sender, SentAlert } from './load.ts';
import type { Receipt, Receivers } from './receivers.ts';

export type Witnesses = {
  senders: readonly Sender[];
  receivers: Receivers;
  /** Groups whose acknowledge was answered 2xx. */
  acknowledged: readonly string[];
  baseUrl: string;
};

/** Counts that say how much the run has tried. */
export type Summary = Record<
  'accepted' | 'unknown' | 'stored' | 'groups' | 'pages' | 'mails' | 'calls' | 'repeats' | 'acknowledged',
  number
>;

/** `taken`: the transaction that put it into its group; those of an integration come one after the other. */
type StoredAlert = { integration_id: string; alert_group_id: string; n: number; taken: number };
type Group = { id: string; number: number; state: string; alerts_count: number; integration_id: string; counted: number };
type Run = {
  alert_group_id: string;
  group_state: string;
  state: string;
  position: number;
  due_at: Date | null;
  end_reason: string | null;
  first_lists: number;
};
type Delivery = {
  organization_id: string;
  id: number;
  key: string;
  channel: string;
  alert_group_id: string;
  user_id: string;
  state: string;
  attempts: number;
  unknown_attempts: number;
  finished_at: Date | null;
  sent_records: number;
  failed_records: number;
};

/** The server's clock follows the database's, which is this machine's too, to within this. */
const CLOCK_TOLERANCE_MS = 500;
/** The load is over the rate at which admins are told; every other notice says that something went wrong. */
const RATE_NOTICE = 'More alerts than usual';
/** Due work may wait for its loop for as long. */
const LATE_MS = 15_000;

/** Everything that must hold once all has come to rest. @returns what does not, in words, and what the run amounted to */
export async function verify(client: pg.Client, witnesses: Witnesses): Promise<{ violations: string[]; summary: Summary }> {
  const violations: string[] = [];
  const alerts = await storedAlerts(client);
  const groups = await storedGroups(client);
  const deliveries = await storedDeliveries(client);
  for (const sender of witnesses.senders) {
    violations.push(...sender.refusals.map((refusal) => `${sender.integrationId}: refused ${refusal}`));
    violations.push(
      ...checkAlerts(
        sender,
        alerts.filter((alert) => alert.integration_id === sender.integrationId),
      ),
    );
  }
  violations.push(...checkGroups(groups), ...(await checkCounts(client)), ...(await checkNothingIsStuck(client)));
  violations.push(...checkRuns(groups, await storedRuns(client)));
  violations.push(...checkDeliveries(deliveries, witnesses));
  const alarms = witnesses.receivers.notices.filter((subject) => !subject.includes(RATE_NOTICE));
  violations.push(...alarms.map((subject) => `the admins were told: ${subject}`));
  violations.push(...(await checkAcknowledged(client, alerts, witnesses)));
  const all = witnesses.senders.flatMap((sender) => sender.alerts);
  const accepted = all.filter(({ fate }) => fate === 'accepted').length;
  const { mails, calls } = witnesses.receivers;
  const distinct = new Set([...mails, ...calls].map(({ id }) => id)).size;
  return {
    violations,
    summary: {
      accepted,
      unknown: all.length - accepted,
      stored: alerts.length,
      groups: groups.length,
      pages: deliveries.length,
      mails: mails.length,
      calls: calls.length,
      repeats: mails.length + calls.length - distinct,
      acknowledged: witnesses.acknowledged.length,
    },
  };
}

async function storedAlerts(client: pg.Client): Promise<StoredAlert[]> {
  const { rows } = await client.query<StoredAlert>(`
    select integration_id, alert_group_id, (payload::jsonb ->> 'n')::int as n, xmin::text::bigint::int as taken
    from alert order by integration_id, created_at, id`);
  return rows;
}

async function storedGroups(client: pg.Client): Promise<Group[]> {
  const { rows } = await client.query<Group>(`
    select g.id, g.number::int as number, g.state, g.alerts_count, g.integration_id,
           (select count(*)::int from alert a where a.organization_id = g.organization_id and a.alert_group_id = g.id) as counted
    from alert_group g order by g.number`);
  return rows;
}

async function storedRuns(client: pg.Client): Promise<Run[]> {
  const { rows } = await client.query<Run>(`
    select r.alert_group_id, g.state as group_state, r.state, r.position, r.due_at, r.end_reason,
           (select count(*)::int from personal_run p
            where p.organization_id = r.organization_id and p.alert_group_id = r.alert_group_id and p.personal_run_no = 1) as first_lists
    from escalation_run r join alert_group g on g.organization_id = r.organization_id and g.id = r.alert_group_id`);
  return rows;
}

async function storedDeliveries(client: pg.Client): Promise<Delivery[]> {
  const { rows } = await client.query<Delivery>(
    `select d.organization_id, d.id::int as id, d.key, d.channel, d.alert_group_id, d.user_id, d.state, d.attempts, d.unknown_attempts,
            d.finished_at,
            count(n.id) filter (where n.type = $1)::int as sent_records, count(n.id) filter (where n.type = $2)::int as failed_records
     from delivery d
     left join notification_record n on n.organization_id = d.organization_id and n.delivery_id = d.id::text and n.step = $3
     group by d.organization_id, d.id order by d.id`,
    [RECORD.success, RECORD.failed, RECORD_STEP.notify],
  );
  return rows;
}

/**
 * Each alert answered 2xx is there once, one without an answer at most once. Whatever was sent before an answered one was taken before it;
 * one without an answer may come behind those that its sender sent later, since the database may end the statement of a killed process
 * late (order.test.ts of the pipeline makes that happen). All are in the groups that a server which never died would have made of those
 * that are there, in the order in which they were taken.
 * @param stored in the order in which people see them
 */
export function checkAlerts(sender: Sender, stored: readonly Omit<StoredAlert, 'integration_id'>[]): string[] {
  const found: string[] = [];
  const say = (what: string) => found.push(`${sender.integrationId}: ${what}`);
  const sent = new Map(sender.alerts.map((alert) => [alert.n, alert]));
  const times = new Map<number, number>();
  for (const { n } of stored) times.set(n, (times.get(n) ?? 0) + 1);
  for (const { n, fate } of sender.alerts) {
    const count = times.get(n) ?? 0;
    if (fate === 'accepted' && count === 0) say(`alert ${n} was accepted and is lost`);
    if (count > 1) say(`alert ${n} is there ${count} times`);
  }
  const taken = [...stored].sort((a, b) => a.taken - b.taken); // those of one transaction stay in their order
  for (const [where, order] of Object.entries({ stands: stored, 'was taken': taken })) {
    let last = 0;
    for (const { n } of order) {
      if (n < last && sent.get(n)?.fate === 'accepted') say(`alert ${n} ${where} behind alert ${last}`);
      last = Math.max(last, n);
    }
  }
  const place = new Map(stored.map(({ n, alert_group_id }) => [n, alert_group_id]));
  const expected = groupsOf(taken.flatMap(({ n }) => sent.get(n) ?? []));
  const groupOf = new Map<number, string>();
  const ownerOf = new Map<string, number>();
  for (const [n, group] of expected) {
    const id = place.get(n) ?? '';
    if ((groupOf.get(group) ?? id) !== id) say(`alert ${n} went to group ${id} instead of ${groupOf.get(group)}`);
    if ((ownerOf.get(id) ?? group) !== group) say(`alert ${n} is in group ${id} with alerts that it should not meet`);
    groupOf.set(group, id);
    ownerOf.set(id, group);
  }
  return found;
}

/** The group that each alert belongs to (ingest.md 6.5): a recovery ends its key's group, the next alert opens another. */
function groupsOf(alerts: readonly Pick<SentAlert, 'n' | 'key' | 'recovers'>[]): Map<number, number> {
  const open = new Map<string, number>();
  const latest = new Map<string, number>();
  const groups = new Map<number, number>();
  for (const { n, key, recovers } of alerts) {
    const group = open.get(key) ?? (recovers ? (latest.get(key) ?? n) : n);
    groups.set(n, group);
    latest.set(key, group);
    if (recovers) open.delete(key);
    else open.set(key, group);
  }
  return groups;
}

function checkGroups(groups: readonly Group[]): string[] {
  return groups.flatMap((group, index) => [
    ...(group.number === index + 1 ? [] : [`group ${group.id} has number ${group.number}, expected ${index + 1}`]),
    ...(group.alerts_count === group.counted
      ? []
      : [`group ${group.id} counts ${group.alerts_count} of ${group.counted} alerts`]),
  ]);
}

async function checkCounts(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ state: string; counted: number; kept: number }>(`
    select state, coalesce(counted, 0)::int as counted, coalesce(kept, 0)::int as kept
    from (select state, count(*) as counted from alert_group group by 1) g
    full join (select state, sum(groups) as kept from alert_group_count group by 1) c using (state)
    where coalesce(counted, 0) <> coalesce(kept, 0)`);
  return rows.map(({ state, counted, kept }) => `${counted} groups are ${state}, and ${kept} are told`);
}

/** Nothing was put aside as poisonous, waits for ever, or had to be saved by a watchdog. */
async function checkNothingIsStuck(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ what: string; n: number }>(
    `select * from (
       select 'alerts were put aside' as what, count(*)::int as n from parked_alert
       union all select 'alerts still wait', count(*)::int from inbound_alert
       union all select 'escalations are overdue', count(*)::int from escalation_run where state = 'running' and due_at < $1
       union all select 'lists of people are overdue', count(*)::int from personal_run where state = 'running' and due_at < $1
       union all select 'lists of people have no next time', count(*)::int from personal_run where state = 'running' and due_at is null
       union all select 'escalations had to be revived', count(*)::int from timeline_record where type = $2 and error_code = $3
     ) s where n > 0`,
    [new Date(Date.now() - LATE_MS), TIMELINE.escalationFailed, ESCALATION_ERROR.runResumed],
  );
  return rows.map(({ what, n }) => `${n} ${what}`);
}

/** A firing group has its next step, or its chain is spent and says so; a step that began a list began one. */
function checkRuns(groups: readonly Group[], runs: readonly Run[]): string[] {
  const byGroup = new Map(runs.map((run) => [run.alert_group_id, run]));
  const without = groups.filter(({ id, state }) => state === 'firing' && !byGroup.has(id));
  return [
    ...without.map(({ id }) => `group ${id} fires and nothing escalates it`),
    ...runs.flatMap((run) => {
      const what = `group ${run.alert_group_id} (${run.group_state})`;
      const hasNext = run.state === 'running' && run.due_at !== null;
      const isSpent = run.state === 'finished' && run.end_reason === 'chain_finished';
      if (run.group_state === 'firing' && !hasNext && !isSpent)
        return [`${what} has no next step: ${run.state}, ${run.end_reason ?? 'no reason'}`];
      if (run.group_state !== 'firing' && run.state === 'running') return [`${what} still escalates`];
      if (run.position > 0 && run.first_lists !== 1) return [`${what} has begun its person's list ${run.first_lists} times`];
      return [];
    }),
  ];
}

function checkDeliveries(deliveries: readonly Delivery[], { receivers, baseUrl }: Witnesses): string[] {
  const mails = byId(receivers.mails);
  const calls = byId(receivers.calls);
  const host = messageIdHost(baseUrl);
  const known = new Set<string>();
  const found = deliveries.flatMap((delivery) => {
    const id =
      delivery.channel === 'email'
        ? pageMessageId({ groupId: delivery.alert_group_id, userId: delivery.user_id, deliveryId: delivery.id }, host)
        : idempotencyKeyOf({ organizationId: delivery.organization_id, key: delivery.key });
    known.add(id);
    return checkDelivery(delivery, (delivery.channel === 'email' ? mails : calls).get(id) ?? []);
  });
  const strangers = [...mails.keys(), ...calls.keys()].filter((id) => !known.has(id));
  return [...found, ...strangers.map((id) => `${id} arrived and is in no ledger`)];
}

function checkDelivery(delivery: Delivery, receipts: readonly Receipt[]): string[] {
  const found: string[] = [];
  const say = (what: string) =>
    found.push(`page ${delivery.id} (${delivery.channel}, ${delivery.state}, ${delivery.attempts} attempts): ${what}`);
  const isSent = delivery.state === 'accepted' || delivery.state === 'delivered';
  const isOpen = delivery.state === 'owed' || delivery.state === 'sending';
  if (isOpen) say('has no outcome');
  if (delivery.sent_records !== Number(isSent)) say(`${delivery.sent_records} records say that it was sent`);
  if (!isSent && !isOpen && delivery.failed_records !== 1) say(`${delivery.failed_records} records say that it was not`);
  if (isSent && receipts.length === 0) say('never arrived');
  if (receipts.length > 1 + delivery.unknown_attempts)
    say(`arrived ${receipts.length} times, and only ${delivery.unknown_attempts} outcomes were lost`);
  if (receipts.length > 2) say(`arrived ${receipts.length} times`);
  const { finished_at } = delivery;
  const later = receipts.filter(({ at }) => finished_at !== null && at.getTime() > finished_at.getTime() + CLOCK_TOLERANCE_MS);
  if (later.length > 0) say(`was sent again after its outcome was recorded`);
  return found;
}

function byId(receipts: readonly Receipt[]): Map<string, Receipt[]> {
  const map = new Map<string, Receipt[]>();
  for (const receipt of receipts) {
    const list = map.get(receipt.id);
    if (list === undefined) map.set(receipt.id, [receipt]);
    else list.push(receipt);
  }
  return map;
}

/** What was answered stays done: the acknowledgement, its record, and the call to the source that goes with it. */
async function checkAcknowledged(
  client: pg.Client,
  alerts: readonly StoredAlert[],
  { acknowledged, receivers }: Witnesses,
): Promise<string[]> {
  const { rows } = await client.query<{ id: string; is_acknowledged: boolean; records: number; told: number }>(
    `select g.id, g.acknowledged_at is not null as is_acknowledged,
            (select count(*)::int from timeline_record t where t.organization_id = g.organization_id and t.alert_group_id = g.id and t.type = $2) as records,
            (select count(*)::int from timeline_record t where t.organization_id = g.organization_id and t.alert_group_id = g.id and t.type = $3) as told
     from alert_group g where g.id = any($1)`,
    [acknowledged, TIMELINE.acknowledged, TIMELINE.sourceToldOfAcknowledge],
  );
  const called = new Set(receivers.acknowledged);
  const byGroup = new Map(rows.map((row) => [row.id, row]));
  return acknowledged.flatMap((id) => {
    const row = byGroup.get(id);
    if (row === undefined) return [`group ${id} was acknowledged and is gone`];
    const paths = alerts
      .filter(({ alert_group_id }) => alert_group_id === id)
      .map(({ integration_id, n }) => `/acknowledge/${integration_id}/${n}`);
    return [
      ...(row.is_acknowledged && row.records === 1 ? [] : [`group ${id}: its acknowledgement has ${row.records} records`]),
      // The job that calls is repeated when it is killed between its record and its end.
      ...(row.told > 0 ? [] : [`group ${id}: no record tells of the call to its source`]),
      ...(paths.some((path) => called.has(path)) ? [] : [`group ${id}: its source was not told of the acknowledgement`]),
    ];
  });
}
