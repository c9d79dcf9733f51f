import {
  type AlertGroupHooks,
  addTimelineRecords,
  applyActions,
  byStep,
  bySystem,
  ESCALATION_ERROR,
  lockGroups,
  type NewTimelineRecord,
  TIMELINE,
} from '../../alerting/index.ts';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import type { DueResult } from '../../platform/due/due-loop.ts';
import type { Log } from '../../platform/log.ts';
import { laterIfStillDue } from '../later.ts';
import type { EscalationMetrics } from '../metrics.ts';
import { type PersonalStart, startPersonalRuns } from '../personal/start-personal-runs.ts';
import type { EscalationPorts } from '../ports.ts';
import { isNotifyStep } from '../step.ts';
import type { EndReason } from '../tables.ts';
import { decideNext, type StepDecision } from './decide.ts';
import { gatherFacts, type RunAtStep } from './facts.ts';
import { recordUnreached, unreachedAtEnd } from './reached.ts';
import { claimDueRuns, type DueRun, nextRunDue, type RunProgress, saveRunProgress } from './run-store.ts';
import type { ChainSnapshot } from './snapshot.ts';
import { retakeSnapshots, type SnapshotCache } from './snapshot-store.ts';

export type EngineDeps = {
  db: Db;
  log: Log;
  hooks: AlertGroupHooks;
  ports: EscalationPorts;
  metrics: EscalationMetrics;
  snapshots: SnapshotCache;
};

/** Runs that one transaction advances. */
const BATCH = 500;
/** A step that is later than this says so in the timeline (record 100). */
const LATE_SECONDS = 15;
/** By then somebody must have been reached (escalation.md G27). */
const REACH_SECONDS = 600;

/**
 * Carries out the steps that are due, a batch in one transaction: positions, next due times, records, personal lists with their first
 * pages (escalation.md 2.4, G7). Run by a due loop.
 */
export async function advanceRuns(deps: EngineDeps, now: Date): Promise<DueResult> {
  const due = await inTransaction(deps.db, async (tx) => {
    const runs = await claimDueRuns(tx, now, BATCH);
    if (runs.length > 0) await carryOut(tx, deps, runs, { now, isFirst: false, save: saveRunProgress });
    return runs;
  });
  for (const { dueAt } of due) deps.metrics.executed('step', (now.getTime() - dueAt.getTime()) / 1_000);
  if (due.length === BATCH) return { ran: due.length, nextDueAt: now };
  return { ran: due.length, nextDueAt: laterIfStillDue(await nextRunDue(deps.db), now) };
}

type Decided = { run: DueRun; decision: StepDecision };

export type CarryOut = {
  now: Date;
  /** No one has been told of these groups yet: they were opened in this transaction. */
  isFirst: boolean;
  /** Writes where the runs stand after their steps. */
  save: (tx: Tx, runs: readonly RunProgress[]) => Promise<void>;
};

/** Carries out the steps of runs whose groups the caller holds, with all that follows from them. */
export async function carryOut(
  tx: Tx,
  deps: EngineDeps,
  due: readonly DueRun[],
  { now, isFirst, save }: CarryOut,
): Promise<void> {
  const dead = due.filter((run) => whyDead(run) !== null);
  const alive = due.filter((run) => whyDead(run) === null);
  const snapshotOf = await loadSnapshots(tx, deps, alive, now);
  const atStep = alive.map((run): RunAtStep => ({ run, step: snapshotOf(run)?.steps[run.position] ?? null }));
  const { factsOf, people } = await gatherFacts(tx, deps.ports, atStep, now);
  const decided = alive.flatMap((run): Decided[] => {
    const snapshot = snapshotOf(run);
    return snapshot === null ? [] : [{ run, decision: decideNext(snapshot, run, factsOf(run), now) }];
  });
  const unreadable = alive.filter((run) => snapshotOf(run) === null);
  await save(tx, [
    ...dead.map((run) => stopped(run, whyDead(run), now)),
    ...unreadable.map((run) => stopped(run, 'no_chain', now)),
    ...decided.map(({ run, decision }) => progressOf(run, decision, now)),
  ]);
  await addTimelineRecords(tx, [
    ...unreadable.flatMap((run) => unreadableRecord(run, now)),
    ...decided.flatMap((each) => recordsOf(each, now)),
  ]);
  await startPersonalRuns(tx, decided.flatMap(startsOf), people, { now, isFirst });
  await resolveByStep(tx, deps, decided, now);
  const ended = decided.filter(({ decision }) => decision.next.do === 'end' && decision.next.because === 'chain_finished');
  const unreached = await unreachedAtEnd(
    tx,
    ended.map(({ run }) => run),
  );
  await recordUnreached(tx, deps, unreached, now);
}

/** Why a run that is due must not go on; its group changed without ending it, or it is asleep at a count step. */
function whyDead({ group }: DueRun): EndReason | null {
  if (group.isWiped) return 'wiped';
  if (group.attachedTo !== 'nothing') return 'attached';
  return group.state === 'firing' ? null : 'not_firing';
}

const stopped = (run: DueRun, because: EndReason | null, now: Date): RunProgress => ({
  ...run,
  state: run.state === 'paused' ? 'paused' : 'finished',
  dueAt: null,
  finishedAt: run.state === 'paused' ? null : now,
  endReason: run.state === 'paused' ? null : because,
  reachedCheckAt: null,
});

/** Snapshots of the runs; one that cannot be read is taken again from the chain as it is now (escalation.md 2.4, 7). */
async function loadSnapshots(
  tx: Tx,
  deps: EngineDeps,
  runs: readonly DueRun[],
  now: Date,
): Promise<(run: DueRun) => ChainSnapshot | null> {
  const refs = runs.flatMap(({ organizationId, snapshotHash }) =>
    snapshotHash === null ? [] : [{ organizationId, hash: snapshotHash }],
  );
  const read = await deps.snapshots.load(tx, refs);
  const find = (run: DueRun): ChainSnapshot | null =>
    run.snapshotHash === null ? null : read(run.organizationId, run.snapshotHash);
  const lost = runs.filter((run) => find(run) === null);
  if (lost.length === 0) return find;
  deps.log.error({ groups: lost.map(({ alertGroupId }) => alertGroupId) }, 'a snapshot could not be read');
  const retaken = await retakeSnapshots(tx, lost, now);
  return (run) => find(run) ?? retaken.get(`${run.organizationId} ${run.alertGroupId}`) ?? null;
}

function unreadableRecord(run: DueRun, now: Date): NewTimelineRecord[] {
  const { organizationId, alertGroupId } = run;
  const type = TIMELINE.escalationFailed;
  const errorCode = ESCALATION_ERROR.stepWithoutType;
  return [
    { organizationId, alertGroupId, at: now, actor: bySystem, type, errorCode, reason: 'the escalation chain could not be read' },
  ];
}

function progressOf(run: DueRun, decision: StepDecision, now: Date): RunProgress {
  const { next, step } = decision;
  const notifies = step !== null && isNotifyStep(step);
  const base = {
    organizationId: run.organizationId,
    alertGroupId: run.alertGroupId,
    position: run.position,
    repeats: decision.jumped ? { ...run.repeats, [run.position]: (run.repeats[run.position] ?? 0) + 1 } : run.repeats,
    notifySteps: run.notifySteps + (notifies ? 1 : 0),
    thresholdRecorded: next.do === 'pause',
    finishedAt: null,
    endReason: null,
    reachedCheckAt:
      notifies && run.reachedCheckAt === null && !run.unreachedRecorded
        ? new Date(now.getTime() + REACH_SECONDS * 1_000)
        : run.reachedCheckAt,
  };
  switch (next.do) {
    case 'go':
      return { ...base, state: 'running', position: next.position, dueAt: next.dueAt };
    case 'pause':
      return { ...base, state: 'paused', dueAt: null };
    case 'end':
      return { ...base, state: 'finished', dueAt: null, finishedAt: now, endReason: next.because };
  }
}

function recordsOf({ run, decision }: Decided, now: Date): NewTimelineRecord[] {
  const base = { organizationId: run.organizationId, alertGroupId: run.alertGroupId, at: now, actor: byStep };
  const lateSeconds = Math.floor((now.getTime() - run.dueAt.getTime()) / 1_000);
  const late: NewTimelineRecord[] =
    lateSeconds > LATE_SECONDS && decision.step !== null
      ? [
          {
            ...base,
            type: TIMELINE.escalationFailed,
            errorCode: ESCALATION_ERROR.stepLate,
            data: { step: run.position + 1, late_seconds: lateSeconds, due_at: run.dueAt.toISOString() },
          },
        ]
      : [];
  return [...late, ...decision.records.map((record) => ({ ...base, ...record }))];
}

function startsOf({ run, decision }: Decided): PersonalStart[] {
  const { organizationId, alertGroupId, runNo, group } = run;
  const { notify } = decision;
  if (notify === null) return [];
  return notify.userIds.map((userId) => ({
    run: { organizationId, alertGroupId, userId, runNo, important: notify.important, paged: false },
    group,
  }));
}

/** Resolves the groups whose step says so, in the same transaction (escalation.md 1.4). */
async function resolveByStep(tx: Tx, deps: EngineDeps, decided: readonly Decided[], now: Date): Promise<void> {
  const resolved = decided.filter(({ decision }) => decision.next.do === 'end' && decision.next.because === 'resolved_by_step');
  if (resolved.length === 0) return;
  const groups = await lockGroups(
    tx,
    resolved.map(({ run }) => run),
  );
  await applyActions(
    tx,
    deps.hooks,
    groups.map((group) => ({ group, action: { do: 'resolve' } as const, actor: byStep })),
    now,
  );
}
