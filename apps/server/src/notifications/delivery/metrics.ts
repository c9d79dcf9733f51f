import { sql } from 'kysely';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Db } from '../../platform/db/database.ts';

/** What operators count of deliveries (escalation.md 6.3). */
export interface DeliveryMetrics {
  ended(channel: string, outcome: string, count?: number): void;
  /** Seconds from the decision to page to the provider's acceptance. */
  latency(channel: string, seconds: number): void;
  retried(channel: string): void;
  duplicateSuppressed(): void;
  circuitsOpen(channel: string, count: number): void;
}

/** Registers the metrics; depth and age of the outbox are read from the database when they are scraped. */
export function createDeliveryMetrics(registry: Registry, db: Db, now: () => Date): DeliveryMetrics {
  const registers = [registry];
  const deliveries = new Counter({
    name: 'tocsin_deliveries_total',
    help: 'Deliveries that ended, by outcome.',
    labelNames: ['channel', 'outcome'],
    registers,
  });
  const latency = new Histogram({
    name: 'tocsin_delivery_latency_seconds',
    help: 'From the decision to page until the provider took it.',
    labelNames: ['channel'],
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300],
    registers,
  });
  const retries = new Counter({
    name: 'tocsin_delivery_retries_total',
    help: 'Attempts that will be repeated.',
    labelNames: ['channel'],
    registers,
  });
  const duplicates = new Counter({
    name: 'tocsin_delivery_duplicates_suppressed_total',
    help: 'Repeats saved because a late answer said that the page had been taken.',
    registers,
  });
  const circuits = new Gauge({
    name: 'tocsin_provider_circuit_open',
    help: 'Providers of a channel that are in trouble and get one probe every 15 seconds.',
    labelNames: ['channel'],
    registers,
  });
  const oldest = new Gauge({
    name: 'tocsin_outbox_oldest_seconds',
    help: 'Age of the oldest delivery that is due and not finished.',
    labelNames: ['channel'],
    registers,
  });
  new Gauge({
    name: 'tocsin_outbox_depth',
    help: 'Deliveries that are not finished.',
    labelNames: ['channel'],
    registers,
    async collect() {
      const { rows } = await sql<{ channel: string; depth: number; oldest: Date | null }>`
        select channel, count(*) as depth, min(case when due_at <= ${now()} then created_at end) as oldest
        from delivery where state in ('owed', 'sending') group by channel`.execute(db);
      this.reset();
      oldest.reset();
      for (const row of rows) {
        this.set({ channel: row.channel }, row.depth);
        oldest.set({ channel: row.channel }, row.oldest === null ? 0 : (now().getTime() - row.oldest.getTime()) / 1_000);
      }
    },
  });
  return {
    ended: (channel, outcome, count = 1) => deliveries.inc({ channel, outcome }, count),
    latency: (channel, seconds) => latency.observe({ channel }, seconds),
    retried: (channel) => retries.inc({ channel }),
    duplicateSuppressed: () => duplicates.inc(),
    circuitsOpen: (channel, count) => circuits.set({ channel }, count),
  };
}
