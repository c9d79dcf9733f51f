import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';
import type { ConnectionConfig } from '../platform/db/create-db.ts';
import type { Db } from '../platform/db/database.ts';
import { type DueLoop, startDueLoop } from '../platform/due/due-loop.ts';
import type { Log } from '../platform/log.ts';
import type { Hub } from '../platform/notify.ts';
import type { Outbound } from '../platform/outbound/index.ts';
import type { SecretBox } from '../platform/secrets.ts';
import type { Templates } from '../templates/index.ts';
import { createUsageNotes, type UsageNotes } from './guards/usage.ts';
import { createGroupCommit, type GroupCommit, type GroupCommitOptions } from './ingest/group-commit.ts';
import { createIngestHandler, type IngestDeps, type IngestHandler } from './ingest/handler.ts';
import { createHeartbeats } from './ingest/heartbeats.ts';
import { createIngestLog, type IngestLog } from './ingest/ingest-log.ts';
import { createSns } from './ingest/sns.ts';
import { createTokenCache, type TokenCache } from './ingest/token-cache.ts';
import { createRoomForAccepting } from './pipeline/make-room.ts';
import type { PipelinePorts } from './pipeline/ports.ts';
import { announceSoon, INBOUND_CHANNEL } from './pipeline/queue-alerts.ts';
import { createShardRunner, type RunnerOptions } from './pipeline/shard-runner.ts';
import { resolveByCount } from './pipeline/source-count.ts';
import { isSlowShard } from './shards.ts';

export type IngestionOptions = {
  db: Db;
  connection: ConnectionConfig;
  hub: Hub;
  clock: Clock;
  log: Log;
  /** Opens what guards of integrations keep. */
  secrets: SecretBox;
  /** Asks Amazon for certificates and confirms subscriptions. */
  outbound: Outbound;
  bodyLimit: number;
  /** A pipeline of the same process, told without a detour. */
  wake?: (shards: readonly number[]) => void;
  onAnswered?: IngestDeps['onAnswered'];
  onFlush?: GroupCommitOptions['onFlush'];
  limits?: GroupCommitOptions['limits'];
};

export interface Ingestion {
  handler: IngestHandler;
  tokens: TokenCache;
  commit: GroupCommit;
  ingestLog: IngestLog;
  usage: UsageNotes;
  /** Takes nothing more, and settles when what was taken is committed and answered. */
  stop(): Promise<void>;
}

/** The integration URLs of a process with the web role. */
export function createIngestion(options: IngestionOptions): Ingestion {
  const { db, hub, clock, log } = options;
  const announce = createAnnouncer(db, log);
  const tokens = createTokenCache({ db, hub, clock, secrets: options.secrets, log });
  const usage = createUsageNotes({ db, clock, log });
  const ingestLog = createIngestLog({ db, clock, log });
  const commit = createGroupCommit({
    connection: options.connection,
    clock,
    log,
    onCommitted: (shards) => {
      options.wake?.(shards);
      announce.add(shards);
    },
    ...(options.onFlush === undefined ? {} : { onFlush: options.onFlush }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const handler = createIngestHandler({
    tokens,
    commit,
    ingestLog,
    clock,
    log,
    heartbeats: createHeartbeats({ db, clock, log }),
    sns: createSns({ outbound: options.outbound, clock }),
    usage,
    bodyLimit: options.bodyLimit,
    ...(options.onAnswered === undefined ? {} : { onAnswered: options.onAnswered }),
  });
  return {
    handler,
    tokens,
    commit,
    ingestLog,
    usage,
    async stop() {
      await commit.stop();
      await announce.flush();
      await ingestLog.flush();
      await usage.flush();
    },
  };
}

/** Between two announcements; under load each tells of many commits. */
const ANNOUNCE_EVERY_MS = 20;

/**
 * Tells other processes of new alerts apart from the commit: a transaction that notifies holds a lock that all others that notify
 * wait for. What is lost here is found by their poll.
 */
function createAnnouncer(db: Db, log: Log): { add(shards: readonly number[]): void; flush(): Promise<void> } {
  const waiting = new Set<number>();
  let sending: Promise<void> | null = null;
  async function send(): Promise<void> {
    while (waiting.size > 0) {
      const shards = [...waiting];
      waiting.clear();
      await announceSoon(db, shards).catch((err) => log.warn({ err }, 'new alerts could not be announced'));
      await sleep(ANNOUNCE_EVERY_MS);
    }
    sending = null;
  }
  return {
    add(shards) {
      for (const shard of shards) waiting.add(shard);
      sending ??= send();
    },
    flush: () => sending ?? Promise.resolve(),
  };
}

export type PipelineOptions = {
  db: Db;
  hub: Hub;
  clock: Clock;
  log: Log;
  templates: Templates;
  ports: PipelinePorts;
  /** Nothing runs until the loops are run by hand; for tests. */
  manual?: boolean;
  batchLimit?: number;
  onRun?: Parameters<typeof startDueLoop>[0]['onRun'];
  onBatch?: RunnerOptions['onBatch'];
  onParked?: RunnerOptions['onParked'];
};

export interface Pipeline {
  loops: readonly DueLoop[];
  /** Says that these shards have new alerts. */
  wake(shards: readonly number[]): void;
  /** Says how many alerts this process has just accepted: a flood of them goes before handling. */
  accepted(alerts: number): void;
  stop(): Promise<void>;
}

/** Batches that one process handles side by side: one renders, one writes, one waits for the counter of its organization. */
const FAST_BATCHES_AT_ONCE = 3;
const SLOW_BATCHES_AT_ONCE = 2;

/** What puts accepted alerts into their groups, in a process with the worker role. */
export function startPipeline(options: PipelineOptions): Pipeline {
  const { db, hub, clock, log, ports, manual = false } = options;
  const observed = {
    ...(options.onBatch === undefined ? {} : { onBatch: options.onBatch }),
    ...(options.onParked === undefined ? {} : { onParked: options.onParked }),
    ...(options.batchLimit === undefined ? {} : { batchLimit: options.batchLimit }),
  };
  const onRun = options.onRun === undefined ? {} : { onRun: options.onRun };
  const room = createRoomForAccepting(clock);
  const runner = (kind: 'fast' | 'slow', concurrency: number): DueLoop =>
    startDueLoop({
      name: kind === 'fast' ? 'alert pipeline' : 'alert pipeline of slow integrations',
      clock,
      log,
      manual,
      run: createShardRunner({ db, clock, log, templates: options.templates, ports, kind, concurrency, room, ...observed }),
      ...onRun,
    });
  const fast = runner('fast', FAST_BATCHES_AT_ONCE);
  const slow = runner('slow', SLOW_BATCHES_AT_ONCE);
  const count = startDueLoop({
    name: 'recoveries by count',
    clock,
    log,
    manual,
    run: (now) => resolveByCount({ db, clock, ports }, now),
    ...onRun,
  });
  const wake = (shards: readonly number[]) => {
    if (shards.some((shard) => !isSlowShard(shard))) fast.wake();
    if (shards.some(isSlowShard)) slow.wake();
  };
  hub.listen(INBOUND_CHANNEL, (payload) => wake(payload.split(',').map(Number)));
  const loops = [fast, slow, count];
  return {
    loops,
    wake,
    accepted: room.accepted,
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
