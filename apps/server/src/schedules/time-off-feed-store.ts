import { type Instant, type TimeOff, timeOffFromCalendar } from '@tocsin/rota';
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import { fillPage, type Page, selectPage, type Window } from '../platform/db/page.ts';
import { readCopy } from './feeds/read-copy.ts';
import type { TimeOffFeedTable } from './tables.ts';

/** A calendar that says when a person is away: every event in it, whatever its title. */
export interface TimeOffFeed {
  readonly userId: string;
  readonly url: string;
  /** When the copy in use was last known to be current; null while there is none. */
  readonly fetchedAt: Date | null;
  readonly error: string | null;
  readonly errorSince: Date | null;
}

export async function listTimeOffFeeds(db: Db, org: string, window: Window): Promise<Page<TimeOffFeed>> {
  const page = await selectPage(
    db,
    {
      from: sql`time_off_feed`,
      where: [sql`organization_id = ${org}`],
      id: sql`user_id`,
      keys: [
        { column: sql`created_at`, type: 'timestamptz' },
        { column: sql`user_id`, type: 'text' },
      ],
      direction: 'asc',
    },
    window,
  );
  if (page.rows.length === 0) return { ...page, rows: [] };
  const rows = await db
    .selectFrom('time_off_feed')
    .selectAll()
    .where('organization_id', '=', org)
    .where('user_id', 'in', page.rows)
    .execute();
  return fillPage(page, rows.map(fromRow), (feed) => feed.userId);
}

export async function findTimeOffFeed(db: Db | Tx, org: string, userId: string): Promise<TimeOffFeed | null> {
  const row = await db
    .selectFrom('time_off_feed')
    .selectAll()
    .where('organization_id', '=', org)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** Sets a person's calendar. Another address begins without a copy, and is fetched at once. */
export async function saveTimeOffFeed(tx: Tx, org: string, userId: string, url: string, now: Date): Promise<TimeOffFeed> {
  await sql`
    insert into time_off_feed as f (organization_id, user_id, url, due_at, created_at) values (${org}, ${userId}, ${url}, ${now}, ${now})
    on conflict (organization_id, user_id) do update
    set url = excluded.url, due_at = excluded.due_at, content = null, etag = null, last_modified = null, fetched_at = null, error = null, error_since = null
    where f.url <> excluded.url`.execute(tx);
  const feed = await findTimeOffFeed(tx, org, userId);
  if (feed === null) throw new Error(`the time off feed of ${userId} is gone in the transaction that set it`);
  return feed;
}

export async function deleteTimeOffFeed(tx: Tx, org: string, userId: string): Promise<void> {
  await tx.deleteFrom('time_off_feed').where('organization_id', '=', org).where('user_id', '=', userId).execute();
}

/** When people are away by their calendars, within a window. */
export async function timeOffOfFeeds(
  db: Db | Tx,
  org: string,
  window: { readonly from: Instant; readonly to: Instant },
): Promise<TimeOff[]> {
  const { rows } = await sql<{ user_id: string; content: string }>`
    select user_id, content from time_off_feed where organization_id = ${org} and content is not null`.execute(db);
  return rows.flatMap(({ user_id, content }) => {
    const read = readCopy(content, 'calendar');
    return read.ok ? timeOffFromCalendar(user_id, read.calendar, window, []) : []; // a copy is stored only when it could be read
  });
}

const fromRow = (row: Selectable<TimeOffFeedTable>): TimeOffFeed => ({
  userId: row.user_id,
  url: row.url,
  fetchedAt: row.fetched_at,
  error: row.error,
  errorSince: row.error_since,
});
