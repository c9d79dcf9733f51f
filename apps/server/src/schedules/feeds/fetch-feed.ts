import { sameRevision } from '@tocsin/rota';
import type { Outbound } from '../../platform/outbound/index.ts';
import { MAX_FEED_LENGTH, readCopy } from './read-copy.ts';

const TIMEOUT_MS = 10_000;
const REDIRECTS = 5;
const MAX_ERROR_LENGTH = 500;

/** What is known of a feed from earlier fetches, so that an unchanged one need not be sent again. */
export interface KnownCopy {
  readonly content: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

export type FetchedFeed =
  | {
      readonly ok: true;
      readonly content: string;
      readonly etag: string | null;
      readonly lastModified: string | null;
      readonly changed: boolean;
    }
  | { readonly ok: false; readonly reason: 'download' | 'parse'; readonly message: string };

/** Downloads and reads a calendar. Asks only for changes when there is a copy; never throws for what the feed does. */
export async function fetchFeed(outbound: Outbound, url: string, known: KnownCopy): Promise<FetchedFeed> {
  const headers: Record<string, string> = { accept: 'text/calendar, text/plain;q=0.8, */*;q=0.5' };
  if (known.content !== null && known.etag !== null) headers['if-none-match'] = known.etag;
  if (known.content !== null && known.lastModified !== null) headers['if-modified-since'] = known.lastModified;
  const answer = await outbound.request({
    method: 'GET',
    url,
    headers,
    timeoutMs: TIMEOUT_MS,
    maxResponseBytes: MAX_FEED_LENGTH,
    redirects: REDIRECTS,
  });
  if (!answer.ok) return failed('download', answer.message);
  if (answer.status === 304 && known.content !== null) return { ok: true, ...known, content: known.content, changed: false };
  if (answer.status < 200 || answer.status > 299) return failed('download', `the server answered ${answer.status}`);
  if (answer.truncated) return failed('download', `the calendar is larger than ${MAX_FEED_LENGTH} bytes`);
  const content = answer.body.replaceAll('\0', ''); // which text columns refuse
  const read = readCopy(content, 'utc');
  if (!read.ok) return failed('parse', read.message);
  const former = known.content === null ? null : readCopy(known.content, 'utc');
  return {
    ok: true,
    content,
    etag: answer.headers.etag ?? null,
    lastModified: answer.headers['last-modified'] ?? null,
    changed: known.content !== content && !(former?.ok === true && sameRevision(former.calendar, read.calendar)),
  };
}

const failed = (reason: 'download' | 'parse', message: string): FetchedFeed => ({
  ok: false,
  reason,
  message: message.slice(0, MAX_ERROR_LENGTH),
});

/** Whether an address can be used as a calendar, in the words of the API; null when it can (http-api-oncall.md 6.1). */
export const createFeedCheck =
  (outbound: Outbound, baseUrl: string) =>
  async (url: string): Promise<'Potential self-reference' | 'Ical download failed' | 'Ical parse failed' | null> => {
    if (url.includes(baseUrl)) return 'Potential self-reference';
    if (!/^https?:\/\//i.test(url)) return 'Ical download failed';
    const fetched = await fetchFeed(outbound, url, { content: null, etag: null, lastModified: null });
    if (fetched.ok) return null;
    return fetched.reason === 'download' ? 'Ical download failed' : 'Ical parse failed';
  };
