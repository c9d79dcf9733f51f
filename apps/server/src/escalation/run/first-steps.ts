import { sql } from 'kysely';
import type { GroupRef } from '../../alerting/index.ts';
import { isRetryable } from '../../platform/db/create-db.ts';
import type { Tx } from '../../platform/db/database.ts';
import { carryOut, type EngineDeps } from './advance-runs.ts';
import { type DueRun, insertAdvancedRuns, type NewRun } from './run-store.ts';
import { takeSnapshots } from './snapshot-store.ts';
import { beginRuns } from './start-runs.ts';

/** A group that was opened in this transaction, fires and is attached to nothing. */
export type Opened = GroupRef & { integrationId: string; escalationChainId: string | null };

/**
 * Starts the first escalations of groups without a delay (escalation.md 2.2), and carries out their first steps in the same transaction:
 * the rows are those that a start and a round of the loop would leave, and are written once. Where a step cannot be carried out, none of
 * the batch is; the runs are due at once instead, and the loop finds them.
 */
export async function startAtOnce(tx: Tx, deps: EngineDeps, groups: readonly Opened[], now: Date): Promise<void> {
  if (groups.length === 0) return;
  const startable = groups.flatMap(({ organizationId, escalationChainId: chainId }) =>
    chainId === null ? [] : [{ organizationId, chainId }],
  );
  const hashOf = await takeSnapshots(tx, startable, now);
  const starts = groups.map((group) => {
    const { organizationId, escalationChainId: chainId } = group;
    return { group, snapshotHash: chainId === null ? null : hashOf({ organizationId, chainId }) };
  });
  const chainless = starts.filter(({ snapshotHash }) => snapshotHash === null);
  await beginRuns(tx, chainless.map(withoutChain), { now, dueAt: now });
  const runs = starts.flatMap(({ group, snapshotHash }) => (snapshotHash === null ? [] : [atStart(group, snapshotHash, now)]));
  if (runs.length === 0) return;
  await sql`savepoint first_steps`.execute(tx);
  try {
    const hashes = new Map(runs.map((run) => [run.alertGroupId, run.snapshotHash]));
    await carryOut(tx, deps, runs, {
      now,
      isFirst: true,
      save: (_, progress) =>
        insertAdvancedRuns(
          tx,
          progress.map((each) => ({ ...each, snapshotHash: hashes.get(each.alertGroupId) ?? null })),
          now,
        ),
    });
    await sql`release savepoint first_steps`.execute(tx);
    for (const _ of runs) deps.metrics.executed('step', 0);
  } catch (err) {
    await sql`rollback to savepoint first_steps`.execute(tx);
    if (isRetryable(err)) throw err;
    deps.log.error({ err, runs: runs.length }, 'first steps could not be carried out at once');
    const due = runs.map(
      ({ organizationId, alertGroupId, snapshotHash }): NewRun => ({
        organizationId,
        alertGroupId,
        snapshotHash,
        dueAt: now,
        endReason: null,
      }),
    );
    await beginRuns(tx, due, { now, dueAt: now });
  }
}

const withoutChain = ({ group: { organizationId, alertGroupId } }: { group: Opened }): NewRun => ({
  organizationId,
  alertGroupId,
  snapshotHash: null,
  dueAt: null,
  endReason: 'no_chain',
});

const atStart = ({ organizationId, alertGroupId, integrationId }: Opened, snapshotHash: string, now: Date): DueRun => ({
  organizationId,
  alertGroupId,
  integrationId,
  runNo: 1,
  state: 'running',
  snapshotHash,
  position: 0,
  repeats: {},
  thresholdRecorded: false,
  notifySteps: 0,
  startedAt: now,
  dueAt: now,
  reachedCheckAt: null,
  unreachedRecorded: false,
  lastAlertAt: now,
  group: { state: 'firing', attachedTo: 'nothing', isWiped: false },
});
