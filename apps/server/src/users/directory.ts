import { type RawBuilder, sql } from 'kysely';
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
  readonly ids?: readonly string[];
  readonly exceptIds?: readonly string[];
  /** Only people who may be notified. */
  readonly mayBeNotified?: true;
  /** Members of any of these teams. */
  readonly teamIds?: readonly string[];
  /** Begin of an address, a username or a team's name, part of a full name in any accents, or a whole id. */
  readonly search?: string;
  /** People who left in place of those who are there. */
  readonly isActive?: false;
}

const withoutAccents = (text: RawBuilder<unknown>) =>
  sql`regexp_replace(normalize(lower(${text}), NFD), '[\u0300-\u036f]', '', 'g')`;

/** Ids of the people that a search finds, each way by an index of its own. */
function found(org: string, search: string, isActive: RawBuilder<unknown>): RawBuilder<unknown> {
  const literal = search.replace(/[\\%_]/g, '\\$&');
  const begins = sql`lower(${`${literal}%`})`;
  const people = sql`select u.id from users u where u.organization_id = ${org} and ${isActive}`;
  return sql`u.id in (
    ${people} and u.id = ${search} union all
    ${people} and lower(u.email) like ${begins} union all
    ${people} and lower(u.username) like ${begins} union all
    ${people} and ${withoutAccents(sql`u.name`)} like '%' || ${withoutAccents(sql`${literal}::text`)} || '%' union all
    select m.user_id from team t join team_member m on m.organization_id = t.organization_id and m.team_id = t.id
    where t.organization_id = ${org} and lower(t.name) like ${begins})`;
}

/** Active users, oldest first. */
export async function listUsers(db: Db, org: string, filter: UserFilter, window: Window): Promise<Page<User>> {
  const isActive = filter.isActive === false ? sql`not u.is_active` : sql`u.is_active`;
  const where: RawBuilder<unknown>[] = [sql`u.organization_id = ${org}`, isActive];
  if (filter.username !== undefined) where.push(sql`lower(u.username) = lower(${filter.username})`);
  if (filter.email !== undefined) where.push(sql`lower(u.email) = lower(${filter.email})`);
  if (filter.roles !== undefined) where.push(sql`u.role = any(${[...filter.roles]}::text[])`);
  if (filter.ids !== undefined) where.push(sql`u.id = any(${[...filter.ids]}::text[])`);
  if (filter.exceptIds !== undefined) where.push(sql`u.id <> all(${[...filter.exceptIds]}::text[])`);
  if (filter.mayBeNotified === true) where.push(sql`u.may_be_notified`);
  if (filter.teamIds !== undefined) {
    where.push(sql`exists (select from team_member m where m.organization_id = ${org} and m.user_id = u.id
      and m.team_id = any(${[...filter.teamIds]}::text[]))`);
  }
  if (filter.search !== undefined) where.push(found(org, filter.search, isActive));
  const page = await selectPage(
    db,
    {
      from: sql`users u`,
      where,
      id: sql`u.id`,
      keys: [
        { column: sql`u.created_at`, type: 'timestamptz' },
        { column: sql`u.id`, type: 'text' },
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
