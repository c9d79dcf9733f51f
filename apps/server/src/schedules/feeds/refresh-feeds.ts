import { sql } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db/database.ts';
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
  readonly schedule_id: string;
  readonly kind: 'primary' | 'overrides';
  readonly url: string;
  readonly last_modified: string | null;
}

/**
 * Fetches the imported calendars that are due, a few at once. The last good copy stays in use when a fetch fails, and its age and the
 * error are kept beside it.
 */
export async function refreshFeeds(deps: FeedDeps, now: Date): Promise<{ ran: number; nextDueAt: Date | null }> {
  const { db } = deps;
  const { rows } = await sql<DueFeed>`
    update schedule_feed f set due_at = ${new Date(now.getTime() + LEASE_MS)}
    where (f.organization_id, f.schedule_id, f.kind) in (
      select organization_id, schedule_id, kind from schedule_feed where due_at <= ${now} order by due_at limit ${AT_ONCE} for update skip locked)
    returning organization_id, schedule_id, kind, url, content, etag, last_modified`.execute(db);
  await Promise.all(rows.map((feed) => refreshFeed(deps, feed)));
  const next = await sql<{
    due_at: Date | null;
  }>`select min(due_at) as due_at from schedule_feed where due_at is not null`.execute(db);
  return { ran: rows.length, nextDueAt: next.rows[0]?.due_at ?? null };
}

async function refreshFeed({ db, clock, outbound, log }: FeedDeps, feed: DueFeed): Promise<void> {
  const fetched = await fetchFeed(outbound, feed.url, {
    content: feed.content,
    etag: feed.etag,
    lastModified: feed.last_modified,
  });
  const now = clock.now();
  const dueAt = new Date(now.getTime() + EVERY_MS);
  const which = sql`organization_id = ${feed.organization_id} and schedule_id = ${feed.schedule_id} and kind = ${feed.kind} and url = ${feed.url}`;
  await db.transaction().execute(async (tx) => {
    if (!fetched.ok) {
      log.warn(
        { org: feed.organization_id, schedule: feed.schedule_id, kind: feed.kind, error: fetched.message },
        'a calendar could not be fetched',
      );
      await sql`
        update schedule_feed set checked_at = ${now}, due_at = ${dueAt}, error = ${fetched.message}, error_since = coalesce(error_since, ${now})
        where ${which}`.execute(tx);
      return;
    }
    await sql`
      update schedule_feed set content = ${fetched.content}, etag = ${fetched.etag}, last_modified = ${fetched.lastModified},
        fetched_at = ${now}, checked_at = ${now}, due_at = ${dueAt}, error = null, error_since = null
      where ${which}`.execute(tx);
    if (fetched.changed) await scheduleChanged(tx, feed.schedule_id);
  });
}
