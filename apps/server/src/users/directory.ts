import { sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import { fillPage, type Page, selectPage, type Window } from '../platform/db/page.ts';
import { findUsers } from './store.ts';
import type { Role, User } from './user.ts';

export interface UserFilter {
  /** Whole username, in any case of letters. */
  readonly username?: string;
  /** Whole address, in any case of letters. */
  readonly email?: string;
  readonly roles?: readonly Role[];
}

/** Active users, oldest first. */
export async function listUsers(db: Db, org: string, filter: UserFilter, window: Window): Promise<Page<User>> {
  const where = [sql`organization_id = ${org}`, sql`is_active`];
  if (filter.username !== undefined) where.push(sql`lower(username) = lower(${filter.username})`);
  if (filter.email !== undefined) where.push(sql`lower(email) = lower(${filter.email})`);
  if (filter.roles !== undefined) where.push(sql`role = any(${[...filter.roles]}::text[])`);
  const page = await selectPage(
    db,
    {
      from: sql`users`,
      where,
      id: sql`id`,
      keys: [
        { column: sql`created_at`, type: 'timestamptz' },
        { column: sql`id`, type: 'text' },
      ],
      direction: 'asc',
    },
    window,
  );
  const users = await findUsers(db, org, page.rows);
  return fillPage(page, [...users.values()], (user) => user.id);
}

/** Ids of the teams that each of the users belongs to, in a steady order. */
export async function teamsOfUsers(db: Db | Tx, org: string, userIds: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await sql<{ user_id: string; team_ids: string[] }>`
    select user_id, array_agg(team_id order by team_id) as team_ids from team_member
    where organization_id = ${org} and user_id = any(${[...userIds]}::text[]) group by user_id`.execute(db);
  return new Map(rows.map((row) => [row.user_id, row.team_ids]));
}
