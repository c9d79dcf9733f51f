import { type RawBuilder, sql } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import type { Log } from '../../platform/log.ts';
import type { Outbound } from '../../platform/outbound/index.ts';
import { scheduleChanged } from '../schedule-store.ts';
import { fetchFeed, type KnownCopy } from './fetch-feed.ts';

const EVERY_MS = 10 * 60_000;
/** A feed that was claimed is looked at again after this, should its process die. */
const LEASE_MS = 60_000;
const AT_ONCE = 4;

export interface FeedDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly outbound: Outbound;
  readonly log: Log;
}

interface DueFeed extends KnownCopy {
  readonly organization_id: string;
  /** The schedule or person that the feed belongs to. */
  readonly owner_id: string;
  readonly kind: string;
  readonly url: string;
  readonly last_modified: string | null;
}

/** A table of feeds: what it is called, and what names a row beside its organization. */
interface FeedTable {
  readonly name: 'schedule_feed' | 'time_off_feed';
  readonly owner: RawBuilder<unknown>;
  readonly kind: RawBuilder<unknown>;
  readonly onChanged: (tx: Tx, ownerId: string) => Promise<void>;
}

const SCHEDULE_FEEDS: FeedTable = { name: 'schedule_feed', owner: sql`schedule_id`, kind: sql`kind`, onChanged: scheduleChanged };
const TIME_OFF_FEEDS: FeedTable = {
  name: 'time_off_feed',
  owner: sql`user_id`,
  kind: sql`'time off'::text`,
  onChanged: async () => undefined,
};

/**
 * Fetches the imported calendars that are due, a few at once. The last good copy stays in use when a fetch fails, and its age and the
 * error are kept beside it. Run by a due loop.
 */
export async function refreshFeeds(deps: FeedDeps, now: Date): Promise<{ ran: number; nextDueAt: Date | null }> {
  const results = [await refreshTable(deps, SCHEDULE_FEEDS, now), await refreshTable(deps, TIME_OFF_FEEDS, now)];
  const due = results.flatMap((result) => (result.nextDueAt === null ? [] : [result.nextDueAt.getTime()]));
  return {
    ran: results.reduce((sum, result) => sum + result.ran, 0),
    nextDueAt: due.length === 0 ? null : new Date(Math.min(...due)),
  };
}

/** Makes the calendars of a schedule be fetched at once, whole. @returns how many it has */
export async function reloadFeeds(tx: Tx, org: string, scheduleId: string, now: Date): Promise<number> {
  const { rows } = await sql`
    update schedule_feed set due_at = ${now}, etag = null, last_modified = null
    where organization_id = ${org} and schedule_id = ${scheduleId} returning kind`.execute(tx);
  return rows.length;
}

async function refreshTable(deps: FeedDeps, feeds: FeedTable, now: Date): Promise<{ ran: number; nextDueAt: Date | null }> {
  const { db } = deps;
  const table = sql.table(feeds.name);
  const { rows } = await sql<DueFeed>`
    update ${table} f set due_at = ${new Date(now.getTime() + LEASE_MS)}
    where f.ctid = any(array(select ctid from ${table} where due_at <= ${now} order by due_at limit ${AT_ONCE} for update skip locked))
    returning organization_id, ${feeds.owner} as owner_id, ${feeds.kind} as kind, url, content, etag, last_modified`.execute(db);
  await Promise.all(rows.map((feed) => refreshFeed(deps, feeds, feed)));
  const next = await sql<{ due_at: Date | null }>`select min(due_at) as due_at from ${table} where due_at is not null`.execute(
    db,
  );
  return { ran: rows.length, nextDueAt: next.rows[0]?.due_at ?? null };
}

async function refreshFeed({ db, clock, outbound, log }: FeedDeps, feeds: FeedTable, feed: DueFeed): Promise<void> {
  const fetched = await fetchFeed(outbound, feed.url, {
    content: feed.content,
    etag: feed.etag,
    lastModified: feed.last_modified,
  });
  const now = clock.now();
  const dueAt = new Date(now.getTime() + EVERY_MS);
  const table = sql.table(feeds.name);
  const which = sql`organization_id = ${feed.organization_id} and ${feeds.owner} = ${feed.owner_id} and ${feeds.kind} = ${feed.kind} and url = ${feed.url}`;
  await db.transaction().execute(async (tx) => {
    if (!fetched.ok) {
      log.warn(
        { org: feed.organization_id, owner: feed.owner_id, kind: feed.kind, error: fetched.message },
        'a calendar could not be fetched',
      );
      await sql`
        update ${table} set checked_at = ${now}, due_at = ${dueAt}, error = ${fetched.message}, error_since = coalesce(error_since, ${now})
        where ${which}`.execute(tx);
      return;
    }
    await sql`
      update ${table} set content = ${fetched.content}, etag = ${fetched.etag}, last_modified = ${fetched.lastModified},
        fetched_at = ${now}, checked_at = ${now}, due_at = ${dueAt}, error = null, error_since = null
      where ${which}`.execute(tx);
    if (fetched.changed) await feeds.onChanged(tx, feed.owner_id);
  });
}
