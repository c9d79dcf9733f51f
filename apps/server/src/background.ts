import type { Context } from './context.ts';
import { ensurePartitions } from './housekeeping.ts';
import type { DueLoop, DueLoopOptions } from './platform/due/due-loop.ts';
import {
  type AnyJob,
  type CronEntry,
  type JobWorker,
  joinProcesses,
  type Presence,
  runJobsOnce,
  startWorker,
} from './platform/jobs/index.ts';
import { folderLog } from './platform/log.ts';
import type { Metrics } from './platform/metrics.ts';

/** Everything that works without being asked over HTTP. */
export type BackgroundWork = {
  /** Started already; manual ones when the background is. In the order in which tests run them. */
  loops: readonly Pick<DueLoop, 'name' | 'runUntilIdle' | 'stop' | 'health'>[];
  jobs: readonly AnyJob<Context>[];
  cron: readonly CronEntry<Context>[];
};

/** Starts the domains' loops, or with `manual` makes them ready to be run. */
export type StartWork = (ctx: Context, options: { manual: boolean }) => BackgroundWork;

export type BackgroundHealth = { name: string; secondsSinceBeat: number; failuresInARow: number };

export interface Background {
  health(): BackgroundHealth[];
  /** Runs loops and due jobs until nothing is due; for tests, whose clock stands still. @returns how much was done */
  runUntilIdle(): Promise<number>;
  /** Takes nothing new, and settles when what is under way is done. */
  stop(): Promise<void>;
}

/** What loops report to; the same series for all of them. */
export function loopObserver(metrics: Metrics): NonNullable<DueLoopOptions['onRun']> {
  const batches = metrics.counter('tocsin_loop_batches_total', 'Batches of due work', ['loop', 'result']);
  const items = metrics.counter('tocsin_loop_items_total', 'Due things handled', ['loop']);
  const duration = metrics.histogram(
    'tocsin_loop_batch_seconds',
    'Time a batch takes',
    [0.005, 0.025, 0.1, 0.5, 1, 5, 10],
    ['loop'],
  );
  return ({ name, ran, failed, seconds }) => {
    batches.inc({ loop: name, result: failed ? 'failed' : 'ok' });
    if (ran === 0) return;
    items.inc({ loop: name }, ran);
    duration.observe({ loop: name }, seconds);
  };
}

function startJobs(ctx: Context, work: BackgroundWork, presence: Presence): JobWorker {
  const total = ctx.metrics.counter('tocsin_jobs_total', 'Job runs', ['queue', 'job', 'result']);
  const duration = ctx.metrics.histogram(
    'tocsin_job_duration_seconds',
    'Time a job takes',
    [0.01, 0.1, 0.5, 1, 5, 30, 120],
    ['queue', 'job'],
  );
  return startWorker({
    pool: ctx.pool,
    ctx,
    clock: ctx.clock,
    log: folderLog(ctx.log, 'jobs'),
    jobs: work.jobs,
    cron: work.cron,
    presence,
    concurrency: ctx.config.workerConcurrency,
    onJob: ({ job, result, seconds }) => {
      total.inc({ queue: 'default', job, result });
      duration.observe({ queue: 'default', job }, seconds);
    },
  });
}

/** Starts the loops and the job worker. */
export async function startBackground(ctx: Context, startWork: StartWork, role: string): Promise<Background> {
  const { connection, db, clock, host } = ctx;
  const presence = await joinProcesses({ connection, db, clock, host, role, log: folderLog(ctx.log, 'jobs') });
  await ensurePartitions(db, clock.now());
  const work = startWork(ctx, { manual: false });
  const worker = startJobs(ctx, work, presence);
  const since = (beatMs: number) => (clock.monotonicMs() - beatMs) / 1_000;
  return {
    health: () => [
      ...work.loops.map((loop) => {
        const { name, lastBeatMs, failuresInARow } = loop.health();
        return { name, secondsSinceBeat: since(lastBeatMs), failuresInARow };
      }),
      { name: 'jobs', secondsSinceBeat: since(worker.lastBeatMs()), failuresInARow: 0 },
    ],
    runUntilIdle: () => Promise.reject(new Error('This background runs by itself')),
    async stop() {
      await Promise.all([...work.loops.map((loop) => loop.stop()), worker.stop()]);
      await presence.close();
    },
  };
}

/** The same work, done only when asked for. */
export function createManualBackground(ctx: Context, startWork: StartWork): Background {
  const work = startWork(ctx, { manual: true });
  return {
    health: () => [],
    async runUntilIdle() {
      for (let total = 0; ; ) {
        let ran = 0;
        for (const loop of work.loops) ran += await loop.runUntilIdle();
        ran += (await runJobsOnce(ctx.db, work.jobs, ctx, ctx.clock.now())).length;
        total += ran;
        if (ran === 0) return total;
      }
    },
    async stop() {
      await Promise.all(work.loops.map((loop) => loop.stop()));
    },
  };
}
