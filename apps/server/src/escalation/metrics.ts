import { sql } from 'kysely';
import type { Db } from '../platform/db/database.ts';
import type { Metrics } from '../platform/metrics.ts';

/** What was due: a step of a chain, a rule of a person, the end of a silence. */
export type DueKind = 'step' | 'rule' | 'silence';

/** What operators count of escalations (escalation.md 6.3). */
export interface EscalationMetrics {
  executed(kind: DueKind, latenessSeconds: number): void;
  /** A run that reached nobody. */
  unnotified(): void;
  /** What a watchdog found in its last round. */
  violations(check: string, count: number): void;
}

/** Registers the metrics; the number of active runs is read from the database when it is scraped. */
export function createEscalationMetrics(metrics: Metrics, db: Db): EscalationMetrics {
  const due = metrics.counter('tocsin_steps_due_total', 'Steps, rules and ends of silences that were carried out.', ['kind']);
  const lateness = metrics.histogram(
    'tocsin_step_lateness_seconds',
    'From the time something was due until it was carried out.',
    [0.5, 1, 2, 5, 10, 30, 60, 300],
    ['kind'],
  );
  const unnotified = metrics.counter('tocsin_runs_unnotified_total', 'Escalations that reached nobody.');
  const violations = metrics.gauge('tocsin_watchdog_violations', 'What the watchdogs found in their last round.', ['check']);
  metrics.gauge('tocsin_runs_active', 'Escalations that have a next step or wait for alerts.', [], async (gauge) => {
    const { rows } = await sql<{ n: number }>`select count(*) as n from escalation_run where state = 'running'`.execute(db);
    gauge.set(Number(rows[0]?.n ?? 0));
  });
  return {
    executed(kind, latenessSeconds) {
      due.inc({ kind });
      lateness.observe({ kind }, Math.max(0, latenessSeconds));
    },
    unnotified: () => unnotified.inc(),
    violations: (check, count) => violations.set({ check }, count),
  };
}
