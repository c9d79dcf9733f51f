import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';

/** Due work that nobody has taken for so long is a violation (escalation.md 6.2, W1). */
export const OVERDUE_SECONDS = 30;

export type Overdue = { runs: number; lists: number; silences: number; oldestSeconds: number };

/** What should have run by now and has not. */
export async function findOverdue(db: Db | Tx, now: Date): Promise<Overdue> {
  const since = new Date(now.getTime() - OVERDUE_SECONDS * 1_000);
  const { rows } = await sql<{ runs: number; lists: number; silences: number; oldest: Date | null }>`
    with due as (
      select 'run' as kind, due_at from escalation_run where due_at < ${since}
      union all select 'list', due_at from personal_run where state = 'running' and due_at < ${since}
      union all select 'silence', silenced_until from alert_group
        where silenced_until < ${since} and state = 'silenced' and root_alert_group_id is null)
    select count(*) filter (where kind = 'run') as runs, count(*) filter (where kind = 'list') as lists,
           count(*) filter (where kind = 'silence') as silences, min(due_at) as oldest from due`.execute(db);
  const row = rows[0];
  const oldestSeconds = row?.oldest == null ? 0 : Math.round((now.getTime() - row.oldest.getTime()) / 1_000);
  return { runs: row?.runs ?? 0, lists: row?.lists ?? 0, silences: row?.silences ?? 0, oldestSeconds };
}

/** Ends what is due for groups that are no longer there, which no loop will ever take. @returns how many */
export async function endOrphans(tx: Tx, now: Date): Promise<number> {
  const since = new Date(now.getTime() - OVERDUE_SECONDS * 1_000);
  const gone = (table: string) => sql`not exists (
    select from alert_group g where g.organization_id = ${sql.ref(`${table}.organization_id`)} and g.id = ${sql.ref(`${table}.alert_group_id`)})`;
  const runs = await sql`
    delete from escalation_run where (due_at < ${since} or reached_check_at < ${since}) and ${gone('escalation_run')}`.execute(
    tx,
  );
  const lists = await sql`
    delete from personal_run where state = 'running' and due_at < ${since} and ${gone('personal_run')}`.execute(tx);
  return Number((runs.numAffectedRows ?? 0n) + (lists.numAffectedRows ?? 0n));
}
