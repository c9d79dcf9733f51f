import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { Metrics } from '../../platform/metrics.ts';

/** What operators count of deliveries (escalation.md 6.3). */
export interface DeliveryMetrics {
  ended(channel: string, outcome: string, count?: number): void;
  /** Seconds from the decision to page to the provider's acceptance. */
  latency(channel: string, seconds: number): void;
  retried(channel: string): void;
  duplicateSuppressed(): void;
  circuitsOpen(channel: string, count: number): void;
}

const LATENCY_BUCKETS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300];

/** Registers the series; depth and age of the outbox are read from the database when they are scraped. */
export function createDeliveryMetrics(metrics: Metrics, db: Db, now: () => Date): DeliveryMetrics {
  const deliveries = metrics.counter('tocsin_deliveries_total', 'Deliveries that ended, by outcome', ['channel', 'outcome']);
  const latency = metrics.histogram(
    'tocsin_delivery_latency_seconds',
    'From the decision to page until the provider took it',
    LATENCY_BUCKETS,
    ['channel'],
  );
  const retries = metrics.counter('tocsin_delivery_retries_total', 'Attempts that will be repeated', ['channel']);
  const duplicates = metrics.counter(
    'tocsin_delivery_duplicates_suppressed_total',
    'Repeats saved because a late answer said that the page had been taken',
  );
  const circuits = metrics.gauge('tocsin_provider_circuit_open', 'Providers in trouble, which get one probe every 15 seconds', [
    'channel',
  ]);
  const oldest = metrics.gauge('tocsin_outbox_oldest_seconds', 'Age of the oldest delivery that is due and not finished', [
    'channel',
  ]);
  metrics.gauge('tocsin_outbox_depth', 'Deliveries that are not finished', ['channel'], async (depth) => {
    const { rows } = await sql<{ channel: string; depth: number; oldest: Date | null }>`
      select channel, count(*) as depth, min(case when due_at <= ${now()} then created_at end) as oldest from (
        select channel, due_at, created_at from delivery where state = 'owed'
        union all
        select channel, due_at, created_at from delivery where state = 'sending') open group by channel`.execute(db);
    depth.reset();
    oldest.reset();
    for (const row of rows) {
      depth.set({ channel: row.channel }, row.depth);
      oldest.set({ channel: row.channel }, row.oldest === null ? 0 : (now().getTime() - row.oldest.getTime()) / 1_000);
    }
  });
  return {
    ended: (channel, outcome, count = 1) => deliveries.inc({ channel, outcome }, count),
    latency: (channel, seconds) => latency.observe({ channel }, seconds),
    retried: (channel) => retries.inc({ channel }),
    duplicateSuppressed: () => duplicates.inc(),
    circuitsOpen: (channel, count) => circuits.set({ channel }, count),
  };
}
