import type { Db } from '../../platform/db/database.ts';
import { findOverdue } from './due-work.ts';
import { countStalled } from './liveness.ts';
import { findUnaccounted } from './pages.ts';

export type EscalationHealth = {
  ok: boolean;
  checks: { name: 'due_work' | 'liveness' | 'pages'; ok: boolean; violations: number; oldestSeconds: number }[];
};

/** How escalation stands at this moment, for probes and operators (escalation.md 6.2, W7). Changes nothing. */
export async function escalationHealth(db: Db, now: Date): Promise<EscalationHealth> {
  const overdue = await findOverdue(db, now);
  const stalled = await countStalled(db);
  const unaccounted = await findUnaccounted(db, now);
  const check = (name: EscalationHealth['checks'][number]['name'], violations: number, oldestSeconds: number) => ({
    name,
    ok: violations === 0,
    violations,
    oldestSeconds,
  });
  const checks = [
    check('due_work', overdue.runs + overdue.lists + overdue.silences, overdue.oldestSeconds),
    check('liveness', stalled, 0),
    check(
      'pages',
      unaccounted.reduce((sum, each) => sum + each.pages, 0),
      Math.max(0, ...unaccounted.map((each) => each.oldestSeconds)),
    ),
  ];
  return { ok: checks.every(({ ok }) => ok), checks };
}
