import { sql } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Tx } from '../db/database.ts';
import type { Job } from './job.ts';

export type AddJobOptions = {
  /** Not before this instant; at once when left out. */
  runAt?: Date;
  /** In place of the key that the job's definition gives. */
  key?: string;
};

/** Puts jobs into the queue as part of the transaction that wants them. */
export interface JobQueue {
  add<C, P>(tx: Tx, job: Job<C, P>, payload: P, options?: AddJobOptions): Promise<void>;
}

/** The worker compares with the database's own time, which may be behind the clock by milliseconds: a job for now must not seem early. */
const AT_ONCE_MS = 1_000;

export function createJobQueue(clock: Clock): JobQueue {
  return {
    async add(tx, job, payload, options = {}) {
      const runAt = options.runAt ?? new Date(clock.now().getTime() - AT_ONCE_MS);
      const key = options.key ?? job.keyOf(payload);
      await sql`select graphile_worker.add_job(
        identifier => ${job.name}, payload => ${JSON.stringify(payload)}::json, queue_name => ${job.queueOf(payload)},
        run_at => ${runAt}::timestamptz, max_attempts => ${job.maxAttempts}::smallint, job_key => ${key},
        priority => ${job.priority}::smallint)`.execute(tx);
    },
  };
}
