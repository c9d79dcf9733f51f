import { sql } from 'kysely';
import type { StateKind } from '../../alerting/index.ts';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import type { GroupStanding } from '../personal/decide-personal.ts';
import { loadPeople } from '../personal/people-store.ts';
import type { Person } from '../personal/person.ts';
import { ATTACHED_TO } from '../personal/personal-store.ts';
import type { EscalationPorts } from '../ports.ts';
import { reminderOf } from '../reminders/reminder-store.ts';
import type { DueRun } from '../run/run-store.ts';
import { type ChainSnapshot, snapshotHash } from '../run/snapshot.ts';
import { readChain, type SnapshotCache } from '../run/snapshot-store.ts';
import type { EndReason } from '../tables.ts';
import { type Beginning, type Forecast, type SimulatedList, simulate } from './simulate.ts';

export type PlanDeps = {
  db: Db;
  ports: EscalationPorts;
  snapshots: SnapshotCache;
  /** From a new alert to its first step. */
  startDelaySeconds: number;
};

/** Why a group's escalation does not go on. */
export type PlanState =
  | { kind: 'running' }
  /** Asleep at a count step until more alerts come. */
  | { kind: 'waiting_for_alerts' }
  | { kind: 'paused'; because: 'acknowledged' | 'silenced' | 'attached'; until: Date | null; rootId: string | null }
  | { kind: 'finished'; because: 'chain_finished' | 'resolved' | 'wiped' | 'stopped' }
  | { kind: 'none'; because: 'no_chain' | 'integration_mode' };

export type Plan = {
  state: PlanState;
  /** The chain that the forecast follows, as it was when the run began; null: none. */
  snapshot: ChainSnapshot | null;
  snapshotAt: Date | null;
  /** The chain has been changed since. */
  outdated: boolean;
  /** Steps of the run before this are done. */
  position: number;
  round: number;
  /** Times are what they would be if the group fired again now: nothing says when it will. */
  isHypothetical: boolean;
  forecast: Forecast;
  /** When the person who acknowledged is reminded, and when the acknowledgement ends without an answer. */
  reminder: { remindAt: Date | null; unacknowledgeAt: Date | null } | null;
  /** People whose lists are under way now. */
  lists: readonly (SimulatedList & { startedAt: Date })[];
  /** Everybody the forecast names. */
  people: ReadonlyMap<string, Person>;
};

type GroupRow = {
  integration_id: string;
  route_id: string | null;
  chain_id: string | null;
  in_mode: boolean;
  mode_ends_at: Date | null;
  state: StateKind;
  silenced_until: Date | null;
  root_alert_group_id: string | null;
  attached_to: GroupStanding['attachedTo'];
  is_wiped: boolean;
  last_alert_at: Date | null;
  run_no: number | null;
  run_state: 'running' | 'paused' | 'finished' | null;
  snapshot_hash: string | null;
  position: number | null;
  repeats: Record<string, number> | null;
  due_at: Date | null;
  run_started_at: Date | null;
  threshold_recorded: boolean | null;
  notify_steps: number | null;
  end_reason: EndReason | null;
};

/** What will happen to a group if nobody does anything (web-ui.md 6.4); null when there is no such group. */
export const planOf = (deps: PlanDeps, org: string, id: string, now: Date): Promise<Plan | null> =>
  inTransaction(deps.db, async (tx) => {
    const row = await loadGroup(tx, org, id);
    if (row === undefined) return null;
    const standing: GroupStanding = { state: row.state, attachedTo: row.attached_to, isWiped: row.is_wiped };
    const lists = await runningLists(tx, org, id);
    const current = row.chain_id === null ? null : await readChain(tx, org, row.chain_id);
    const base = runOf(org, id, row, standing);
    const reminder = await reminderOf(tx, org, id);
    const state = stateOf(row, reminder?.unacknowledgeAt ?? null);
    const isInMode = (at: Date) => row.in_mode && (row.mode_ends_at === null || row.mode_ends_at > at);
    const kept = await keptSnapshot(tx, deps, org, row);
    const isUnderWay = row.run_state === 'running' || row.run_state === 'paused';
    // A run that sleeps at a count step keeps its place; any other begins anew from the chain as it is then.
    const keepsPlace = row.run_state === 'paused' && kept !== null;
    const again = keepsPlace
      ? { run: base, snapshot: kept }
      : { run: { ...base, position: 0, repeats: {}, thresholdRecorded: false }, snapshot: current };
    const canResume = state.kind === 'paused';
    const isHypothetical = canResume && state.until === null;
    const resumeAt = canResume ? (state.until ?? now) : null;
    const from: Beginning = {
      now,
      group: standing,
      run: isUnderWay && kept !== null && row.state === 'firing' ? { due: base, dueAt: row.due_at, snapshot: kept } : null,
      lists,
      resume: resumeAt === null ? null : { at: resumeAt, run: again.run, snapshot: isInMode(resumeAt) ? null : again.snapshot },
    };
    const forecast = await simulate(
      tx,
      deps.ports,
      isHypothetical ? { ...from, group: { ...standing, attachedTo: 'nothing' } } : from,
    );
    const snapshot = canResume ? again.snapshot : isUnderWay || row.run_state === 'finished' ? kept : null;
    return {
      state,
      snapshot,
      snapshotAt: snapshot === null || (canResume && !keepsPlace) ? null : row.run_started_at,
      outdated:
        (keepsPlace || (isUnderWay && !canResume)) && row.snapshot_hash !== (current === null ? null : snapshotHash(current)),
      position: canResume ? again.run.position : (row.position ?? 0),
      round: roundOf(canResume ? again.run.repeats : (row.repeats ?? {})),
      isHypothetical,
      reminder,
      forecast,
      lists,
      people: await named(tx, org, forecast, lists),
    };
  });

const roundOf = (repeats: Readonly<Record<string, number>>): number =>
  Object.values(repeats).reduce((sum, jumps) => sum + jumps, 0);

/** What would happen if an alert came at an instant to a chain; null when there is no such chain. */
export const planOfChain = (deps: PlanDeps, org: string, chainId: string, at: Date): Promise<Plan | null> =>
  inTransaction(deps.db, async (tx) => {
    const snapshot = await readChain(tx, org, chainId);
    if (snapshot === null) return null;
    const group: GroupStanding = { state: 'firing', attachedTo: 'nothing', isWiped: false };
    const due: Omit<DueRun, 'dueAt'> = {
      organizationId: org,
      alertGroupId: '',
      integrationId: '',
      runNo: 1,
      state: 'running',
      snapshotHash: null,
      position: 0,
      repeats: {},
      thresholdRecorded: false,
      notifySteps: 0,
      startedAt: at,
      reachedCheckAt: null,
      unreachedRecorded: false,
      lastAlertAt: null,
      group,
    };
    const dueAt = new Date(at.getTime() + deps.startDelaySeconds * 1_000);
    const run = { due, dueAt, snapshot };
    const forecast = await simulate(tx, deps.ports, { now: at, group, run, lists: [], resume: null, alertsInWindow: 1 });
    return {
      state: { kind: 'running' },
      snapshot,
      snapshotAt: null,
      outdated: false,
      position: 0,
      round: 0,
      isHypothetical: false,
      reminder: null,
      forecast,
      lists: [],
      people: await named(tx, org, forecast, []),
    };
  });

async function loadGroup(tx: Tx, org: string, id: string): Promise<GroupRow | undefined> {
  const { rows } = await sql<GroupRow>`
    select g.integration_id, g.route_id, route.escalation_chain_id as chain_id, i.maintenance_mode is not null as in_mode,
           i.maintenance_ends_at as mode_ends_at, g.state, g.silenced_until, g.root_alert_group_id, ${ATTACHED_TO} as attached_to,
           g.wiped_at is not null as is_wiped, g.last_alert_at, r.run_no, r.state as run_state, r.snapshot_hash, r.position, r.repeats,
           r.due_at, r.started_at as run_started_at, r.threshold_recorded, r.notify_steps, r.end_reason
    from alert_group g
    left join alert_group root on root.organization_id = g.organization_id and root.id = g.root_alert_group_id
    left join integration i on i.organization_id = g.organization_id and i.id = g.integration_id
    left join route on route.organization_id = g.organization_id and route.id = g.route_id
    left join escalation_run r on r.organization_id = g.organization_id and r.alert_group_id = g.id
    where g.organization_id = ${org} and g.id = ${id}`.execute(tx);
  return rows[0];
}

const runOf = (org: string, id: string, row: GroupRow, group: GroupStanding): Omit<DueRun, 'dueAt'> => ({
  organizationId: org,
  alertGroupId: id,
  integrationId: row.integration_id,
  runNo: row.run_no ?? 1,
  state: row.run_state === 'paused' ? 'paused' : 'running',
  snapshotHash: row.snapshot_hash,
  position: row.position ?? 0,
  repeats: row.repeats ?? {},
  thresholdRecorded: row.threshold_recorded ?? false,
  notifySteps: row.notify_steps ?? 0,
  startedAt: row.run_started_at ?? new Date(0),
  reachedCheckAt: null,
  unreachedRecorded: false,
  lastAlertAt: row.last_alert_at,
  group,
});

function stateOf(row: GroupRow, unacknowledgeAt: Date | null): PlanState {
  if (row.is_wiped) return { kind: 'finished', because: 'wiped' };
  if (row.state === 'resolved') return { kind: 'finished', because: 'resolved' };
  const rootId = row.root_alert_group_id;
  if (rootId !== null) return { kind: 'paused', because: 'attached', until: null, rootId };
  if (row.state === 'acknowledged') return { kind: 'paused', because: 'acknowledged', until: unacknowledgeAt, rootId };
  if (row.state === 'silenced') return { kind: 'paused', because: 'silenced', until: row.silenced_until, rootId };
  if (row.run_state === 'running') return { kind: 'running' };
  if (row.run_state === 'paused') return row.due_at === null ? { kind: 'waiting_for_alerts' } : { kind: 'running' };
  switch (row.end_reason) {
    case 'chain_finished':
      return { kind: 'finished', because: 'chain_finished' };
    case 'integration_mode':
      return { kind: 'none', because: 'integration_mode' };
    case 'no_chain':
    case null:
      return { kind: 'none', because: 'no_chain' };
    default:
      return { kind: 'finished', because: 'stopped' };
  }
}

async function keptSnapshot(tx: Tx, deps: PlanDeps, org: string, row: GroupRow): Promise<ChainSnapshot | null> {
  if (row.snapshot_hash === null) return null;
  const find = await deps.snapshots.load(tx, [{ organizationId: org, hash: row.snapshot_hash }]);
  return find(org, row.snapshot_hash);
}

async function runningLists(tx: Tx, org: string, id: string): Promise<(SimulatedList & { startedAt: Date })[]> {
  const { rows } = await sql<{
    user_id: string;
    important: boolean;
    paged: boolean;
    use_important_rules: boolean | null;
    rules_done: number;
    last_rule_id: string | null;
    last_rule_position: number | null;
    due_at: Date;
    started_at: Date;
  }>`
    select user_id, important, paged, use_important_rules, rules_done, last_rule_id, last_rule_position, due_at, started_at from personal_run
    where organization_id = ${org} and alert_group_id = ${id} and state = 'running' and due_at is not null order by user_id`.execute(
    tx,
  );
  const people = await loadPeople(
    tx,
    rows.map((row) => ({ organizationId: org, userId: row.user_id })),
  );
  return rows.map((row) => ({
    userId: row.user_id,
    person: people.get(org)?.get(row.user_id) ?? null,
    startedAt: row.started_at,
    position: {
      dueAt: row.due_at,
      important: row.important,
      paged: row.paged,
      useImportantRules: row.use_important_rules,
      rulesDone: row.rules_done,
      lastRuleId: row.last_rule_id,
      lastRulePosition: row.last_rule_position,
    },
  }));
}

async function named(
  tx: Tx,
  org: string,
  { visits, rules }: Forecast,
  lists: readonly SimulatedList[],
): Promise<ReadonlyMap<string, Person>> {
  const ids = [
    ...visits.flatMap(({ decision }) => decision.notify?.userIds ?? []),
    ...visits.flatMap(({ decision: { step } }) => (step !== null && 'userIds' in step ? step.userIds : [])),
    ...rules.map(({ userId }) => userId),
    ...lists.map(({ userId }) => userId),
  ];
  const people = await loadPeople(
    tx,
    [...new Set(ids)].map((userId) => ({ organizationId: org, userId })),
  );
  return people.get(org) ?? new Map();
}
