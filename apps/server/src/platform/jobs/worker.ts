import { EventEmitter } from 'node:events';
import {
  type CronItem,
  type JobHelpers,
  parseCronItems,
  type Runner,
  run,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker';
import type pg from 'pg';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { AnyJob } from './job.ts';
import type { Presence } from './presence.ts';
import { workerLogger } from './worker-logger.ts';

/** A job that runs by the clock, once per tick whatever the number of workers. Its payload is `{}`. */
export type CronEntry<C> = {
  job: AnyJob<C>;
  /** Minute, hour, day, month, weekday, in UTC. */
  match: string;
  /** Ticks missed within this time before a start are made up for. */
  backfillMs?: number;
};

export type JobEvent = { job: string; result: 'ok' | 'retried' | 'dead'; attempt: number; seconds: number };

export type WorkerOptions<C> = {
  pool: pg.Pool;
  ctx: C;
  clock: Clock;
  log: Log;
  jobs: readonly AnyJob<C>[];
  cron?: readonly CronEntry<C>[];
  presence: Presence;
  concurrency: number;
  onJob?: (event: JobEvent) => void;
};

export interface JobWorker {
  /** When the queue was last looked at or a sweep came round, on the clock's monotonic side. */
  lastBeatMs(): number;
  /** Takes no new job, and settles when those under way are done. */
  stop(): Promise<void>;
}

const SWEEP_EVERY_MS = 30_000;
const LAST_RETRY_MS = 10_000;
/**
 * Outcomes of jobs are written in batches, if of one. Written singly, an outcome that the database does not take is a promise that
 * rejects with nobody listening, which ends the process; a batch ends the run, and the next run begins with a sweep.
 */
const BATCHED = { completeJobBatchDelay: 0, failJobBatchDelay: 0 };

function taskList<C>({ jobs, ctx, log, clock, onJob }: WorkerOptions<C>): TaskList {
  const tasks: TaskList = {};
  for (const job of jobs) {
    if (tasks[job.name] !== undefined) throw new Error(`Two jobs are named ${job.name}`);
    tasks[job.name] = async (payload: unknown, { job: row }: JobHelpers) => {
      const startedMs = clock.monotonicMs();
      const report = (result: JobEvent['result']) =>
        onJob?.({ job: job.name, result, attempt: row.attempts, seconds: (clock.monotonicMs() - startedMs) / 1_000 });
      try {
        await job.handle(ctx, withoutCron(payload), row.attempts);
        report('ok');
      } catch (err) {
        const dead = row.attempts >= row.max_attempts;
        log[dead ? 'error' : 'warn']({ err, job: job.name, jobId: String(row.id), attempt: row.attempts, dead }, 'a job failed');
        report(dead ? 'dead' : 'retried');
        throw err;
      }
    };
  }
  return tasks;
}

/** Cron adds its own field to the payload, which no schema knows. */
function withoutCron(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null || !('_cron' in payload)) return payload;
  const { _cron, ...rest } = payload;
  return rest;
}

const cronItem = <C>({ job, match, backfillMs = 0 }: CronEntry<C>): CronItem => ({
  task: job.name,
  match,
  identifier: `${job.name} ${match}`,
  options: { backfillPeriod: backfillMs, maxAttempts: job.maxAttempts, jobKey: `cron:${job.name}`, priority: job.priority },
});

/** Works the queue until it is stopped. When the database goes away it comes back by itself. */
export function startWorker<C>(options: WorkerOptions<C>): JobWorker {
  const { log, clock, presence } = options;
  if (options.jobs.length === 0) throw new Error('A worker needs at least one kind of job');
  const tasks = taskList(options);
  const events: WorkerEvents = new EventEmitter();
  let lastBeatMs = clock.monotonicMs();
  let stopped = false;
  let runner: Runner | null = null;
  let sweeper: NodeJS.Timeout | undefined;
  let wakeUp: (() => void) | undefined;

  const beat = () => {
    lastBeatMs = clock.monotonicMs();
  };
  let names: string[] = [];
  const addName = (name: string) => {
    names.push(name);
    presence.addWorker(name);
  };
  events.on('pool:create', ({ workerPool }) => addName(workerPool.id));
  events.on('worker:create', ({ worker }) => addName(worker.workerId));
  events.on('worker:getJob:empty', beat);
  events.on('job:start', beat);

  const sweepOn = () => {
    sweeper = setTimeout(async () => {
      await presence.sweep().then(beat, (err) => log.warn({ err }, 'the sweep for dead workers failed'));
      if (!stopped) sweepOn();
    }, SWEEP_EVERY_MS);
  };

  async function work(): Promise<void> {
    for (let retryMs = 100; !stopped; retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)) {
      const startedMs = clock.monotonicMs();
      try {
        await presence.sweep();
        runner = await run({
          pgPool: options.pool,
          taskList: tasks,
          parsedCronItems: parseCronItems((options.cron ?? []).map(cronItem)),
          concurrency: options.concurrency,
          pollInterval: 2_000,
          noHandleSignals: true,
          events,
          logger: workerLogger(log),
          preset: { worker: BATCHED },
        });
        if (stopped) await runner.stop();
        await runner.promise;
      } catch (err) {
        if (!stopped) log.warn({ err, retryMs }, 'the job worker ended and will start again');
      }
      runner = null;
      presence.retireWorkers(names);
      names = [];
      if (clock.monotonicMs() - startedMs > LAST_RETRY_MS) retryMs = 100;
      if (stopped) return;
      await new Promise<void>((resolve) => {
        wakeUp = resolve;
        setTimeout(resolve, retryMs);
      });
    }
  }

  const ended = work();
  sweepOn();
  return {
    lastBeatMs: () => lastBeatMs,
    async stop() {
      stopped = true;
      clearTimeout(sweeper);
      wakeUp?.();
      await runner?.stop().catch((err) => log.warn({ err }, 'the job worker did not stop cleanly'));
      await ended;
    },
  };
}
