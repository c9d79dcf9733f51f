import { Worker } from 'node:worker_threads';
import { BudgetError } from '../errors.ts';
import { receiveError } from './error-transfer.ts';
import type { Job } from './job.ts';
import type { ThreadAnswer, ThreadSetup } from './serve-jobs.ts';

/** Memory of a thread's JavaScript objects; a render that needs more ends with its thread. */
const THREAD_MEMORY_MIB = 512;

/** A thread that has not started by then never will. */
const START_LIMIT_MS = 60_000;

type Waiting = {
  readonly resolve: (result: string | boolean) => void;
  readonly reject: (error: Error) => void;
  timer: NodeJS.Timeout;
};

/** One worker thread, which runs one job at a time. A job that overstays ends the thread. */
export class RenderThread {
  readonly #worker: Worker;
  readonly #ready: Promise<void>;
  #waiting: Waiting | undefined;
  #ended = false;
  #endedBecause: Error | undefined;
  readonly #onEnd: () => void;

  /** `code` is the program, see `threadCode`; `onEnd` is called once, when the thread can take no more jobs. */
  constructor(code: URL, setup: ThreadSetup, onEnd: () => void) {
    this.#onEnd = onEnd;
    this.#worker = new Worker(code, { workerData: setup, resourceLimits: { maxOldGenerationSizeMb: THREAD_MEMORY_MIB } });
    this.#worker.unref();
    this.#ready = new Promise((resolve, reject) => {
      this.#worker.once('message', () => resolve());
      this.#worker.once('error', reject);
      this.#worker.once('exit', () => reject(new Error('the template thread ended before it was ready')));
    });
    // Whoever runs a job sees the failure; without one it must not count as unhandled.
    this.#ready.then(
      () => this.#worker.on('message', (answer: ThreadAnswer) => this.#answered(answer)),
      () => this.#end(),
    );
    this.#worker.on('error', (error) => this.#failed(asBudgetError(error)));
    this.#worker.on('exit', () => this.#failed(this.#endedBecause ?? new Error('the template thread ended')));
  }

  get isFree(): boolean {
    return this.#waiting === undefined && !this.#ended;
  }

  /** The thread's own budgets end a job earlier; `limitMs`, counted from when the thread has it, is for what they do not see. */
  run(job: Job, limitMs: number): Promise<string | boolean> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { resolve, reject, timer: this.#endAfter(START_LIMIT_MS, 'a template thread did not start') };
      this.#waiting = waiting;
      this.#worker.ref();
      this.#ready.then(
        () => {
          clearTimeout(waiting.timer);
          if (this.#waiting !== waiting) return;
          waiting.timer = this.#endAfter(limitMs, `the template takes longer than ${limitMs} ms`);
          this.#worker.postMessage(job);
        },
        (error: unknown) => this.#failed(error instanceof Error ? error : new Error(String(error))),
      );
    });
  }

  #endAfter(ms: number, reason: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.#endedBecause = new BudgetError('time', reason);
      void this.#worker.terminate();
    }, ms).unref();
  }

  async close(): Promise<void> {
    this.#failed(new Error('the pool is closed'));
    await this.#worker.terminate();
  }

  #answered(answer: ThreadAnswer): void {
    const waiting = this.#settle();
    if (answer.ok) waiting?.resolve(answer.result);
    else waiting?.reject(receiveError(answer.error));
  }

  #failed(error: Error): void {
    const waiting = this.#settle();
    this.#end();
    waiting?.reject(error);
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) clearTimeout(waiting.timer);
    this.#worker.unref();
    return waiting;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
  }
}

function asBudgetError(error: Error & { code?: string }): Error {
  if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') return error;
  return new BudgetError('growth', `the template needs more than ${THREAD_MEMORY_MIB} MiB`);
}
