import { parentPort, workerData } from 'node:worker_threads';
import type { BudgetLimits } from '../budget.ts';
import { type SentError, sendError } from './error-transfer.ts';
import { type CreateEnvironment, type Job, JobRunner } from './job.ts';

/** What a thread is started with. */
export type ThreadSetup = {
  /** Address of the module that exports `createEnvironment`. */
  readonly environmentModule: string;
  readonly limits: Partial<BudgetLimits>;
};

export type ThreadAnswer =
  | { readonly ok: true; readonly result: string | boolean }
  | { readonly ok: false; readonly error: SentError };

/** Serves jobs until the thread is ended. */
export function serveJobs(createEnvironment: CreateEnvironment): void {
  const port = parentPort;
  if (port === null) throw new Error('jobs are served in a worker thread');
  const { limits } = workerData as ThreadSetup;
  const runner = new JobRunner(createEnvironment);
  const run = (job: Job): ThreadAnswer => {
    try {
      return { ok: true, result: job.kind === 'render' ? runner.render(job, limits) : runner.search(job, job.limitMs) };
    } catch (error) {
      return { ok: false, error: sendError(error) };
    }
  };
  port.on('message', (job: Job) => port.postMessage(run(job)));
  port.postMessage('ready');
}
