import type { Db } from '../platform/db/database.ts';
import type { Log } from '../platform/log.ts';
import type { Hub } from '../platform/notify.ts';
import { BEGINNING, type Cursor, formatCursor, isAfter, parseCursor } from './cursor.ts';
import { eventsAfter, eventsBetween, LIVE_NOTIFY_CHANNEL, type LiveEvent, newestEvent, oldestUnderWay } from './event-store.ts';

const POLL_MS = 500;
/** Rows that one read takes; each may tell of many alert groups. */
const BATCH = 200;
/** Missed events that a page gets one by one; whoever missed more reads anew. */
const MOST_MISSED = 1_000;

/** Somebody who follows what happens in an organization. */
export type Follower = {
  readonly organizationId: string;
  onEvent(event: LiveEvent, cursor: string): void;
  /** Events may be missing: what is shown must be read anew. */
  onReset(cursor: string): void;
};

/** What happens, as this process tells it to the pages that are open. Asks the database only while somebody follows. */
export interface LiveFeed {
  /**
   * Follows from now on, or from the cursor of the last event that was received.
   * @returns what ends it, once it has begun
   */
  follow(follower: Follower, lastEventId: string | null): Promise<() => void>;
  /** Where the feed stands, for pings. */
  cursor(): string;
  /** How many follow, for metrics. */
  followers(): number;
  /** Reads what is new now. */
  pump(): Promise<void>;
  close(): Promise<void>;
}

export type FeedDeps = { db: Db; log: Log; hub: Hub | null; pollMs?: number };

/**
 * Each event with the cursor to go on from. Of events that share a row only the last one says that the row was received: a page that lost
 * the connection between two of them gets all of the row again.
 */
function withCursors(events: readonly LiveEvent[], from: Cursor): [LiveEvent, string][] {
  let before = formatCursor(from);
  return events.map((event, i) => {
    const next = events[i + 1]?.cursor;
    const isLast = next === undefined || next.xact !== event.cursor.xact || next.id !== event.cursor.id;
    if (isLast) before = formatCursor(event.cursor);
    return [event, before];
  });
}

export function createLiveFeed({ db, log, hub, pollMs = POLL_MS }: FeedDeps): LiveFeed {
  const followers = new Set<Follower>();
  let at: Cursor = BEGINNING;
  /** The transaction that events were not held back for; until it is over, some of its own may come too late. */
  let passed: bigint | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other, so that following and reading cannot pass each other. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };

  const resetAll = () => {
    for (const follower of followers) follower.onReset(formatCursor(at));
  };

  const read = async () => {
    if (followers.size === 0) return;
    if (passed !== null && (await oldestUnderWay(db)) > passed) {
      passed = null;
      resetAll();
    }
    for (;;) {
      const events = await eventsAfter(db, at, BATCH);
      for (const [event, cursor] of withCursors(events, at)) {
        at = event.cursor;
        if (event.passed !== null) passed ??= event.passed;
        for (const follower of followers) if (follower.organizationId === event.organizationId) follower.onEvent(event, cursor);
      }
      if (events.length < BATCH) return;
    }
  };

  const pump = async () => {
    try {
      await inTurn(read);
    } catch (err) {
      log.warn({ err }, 'live events could not be read');
    }
  };

  const poll = () => {
    timer = setTimeout(async () => {
      await pump();
      if (timer !== undefined && !closed) poll();
    }, pollMs);
    timer.unref();
  };

  hub?.listen(LIVE_NOTIFY_CHANNEL, () => void pump());

  const begin = async () => {
    at = (await newestEvent(db)) ?? BEGINNING;
    passed = null;
    poll();
  };

  const end = (follower: Follower) => {
    followers.delete(follower);
    if (followers.size > 0) return;
    clearTimeout(timer);
    timer = undefined;
  };

  return {
    follow: (follower, lastEventId) =>
      inTurn(async () => {
        if (followers.size === 0) await begin();
        followers.add(follower);
        if (lastEventId !== null) {
          const from = parseCursor(lastEventId);
          const missed =
            from === null || isAfter(from, at)
              ? null
              : await eventsBetween(db, follower.organizationId, from, at, MOST_MISSED + 1).catch((err) => {
                  end(follower);
                  throw err;
                });
          if (missed === null || missed.length > MOST_MISSED) follower.onReset(formatCursor(at));
          else for (const [event, cursor] of withCursors(missed, from ?? BEGINNING)) follower.onEvent(event, cursor);
        }
        return () => end(follower);
      }),
    cursor: () => formatCursor(at),
    followers: () => followers.size,
    pump,
    async close() {
      closed = true;
      clearTimeout(timer);
      timer = undefined;
      followers.clear();
      await last;
    },
  };
}
