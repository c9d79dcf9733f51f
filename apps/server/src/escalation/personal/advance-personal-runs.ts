import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db } from '../../platform/db/database.ts';
import type { DueResult } from '../../platform/due/due-loop.ts';
import { laterIfStillDue } from '../later.ts';
import type { EscalationMetrics } from '../metrics.ts';
import { decidePersonal } from './decide-personal.ts';
import { outcomeOf } from './outcome.ts';
import { loadPeople } from './people-store.ts';
import { claimDuePersonalRuns, nextPersonalRunDue, savePersonalProgress } from './personal-store.ts';
import { writeOutcomes } from './start-personal-runs.ts';

/** Lists that one transaction advances. */
const BATCH = 500;

/** Carries out the rules that are due, a batch in one transaction (escalation.md 3.3). Run by a due loop. */
export async function advancePersonalRuns(deps: { db: Db; metrics: EscalationMetrics }, now: Date): Promise<DueResult> {
  const due = await inTransaction(deps.db, async (tx) => {
    const runs = await claimDuePersonalRuns(tx, now, BATCH);
    if (runs.length === 0) return runs;
    const people = await loadPeople(tx, runs);
    const outcomes = runs.map((run) => {
      const person = people.get(run.organizationId)?.get(run.userId) ?? null;
      return { run, outcome: outcomeOf(run, decidePersonal(run, person, run.group, now), now) };
    });
    await savePersonalProgress(
      tx,
      outcomes.map(({ run, outcome }) => ({ organizationId: run.organizationId, id: run.id, progress: outcome.progress })),
    );
    await writeOutcomes(tx, outcomes, now);
    return runs;
  });
  for (const { dueAt } of due) deps.metrics.executed('rule', (now.getTime() - dueAt.getTime()) / 1_000);
  if (due.length === BATCH) return { ran: due.length, nextDueAt: now };
  return { ran: due.length, nextDueAt: laterIfStillDue(await nextPersonalRunDue(deps.db), now) };
}
