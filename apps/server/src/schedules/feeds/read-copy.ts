import { createHash } from 'node:crypto';
import { type ImportResult, importCalendar } from '@tocsin/rota';
import { Lru } from '../../platform/lru.ts';

/** Characters, and calendars, that a feed may have; also what is kept parsed at most. */
export const MAX_FEED_LENGTH = 10 * 1024 * 1024;
const MOST_KEPT = 500;

const kept = new Lru<string, ImportResult>(MOST_KEPT, MAX_FEED_LENGTH);

/**
 * Reads the text of a calendar. What it says follows from the text alone, so that calendars stay parsed by the digest of their text:
 * a feed of 10,000 events takes a second to parse, and every question to its schedule would pay it.
 */
export function readCopy(content: string, floatingTimes: 'utc' | 'calendar'): ImportResult {
  const key = `${floatingTimes} ${createHash('sha256').update(content).digest('base64')}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const read = importCalendar(content, { floatingTimes, maxLength: MAX_FEED_LENGTH });
  kept.set(key, read, content.length);
  return read;
}
