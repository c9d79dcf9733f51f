import { sql } from 'kysely';
import type { GroupRef, StateKind } from '../../alerting/index.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { prepared } from '../../platform/db/prepared.ts';
import { rowSet } from '../../platform/db/row-set.ts';
import type { GroupStanding } from '../personal/decide-personal.ts';
import { ATTACHED_TO } from '../personal/personal-store.ts';
import type { EndReason } from '../tables.ts';

/** A run that is due, with its group as it stands. */
export type DueRun = {
  organizationId: string;
  alertGroupId: string;
  integrationId: string;
  runNo: number;
  state: 'running' | 'paused';
  snapshotHash: string | null;
  position: number;
  repeats: Readonly<Record<string, number>>;
  thresholdRecorded: boolean;
  notifySteps: number;
  startedAt: Date;
  dueAt: Date;
  reachedCheckAt: Date | null;
  unreachedRecorded: boolean;
  lastAlertAt: Date | null;
  group: GroupStanding;
};

type Row = {
  organization_id: string;
  alert_group_id: string;
  integration_id: string;
  run_no: number;
  run_state: 'running' | 'paused';
  snapshot_hash: string | null;
  position: number;
  repeats: Record<string, number>;
  threshold_recorded: boolean;
  notify_steps: number;
  started_at: Date;
  due_at: Date;
  reached_check_at: Date | null;
  unreached_recorded: boolean;
  last_alert_at: Date | null;
  state: StateKind;
  attached_to: 'nothing' | 'root' | 'maintenance';
  is_wiped: boolean;
};

/**
 * Claims runs that are due, oldest first, and holds their groups against changes of state until the transaction ends. Rows that
 * another process holds are left for the next look.
 */
export async function claimDueRuns(tx: Tx, now: Date, limit: number): Promise<DueRun[]> {
  const { rows } = await prepared(sql<Row>`
    select r.organization_id, r.alert_group_id, g.integration_id, r.run_no, r.state as run_state, r.snapshot_hash, r.position, r.repeats,
           r.threshold_recorded, r.notify_steps, r.started_at, r.due_at, r.reached_check_at, r.unreached_recorded, g.last_alert_at,
           g.state, ${ATTACHED_TO} as attached_to, g.wiped_at is not null as is_wiped
    from escalation_run r
    join alert_group g on g.organization_id = r.organization_id and g.id = r.alert_group_id
    left join alert_group root on root.organization_id = g.organization_id and root.id = g.root_alert_group_id
    where r.due_at <= ${now}
    order by r.due_at limit ${limit}
    for update of r skip locked for share of g skip locked`).execute(tx);
  return rows.map((row) => ({
    organizationId: row.organization_id,
    alertGroupId: row.alert_group_id,
    integrationId: row.integration_id,
    runNo: row.run_no,
    state: row.run_state,
    snapshotHash: row.snapshot_hash,
    position: row.position,
    repeats: row.repeats,
    thresholdRecorded: row.threshold_recorded,
    notifySteps: row.notify_steps,
    startedAt: row.started_at,
    dueAt: row.due_at,
    reachedCheckAt: row.reached_check_at,
    unreachedRecorded: row.unreached_recorded,
    lastAlertAt: row.last_alert_at,
    group: { state: row.state, attachedTo: row.attached_to, isWiped: row.is_wiped },
  }));
}

export async function nextRunDue(db: Db): Promise<Date | null> {
  const { rows } = await prepared(sql<{ due_at: Date | null }>`
    select due_at from escalation_run where due_at is not null order by due_at limit 1`).execute(db);
  return rows[0]?.due_at ?? null;
}

/** Where a run stands after a step. */
export type RunProgress = {
  organizationId: string;
  alertGroupId: string;
  state: 'running' | 'paused' | 'finished';
  position: number;
  repeats: Readonly<Record<string, number>>;
  dueAt: Date | null;
  thresholdRecorded: boolean;
  notifySteps: number;
  finishedAt: Date | null;
  endReason: EndReason | null;
  reachedCheckAt: Date | null;
};

const PROGRESS_COLUMNS = {
  organization_id: 'text',
  alert_group_id: 'text',
  state: 'text',
  position: 'integer',
  repeats: 'jsonb',
  due_at: 'timestamptz',
  threshold_recorded: 'boolean',
  notify_steps: 'integer',
  finished_at: 'timestamptz',
  end_reason: 'text',
  reached_check_at: 'timestamptz',
} as const;

const progressColumns = (run: RunProgress) => ({
  organization_id: run.organizationId,
  alert_group_id: run.alertGroupId,
  state: run.state,
  position: run.position,
  repeats: run.repeats,
  due_at: run.dueAt,
  threshold_recorded: run.thresholdRecorded,
  notify_steps: run.notifySteps,
  finished_at: run.finishedAt,
  end_reason: run.endReason,
  reached_check_at: run.reachedCheckAt,
});

export async function saveRunProgress(tx: Tx, runs: readonly RunProgress[]): Promise<void> {
  if (runs.length === 0) return;
  const rows = runs.map(progressColumns);
  await sql`
    update escalation_run r set state = c.state, position = c.position, repeats = c.repeats, due_at = c.due_at,
      threshold_recorded = c.threshold_recorded, notify_steps = c.notify_steps, finished_at = c.finished_at, end_reason = c.end_reason,
      reached_check_at = c.reached_check_at
    from ${rowSet('c', PROGRESS_COLUMNS, rows)}
    where r.organization_id = c.organization_id and r.alert_group_id = c.alert_group_id`.execute(tx);
}

/** Writes the runs of groups that have had none, as they stand after their first step. */
export async function insertAdvancedRuns(
  tx: Tx,
  runs: readonly (RunProgress & { snapshotHash: string | null })[],
  startedAt: Date,
): Promise<void> {
  if (runs.length === 0) return;
  const rows = runs.map((run) => ({ ...progressColumns(run), snapshot_hash: run.snapshotHash }));
  await sql`
    insert into escalation_run (organization_id, alert_group_id, state, snapshot_hash, position, repeats, due_at, started_at, threshold_recorded,
      notify_steps, finished_at, end_reason, reached_check_at)
    select organization_id, alert_group_id, state, snapshot_hash, position, repeats, due_at, ${startedAt}, threshold_recorded,
      notify_steps, finished_at, end_reason, reached_check_at
    from ${rowSet('c', { ...PROGRESS_COLUMNS, snapshot_hash: 'text' }, rows)}`.execute(tx);
}

/** A run that begins, or that is finished before it began. */
export type NewRun = {
  organizationId: string;
  alertGroupId: string;
  snapshotHash: string | null;
  /** Null: it does not start, for `endReason`. */
  dueAt: Date | null;
  endReason: EndReason | null;
};

/**
 * Begins runs; a former run of the group ends with it. One that is paused at a count step is resumed there instead, with its snapshot
 * and counters (escalation.md 2.2), also when the route has lost its chain meanwhile.
 * @param resumeAt when a resumed run looks again
 */
export async function upsertRuns(tx: Tx, runs: readonly NewRun[], resumeAt: Date, now: Date): Promise<void> {
  if (runs.length === 0) return;
  const rows = runs.map((run) => ({
    organization_id: run.organizationId,
    alert_group_id: run.alertGroupId,
    snapshot_hash: run.snapshotHash,
    due_at: run.dueAt,
    end_reason: run.endReason,
  }));
  const columns = {
    organization_id: 'text',
    alert_group_id: 'text',
    snapshot_hash: 'text',
    due_at: 'timestamptz',
    end_reason: 'text',
  } as const;
  const resumes = sql`r.state = 'paused' and (excluded.due_at is not null or excluded.end_reason = 'no_chain')`;
  const kept = (column: string) => sql`case when ${resumes} then r.${sql.ref(column)} else excluded.${sql.ref(column)} end`;
  await sql`
    insert into escalation_run as r (organization_id, alert_group_id, state, snapshot_hash, due_at, started_at, finished_at, end_reason)
    select c.organization_id, c.alert_group_id, case when c.due_at is null then 'finished' else 'running' end, c.snapshot_hash, c.due_at,
           ${now}, case when c.due_at is null then ${now}::timestamptz end, c.end_reason
    from ${rowSet('c', columns, rows)}
    on conflict (organization_id, alert_group_id) do update set
      run_no = r.run_no + 1, state = ${kept('state')}, snapshot_hash = ${kept('snapshot_hash')}, position = ${kept('position')},
      repeats = ${kept('repeats')}, threshold_recorded = ${kept('threshold_recorded')}, notify_steps = ${kept('notify_steps')},
      due_at = case when ${resumes} then ${resumeAt}::timestamptz else excluded.due_at end, started_at = excluded.started_at,
      finished_at = ${kept('finished_at')}, end_reason = ${kept('end_reason')},
      reached_check_at = null, unreached_recorded = false`.execute(tx);
}

/** Ends runs; one that is paused keeps its place, for a restart resumes it there (escalation.md 2.6.3). */
export async function stopRuns(tx: Tx, stops: readonly (GroupRef & { because: EndReason })[], now: Date): Promise<void> {
  if (stops.length === 0) return;
  const rows = stops.map((stop) => ({
    organization_id: stop.organizationId,
    alert_group_id: stop.alertGroupId,
    because: stop.because,
  }));
  await sql`
    update escalation_run r set due_at = null, reached_check_at = null,
      state = case when r.state = 'paused' then 'paused' else 'finished' end,
      finished_at = case when r.state = 'paused' then null else ${now}::timestamptz end,
      end_reason = case when r.state = 'paused' then null else c.because end
    from ${rowSet('c', { organization_id: 'text', alert_group_id: 'text', because: 'text' }, rows)}
    where r.organization_id = c.organization_id and r.alert_group_id = c.alert_group_id
      and (r.state <> 'finished' or r.reached_check_at is not null)`.execute(tx);
}

/** Lets runs that are paused at a count step look again; those of groups that do not fire stay paused. @returns how many */
export async function rearmPausedRuns(tx: Tx, refs: readonly GroupRef[], dueAt: Date): Promise<number> {
  if (refs.length === 0) return 0;
  const result = await sql`
    update escalation_run r set due_at = ${dueAt}
    from unnest(${refs.map((ref) => ref.organizationId)}::text[], ${refs.map((ref) => ref.alertGroupId)}::text[]) as c (organization_id, alert_group_id)
    join alert_group g on g.organization_id = c.organization_id and g.id = c.alert_group_id
    where r.organization_id = c.organization_id and r.alert_group_id = c.alert_group_id
      and r.state = 'paused' and r.due_at is null and g.state = 'firing' and g.root_alert_group_id is null`.execute(tx);
  return Number(result.numAffectedRows ?? 0n);
}

/** Removes what escalation keeps about groups that are being deleted. */
export async function removeRuns(tx: Tx, refs: readonly GroupRef[]): Promise<void> {
  const orgs = refs.map((ref) => ref.organizationId);
  const ids = refs.map((ref) => ref.alertGroupId);
  const match = sql`(organization_id, alert_group_id) in (select * from unnest(${orgs}::text[], ${ids}::text[]))`;
  await sql`delete from escalation_run where ${match}`.execute(tx);
  await sql`delete from personal_run where ${match}`.execute(tx);
  await sql`delete from notification_record where ${match}`.execute(tx);
  await sql`delete from delivery where ${match} and state <> 'sending'`.execute(tx);
}
