import { sql } from 'kysely';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Db } from '../platform/db/database.ts';

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
export function createEscalationMetrics(registry: Registry, db: Db): EscalationMetrics {
  const registers = [registry];
  const due = new Counter({
    name: 'tocsin_steps_due_total',
    help: 'Steps, rules and ends of silences that were carried out.',
    labelNames: ['kind'],
    registers,
  });
  const lateness = new Histogram({
    name: 'tocsin_step_lateness_seconds',
    help: 'From the time something was due until it was carried out.',
    labelNames: ['kind'],
    buckets: [0.5, 1, 2, 5, 10, 30, 60, 300],
    registers,
  });
  const unnotified = new Counter({ name: 'tocsin_runs_unnotified_total', help: 'Escalations that reached nobody.', registers });
  const violations = new Gauge({
    name: 'tocsin_watchdog_violations',
    help: 'What the watchdogs found in their last round.',
    labelNames: ['check'],
    registers,
  });
  new Gauge({
    name: 'tocsin_runs_active',
    help: 'Escalations that have a next step or wait for alerts.',
    registers,
    async collect() {
      const { rows } = await sql<{ n: number }>`select count(*) as n from escalation_run where state = 'running'`.execute(db);
      this.set(rows[0]?.n ?? 0);
    },
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
