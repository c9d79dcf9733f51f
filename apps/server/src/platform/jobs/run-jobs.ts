import { sql } from 'kysely';
import type { Db } from '../db/database.ts';
import type { AnyJob } from './job.ts';

/**
 * Runs every job that is due at `now`, and those that they add, on the caller's clock: for tests, which move it. A job that throws
 * ends the run with its error.
 * @returns the names of the jobs that ran, in order
 */
export async function runJobsOnce<C>(db: Db, jobs: readonly AnyJob<C>[], ctx: C, now: Date): Promise<string[]> {
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const ran: string[] = [];
  for (;;) {
    const due = await sql<{ id: string; name: string; payload: unknown; attempts: number }>`
      select j.id::text, t.identifier as name, j.payload, j.attempts
      from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
      where j.run_at <= ${now} and j.attempts < j.max_attempts and j.locked_at is null
      order by j.priority, j.run_at, j.id limit 1`.execute(db);
    const [row] = due.rows;
    if (row === undefined) return ran;
    const job = byName.get(row.name);
    if (job === undefined) throw new Error(`No job is named ${row.name}`);
    await job.handle(ctx, row.payload, row.attempts + 1);
    await sql`select graphile_worker.complete_jobs(array[${row.id}::bigint])`.execute(db);
    ran.push(row.name);
  }
}
