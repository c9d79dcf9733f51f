import { sql } from 'kysely';
import type { GroupRef, StateKind } from '../../alerting/index.ts';
import type { Tx } from '../../platform/db/database.ts';
import { notify } from '../../platform/notify.ts';
import type { EndReason } from '../tables.ts';
import { type NewRun, rearmPausedRuns, upsertRuns } from './run-store.ts';
import { takeSnapshots } from './snapshot-store.ts';

/** Messages on it wake the loop that carries out steps. */
export const ESCALATION_NOTIFY_CHANNEL = 'tocsin_escalation';

/** From an action that brings a group back to firing until its first step; lets people undo and redo without noise (escalation.md 2.2). */
export const RESTART_DELAY_SECONDS = 10;
/** From a new alert until a paused run looks again. */
export const REARM_DELAY_SECONDS = 1;
/** Loops look at least this often without being told. */
const POLL_SECONDS = 1;

type Row = {
  organization_id: string;
  alert_group_id: string;
  state: StateKind;
  is_attached: boolean;
  is_wiped: boolean;
  in_mode: boolean;
  escalation_chain_id: string | null;
};

export type StartOptions = { now: Date; delaySeconds: number };

/**
 * Starts escalations from the chains that the routes of the groups point to now, set-based. A group whose first alert acknowledged or
 * resolved it, that is attached, whose integration is in maintenance or debug mode, or whose route is gone or has no chain, gets a run
 * that is finished at once (escalation.md 2.2). Where a run exists already it ends, or resumes where it is paused.
 */
export async function startRuns(tx: Tx, groups: readonly GroupRef[], options: StartOptions): Promise<void> {
  if (groups.length === 0) return;
  const { now } = options;
  const { rows } = await sql<Row>`
    select g.organization_id, g.id as alert_group_id, g.state, g.root_alert_group_id is not null as is_attached,
           g.wiped_at is not null as is_wiped,
           coalesce(i.maintenance_mode is not null and (i.maintenance_ends_at is null or i.maintenance_ends_at > ${now}), false) as in_mode,
           r.escalation_chain_id
    from unnest(${groups.map((group) => group.organizationId)}::text[], ${groups.map((group) => group.alertGroupId)}::text[]) as w (organization_id, id)
    join alert_group g on g.organization_id = w.organization_id and g.id = w.id
    left join integration i on i.organization_id = g.organization_id and i.id = g.integration_id
    left join route r on r.organization_id = g.organization_id and r.id = g.route_id`.execute(tx);
  const starts = rows.map((row) => ({
    organizationId: row.organization_id,
    alertGroupId: row.alert_group_id,
    escalationChainId: row.escalation_chain_id,
    notBecause: notStartedBecause(row),
  }));
  await begin(tx, starts, options);
}

/** Starts the first escalations of groups that were opened in this transaction, firing and attached to nothing, from their chains. */
export async function startFirstRuns(
  tx: Tx,
  groups: readonly (GroupRef & { escalationChainId: string | null })[],
  options: StartOptions,
): Promise<void> {
  const starts = groups.map(({ organizationId, alertGroupId, escalationChainId }) => ({
    organizationId,
    alertGroupId,
    escalationChainId,
    notBecause: null,
  }));
  if (starts.length > 0) await begin(tx, starts, options);
}

type Start = GroupRef & { escalationChainId: string | null; notBecause: EndReason | null };

async function begin(tx: Tx, starts: readonly Start[], { now, delaySeconds }: StartOptions): Promise<void> {
  const startable = starts.flatMap(({ organizationId, escalationChainId: chainId, notBecause }) =>
    notBecause === null && chainId !== null ? [{ organizationId, chainId }] : [],
  );
  const hashOf = await takeSnapshots(tx, startable, now);
  const dueAt = new Date(now.getTime() + delaySeconds * 1_000);
  const runs = starts.map(({ organizationId, alertGroupId, escalationChainId: chainId, notBecause }): NewRun => {
    const base = { organizationId, alertGroupId };
    if (notBecause !== null) return { ...base, snapshotHash: null, dueAt: null, endReason: notBecause };
    const snapshotHash = chainId === null ? null : hashOf({ organizationId, chainId });
    if (snapshotHash === null) return { ...base, snapshotHash: null, dueAt: null, endReason: 'no_chain' };
    return { ...base, snapshotHash, dueAt, endReason: null };
  });
  await beginRuns(tx, runs, { now, dueAt });
}

/** Writes runs that begin, and wakes the loop where it would look too late by itself. */
export async function beginRuns(tx: Tx, runs: readonly NewRun[], { now, dueAt }: { now: Date; dueAt: Date }): Promise<void> {
  await upsertRuns(tx, runs, dueAt, now);
  const isSoon = dueAt.getTime() - now.getTime() <= POLL_SECONDS * 1_000;
  if (isSoon && runs.some((run) => run.dueAt !== null)) await notify(tx, ESCALATION_NOTIFY_CHANNEL);
}

function notStartedBecause(row: Row): EndReason | null {
  if (row.is_wiped) return 'wiped';
  if (row.state !== 'firing') return 'not_firing';
  if (row.is_attached) return 'attached';
  return row.in_mode ? 'integration_mode' : null;
}

/** New alerts joined these groups: runs that are paused at a count step look again a second later. Set-based. */
export async function alertsJoined(tx: Tx, groups: readonly GroupRef[], now: Date): Promise<void> {
  const armed = await rearmPausedRuns(tx, groups, new Date(now.getTime() + REARM_DELAY_SECONDS * 1_000));
  if (armed > 0) await notify(tx, ESCALATION_NOTIFY_CHANNEL);
}
