import { addTimelineRecords, bySource, type NewTimelineRecord, TIMELINE } from '../../alerting/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { newTimeId, sequenceTimeId } from '../../platform/ids.ts';
import type { Templates } from '../../templates/index.ts';
import { isSlowShard } from '../shards.ts';
import { type BatchGroup, type Choice, chooseGroups, keyOf } from './choose-groups.ts';
import { countForRates } from './fold.ts';
import type { OpenedGroup, PipelinePorts } from './ports.ts';
import { type PreparedBatch, prepareAlerts } from './prepare.ts';
import type { PreparedAlert } from './prepared-alert.ts';
import { holdWindows, loadSettings } from './settings.ts';
import { countSplitAlerts } from './source-count.ts';
import {
  type AlertRow,
  countAlerts,
  type InboundAlert,
  insertGroups,
  latestResolvedGroups,
  lockShards,
  lockUnresolvedGroups,
  markSlow,
  moveAlerts,
  moveToTwins,
  type NewGroup,
  readBatch,
  takeInstant,
  takeNumbers,
} from './store.ts';
import { outcomesToMark, type TemplateOutcome } from './template-errors.ts';

export type BatchDeps = { db: Db; clock: Clock; templates: Templates; ports: PipelinePorts };

export type BatchOptions = {
  limit: number;
  maxBytes: number;
  /** Integrations that wait for another try of an alert that failed. */
  blocked: readonly string[];
  /** Rendering stops behind the alert during which so much time has gone by. */
  renderMs: number;
};

export type BatchResult = {
  /** `busy`: another process has the shard. */
  kind: 'busy' | 'empty' | 'done';
  alerts: number;
  openedGroups: number;
  signals: number;
  outcomes: readonly TemplateOutcome[];
  /** When the oldest alert in hand had come; null: there was none. */
  oldestAt: Date | null;
};

/** Thrown by a batch with what it had in hand, so that a failing alert can be found. */
export class BatchError extends Error {
  override readonly name = 'BatchError';
  readonly rows: readonly InboundAlert[];
  constructor(rows: readonly InboundAlert[], cause: unknown) {
    super('a batch of alerts failed', { cause });
    this.rows = rows;
  }
}

const nothing = (kind: BatchResult['kind']): BatchResult => ({
  kind,
  alerts: 0,
  openedGroups: 0,
  signals: 0,
  outcomes: [],
  oldestAt: null,
});

/**
 * Puts the oldest alerts of some shards into their groups, in one transaction: labels, templates, routes, groups, counts, signals,
 * records and escalation (ingest.md 6). Only one process at a time does so for a shard.
 * @throws BatchError when anything failed after the alerts were read; nothing is changed then
 */
export async function processBatch(deps: BatchDeps, shards: readonly number[], options: BatchOptions): Promise<BatchResult> {
  let rows: readonly InboundAlert[] = [];
  try {
    const result = await inTransaction(deps.db, async (tx) => {
      rows = [];
      const held = await lockShards(tx, shards);
      if (held.length === 0) return nothing('busy');
      rows = await readBatch(tx, held, options);
      if (rows.length === 0) return nothing('empty');
      return handle(deps, tx, held, rows, options);
    });
    if (result.openedGroups > 0 || result.signals > 0) deps.ports.committed();
    return { ...result, oldestAt: rows[0]?.received_at ?? null };
  } catch (err) {
    if (rows.length === 0) throw err;
    throw new BatchError(rows, err);
  }
}

async function handle(
  deps: BatchDeps,
  tx: Tx,
  held: readonly number[],
  rows: readonly InboundAlert[],
  { renderMs }: BatchOptions,
): Promise<BatchResult> {
  const settings = await loadSettings(tx, rows, deps.clock.now());
  await holdWindows(tx, settings, deps.clock.now());
  const misplaced = new Set(
    rows.filter((row) => settings.get(row.integration_id)?.isSlow === !isSlowShard(row.shard)).map((row) => row.integration_id),
  );
  await moveToTwins(tx, [...misplaced], held);
  const here = rows.filter((row) => !misplaced.has(row.integration_id));
  if (here.length === 0) return nothing('done');

  const batch = await prepareAlerts(deps.templates, here, settings, { renderMs, clock: deps.clock });
  const now = await takeInstant(tx, [...new Set(here.map((row) => row.shard))], deps.clock.now());
  const choice = await choose(tx, batch.alerts, now);
  await write(deps.ports, tx, batch, choice, now);
  const slowed = batch.slowIntegrations.filter((id) => settings.get(id)?.isSlow === false);
  if (slowed.length > 0) {
    await markSlow(
      tx,
      slowed.flatMap((id) => settings.get(id) ?? []),
    );
    await moveToTwins(tx, slowed, held);
  }
  return {
    kind: 'done',
    alerts: batch.alerts.length,
    openedGroups: choice.groups.filter((group) => group.openedBy !== null).length,
    signals: choice.signals.length,
    outcomes: outcomesToMark(batch.outcomes, settings),
    oldestAt: null,
  };
}

export async function choose(tx: Tx, alerts: readonly PreparedAlert[], now: Date): Promise<Choice> {
  const keys = [...new Map(alerts.filter((alert) => alert.canGroup).map((alert) => [keyOf(alert), alert])).values()];
  const unresolved = await lockUnresolvedGroups(tx, keys);
  const mayJoinResolved = new Set(alerts.filter((alert) => alert.isResolveSignal && alert.mayResolve).map(keyOf));
  const resolved = await latestResolvedGroups(
    tx,
    keys.filter((key) => mayJoinResolved.has(keyOf(key))),
  );
  return chooseGroups(alerts, [...resolved, ...unresolved], () => newTimeId('I', now), now);
}

/** Groups that exist are resolved before new ones of the same identity open. */
export async function write(ports: PipelinePorts, tx: Tx, { alerts }: PreparedBatch, choice: Choice, now: Date): Promise<void> {
  const opened = choice.groups.filter((group): group is BatchGroup & { openedBy: PreparedAlert } => group.openedBy !== null);
  const openedIds = new Set(opened.map((group) => group.id));
  const joined = choice.groups.filter((group) => group.openedBy === null && group.alerts.length > 0);
  const alertRows = withIds(alerts, choice, now);
  const lastAlertOf = new Map(alertRows.map((row) => [row.groupId, row.id]));

  await moveAlerts(tx, alertRows, now);
  await countAlerts(
    tx,
    joined.map((group) => ({ group, lastAlertId: lastAlertOf.get(group.id) ?? '' })),
    now,
  );
  const [later, first] = partition(choice.signals, (signal) => openedIds.has(signal.alertGroupId));
  if (first.length > 0) await ports.applySourceSignals(tx, first, now);
  if (opened.length > 0) {
    const counts = new Map<string, number>();
    for (const { organizationId } of opened) counts.set(organizationId, (counts.get(organizationId) ?? 0) + 1);
    const numbers = await takeNumbers(tx, counts);
    const firstAlertOf = new Map(alertRows.map((row) => [row.groupId, row.id] as const).reverse());
    const groups = opened.map((group): NewGroup => {
      const number = numbers.get(group.organizationId) ?? 0;
      numbers.set(group.organizationId, number + 1);
      const firstAlertId = firstAlertOf.get(group.id) ?? '';
      return { group, opener: group.openedBy, number, firstAlertId, lastAlertId: lastAlertOf.get(group.id) ?? firstAlertId };
    });
    await insertGroups(tx, groups, now);
    await addTimelineRecords(
      tx,
      groups.flatMap((group) => openingRecords(group, now)),
    );
    await ports.groupsOpened(
      tx,
      opened.map((group) => ({ ...toRef(group), integrationId: group.openedBy.integrationId, hop: group.openedBy.hop })),
      now,
    );
  }
  if (later.length > 0) await ports.applySourceSignals(tx, later, now);
  const signalled = new Set(choice.signals.map((signal) => signal.alertGroupId));
  const firing = opened.filter((group) => group.openedBy.quiet === null && !signalled.has(group.id));
  if (firing.length > 0) await ports.startRuns(tx, firing.map(toStart), now);
  if (joined.length > 0) await ports.alertsJoined(tx, joined.map(toRef), now);
  await countSplitAlerts(tx, alerts, choice, now);
  await countForRates(ports, tx, alerts, choice, now);
}

const toRef = (group: BatchGroup) => ({ organizationId: group.organizationId, alertGroupId: group.id });
const toStart = (group: BatchGroup & { openedBy: PreparedAlert }): OpenedGroup => ({
  ...toRef(group),
  integrationId: group.integrationId,
  routeId: group.routeId,
  escalationChainId: group.openedBy.route?.escalationChainId ?? null,
});

/** Ids in the order in which the alerts were taken, also where several batches share an instant. */
const withIds = (alerts: readonly PreparedAlert[], { chosen }: Choice, now: Date): AlertRow[] =>
  alerts.flatMap((alert, at) => {
    const group = chosen[at];
    return group === undefined ? [] : [{ alert, id: sequenceTimeId('A', now, alert.inboundId), groupId: group.id }];
  });

function openingRecords({ group, opener, number }: NewGroup, now: Date): NewTimelineRecord[] {
  const base = { organizationId: group.organizationId, alertGroupId: group.id, at: now, actor: bySource };
  const route =
    opener.route === null
      ? {}
      : {
          route_id: opener.route.id,
          route_name: opener.route.name,
          chain_id: opener.route.escalationChainId,
          chain_name: opener.route.chainName,
        };
  const records: NewTimelineRecord[] = [
    { ...base, type: TIMELINE.registered },
    { ...base, type: TIMELINE.routeAssigned, data: route },
  ];
  if (opener.quiet?.kind === 'debug') {
    const data = { phase: 'opened', mode: 'debug' };
    return [...records, { ...base, actor: { type: 'maintenance' }, type: TIMELINE.integrationMode, data }];
  }
  if (opener.quiet?.kind !== 'maintenance' || opener.quiet.rootGroupId === null) return records;
  const attached = {
    at: now,
    organizationId: group.organizationId,
    actor: { type: 'maintenance' } as const,
    type: TIMELINE.attached,
  };
  const rootGroupId = opener.quiet.rootGroupId;
  return [
    ...records,
    { ...attached, alertGroupId: group.id, data: { root_id: rootGroupId } },
    { ...attached, alertGroupId: rootGroupId, data: { child_id: group.id, child_number: number, child_title: opener.title } },
  ];
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [yes: T[], no: T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
