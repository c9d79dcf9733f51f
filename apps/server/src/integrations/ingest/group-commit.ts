import pg from 'pg';
import type { Clock } from '../../platform/clock.ts';
import type { ConnectionConfig } from '../../platform/db/create-db.ts';
import { endWhenSilent } from '../../platform/db/silence.ts';
import type { Log } from '../../platform/log.ts';
import { homeShard, SHARDS } from '../shards.ts';

/** Alerts of one request. They are committed together or not at all. */
export type Arrival = {
  organizationId: string;
  integrationId: string;
  receivedAt: Date;
  texts: readonly (string | Buffer)[];
  isSplit: boolean;
  isDemo: boolean;
  warning: string | null;
  /** Servers that passed it on before this one. */
  hop?: number;
};

/** `gone`: the integration was deleted meanwhile. `unavailable`: nothing was kept; the sender is to try again. */
export type CommitOutcome = 'committed' | 'gone' | 'unavailable';

export type GroupCommitOptions = {
  connection: ConnectionConfig;
  clock: Clock;
  log: Log;
  /** Called after a commit with the shards that have new alerts. */
  onCommitted: (shards: readonly number[]) => void;
  onFlush?: (event: { alerts: number; seconds: number; failed: boolean }) => void;
  limits?: Partial<typeof defaultLimits>;
};

const defaultLimits = {
  /** Requests that may wait for a commit. */
  requests: 10_000,
  /** Bytes of their bodies. */
  bytes: 64 * 1024 * 1024,
  /** From being handed in to the answer. */
  waitMs: 10_000,
  flushAlerts: 2_000,
  flushBytes: 8 * 1024 * 1024,
};

export interface GroupCommit {
  /** Settles when the alerts are durable, or when it is certain enough that they will not be. Never throws. */
  add(arrival: Arrival): Promise<CommitOutcome>;
  /** Whether a body of this size could be taken now; asked before a body is read. */
  hasRoom(bytes: number): boolean;
  waiting(): { requests: number; bytes: number };
  /** Takes nothing more, and settles when what waits is answered. */
  stop(): Promise<void>;
}

type Waiting = { arrival: Arrival; bytes: number; sinceMs: number; settle: (outcome: CommitOutcome) => void };

// The payloads travel as one value and are cut up by the database: no escaping here and no parsing of array texts there.
const INSERT = `
with given as (
  select * from unnest($2::text[], $3::text[], $4::smallint[], $5::timestamptz[], $6::int[], $7::int[], $8::boolean[], $9::boolean[], $10::text[], $11::smallint[])
    with ordinality as t (organization_id, integration_id, shard, received_at, starts, bytes, is_split, is_demo, warning, hop, place)
), live as (
  select i.organization_id, i.id, i.is_slow from integration i
  where (i.organization_id, i.id) in (select organization_id, integration_id from given) and i.deleted_at is null
), added as (
  insert into inbound_alert (shard, organization_id, integration_id, received_at, payload, is_split, is_demo, warning, hop)
  select g.shard + case when l.is_slow then ${SHARDS} else 0 end, g.organization_id, g.integration_id, g.received_at,
         convert_from(substring($1::bytea from g.starts + 1 for g.bytes), 'UTF8'), g.is_split, g.is_demo, g.warning, g.hop
  from given g join live l on l.organization_id = g.organization_id and l.id = g.integration_id
  order by g.place
  returning shard, integration_id
)
select array_agg(distinct shard) as shards, array_agg(distinct integration_id) as integrations from added`;

/**
 * Requests that arrive while a write is under way share the next one: one statement, one commit, one flush of the log to disk. A
 * request that cannot be committed within `waitMs`, or finds too much waiting, gets `unavailable`. When the connection breaks while
 * a commit is under way its outcome is not known; the sender is told to repeat, so that an alert may come twice but is never lost.
 */
export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const { clock, log, onCommitted } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const pool = new pg.Pool({
    ...options.connection,
    max: 1,
    application_name: 'tocsin ingest',
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 0,
    keepAlive: true,
    statement_timeout: Math.floor(limits.waitMs * 0.8),
  });
  pool.on('error', (err) => log.warn({ err }, 'the idle connection of ingest broke'));
  // One that breaks under a write tells the write, and then everybody: without a listener that would end the process.
  pool.on('connect', (client) => {
    client.on('error', (err) => log.debug({ err }, 'the connection of ingest broke'));
    endWhenSilent(client, limits.waitMs);
  });

  let queue: Waiting[] = [];
  let inFlight: Waiting[] = [];
  let requests = 0;
  let bytes = 0;
  let flushing = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const idle: (() => void)[] = [];

  function settle(waiting: Waiting, outcome: CommitOutcome): void {
    requests -= 1;
    bytes -= waiting.bytes;
    waiting.settle(outcome);
  }

  /** Answers those who have waited too long in the queue. What is in flight is answered by its own end. */
  function expire(): void {
    timer = undefined;
    const oldestMs = clock.monotonicMs() - limits.waitMs;
    const kept: Waiting[] = [];
    for (const waiting of queue) {
      if (waiting.sinceMs <= oldestMs) settle(waiting, 'unavailable');
      else kept.push(waiting);
    }
    queue = kept;
    watch();
  }

  function watch(): void {
    const first = queue[0];
    if (timer !== undefined || first === undefined) return;
    timer = setTimeout(expire, Math.max(10, first.sinceMs + limits.waitMs - clock.monotonicMs()));
  }

  function takeBatch(): Waiting[] {
    let alerts = 0;
    let size = 0;
    let count = 0;
    for (const { arrival, bytes: length } of queue) {
      if (count > 0 && (alerts + arrival.texts.length > limits.flushAlerts || size + length > limits.flushBytes)) break;
      alerts += arrival.texts.length;
      size += length;
      count += 1;
    }
    return queue.splice(0, count);
  }

  async function flush(): Promise<void> {
    flushing = true;
    while (queue.length > 0) {
      inFlight = takeBatch();
      await write(inFlight);
      inFlight = [];
    }
    flushing = false;
    if (requests === 0) for (const done of idle.splice(0)) done();
  }

  async function write(batch: readonly Waiting[]): Promise<void> {
    const startedMs = clock.monotonicMs();
    const values = toParameters(batch);
    try {
      const result = await withDeadline(runInsert(values), limits.waitMs);
      const committed = new Set(result.integrations ?? []);
      for (const waiting of batch) {
        const kept = waiting.arrival.texts.length === 0 || committed.has(waiting.arrival.integrationId);
        settle(waiting, kept ? 'committed' : 'gone');
      }
      options.onFlush?.({ alerts: values.alerts, seconds: (clock.monotonicMs() - startedMs) / 1_000, failed: false });
      if (result.shards !== null) onCommitted(result.shards);
    } catch (err) {
      log.error({ err, requests: batch.length }, 'alerts could not be committed');
      options.onFlush?.({ alerts: values.alerts, seconds: (clock.monotonicMs() - startedMs) / 1_000, failed: true });
      for (const waiting of batch) settle(waiting, 'unavailable');
    }
  }

  async function runInsert({ values }: Parameters): Promise<{ shards: number[] | null; integrations: string[] | null }> {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      const { rows } = await client.query<{ shards: number[] | null; integrations: string[] | null }>({
        name: 'ingest',
        text: INSERT,
        values,
      });
      return rows[0] ?? { shards: null, integrations: null };
    } catch (err) {
      broken = err instanceof Error ? err : new Error(String(err));
      throw broken;
    } finally {
      client.release(broken);
    }
  }

  return {
    hasRoom: (size) => !stopped && requests < limits.requests && bytes + size <= limits.bytes,
    waiting: () => ({ requests, bytes }),
    add(arrival) {
      const size = arrival.texts.reduce((sum, text) => sum + (typeof text === 'string' ? text.length : text.byteLength), 0);
      if (stopped || requests >= limits.requests || bytes + size > limits.bytes) return Promise.resolve('unavailable');
      requests += 1;
      bytes += size;
      return new Promise((resolve) => {
        queue.push({ arrival, bytes: size, sinceMs: clock.monotonicMs(), settle: resolve });
        if (flushing) watch();
        // Requests of the same turn of the event loop share the first write too.
        else {
          flushing = true;
          setImmediate(() => void flush());
        }
      });
    },
    async stop() {
      stopped = true;
      if (requests > 0) await new Promise<void>((resolve) => idle.push(resolve));
      clearTimeout(timer);
      await pool.end();
    },
  };
}

type Parameters = { values: unknown[]; alerts: number };

function toParameters(batch: readonly Waiting[]): Parameters {
  const organizations: string[] = [];
  const integrations: string[] = [];
  const shards: number[] = [];
  const receivedAt: string[] = [];
  const starts: number[] = [];
  const lengths: number[] = [];
  const isSplit: boolean[] = [];
  const isDemo: boolean[] = [];
  const warnings: (string | null)[] = [];
  const hops: number[] = [];
  const pieces: Buffer[] = [];
  let end = 0;
  for (const { arrival } of batch) {
    const shard = homeShard(arrival.integrationId);
    const at = arrival.receivedAt.toISOString();
    for (const text of arrival.texts) {
      const piece = typeof text === 'string' ? Buffer.from(text) : text;
      organizations.push(arrival.organizationId);
      integrations.push(arrival.integrationId);
      shards.push(shard);
      receivedAt.push(at);
      starts.push(end);
      lengths.push(piece.byteLength);
      isSplit.push(arrival.isSplit);
      isDemo.push(arrival.isDemo);
      warnings.push(arrival.warning);
      hops.push(arrival.hop ?? 0);
      pieces.push(piece);
      end += piece.byteLength;
    }
  }
  const values = [
    Buffer.concat(pieces, end),
    organizations,
    integrations,
    shards,
    receivedAt,
    starts,
    lengths,
    isSplit,
    isDemo,
    warnings,
    hops,
  ];
  return { values, alerts: starts.length };
}

async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no commit within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
