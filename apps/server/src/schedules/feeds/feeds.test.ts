import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createTestClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { createAddressPolicy, createOutbound } from '../../platform/outbound/index.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/index.ts';
import { createFeedCheck } from './fetch-feed.ts';
import { readCopy } from './read-copy.ts';
import { refreshFeeds } from './refresh-feeds.ts';

const CALENDAR = (summary: string, sequence = 0) =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//t//t//EN',
    'BEGIN:VEVENT',
    'UID:e1',
    `SEQUENCE:${sequence}`,
    'DTSTAMP:20260301T000000Z',
    'DTSTART:20260302T080000Z',
    'DTEND:20260303T080000Z',
    `SUMMARY:${summary}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');

let answer: (request: IncomingMessage, response: ServerResponse) => void;
const asked: IncomingMessage[] = [];
const server = createServer((request, response) => {
  asked.push(request);
  answer(request, response);
});
let url: string;
let database: TestDatabase;
const clock = createTestClock('2026-03-02T09:00:00Z');
const outbound = createOutbound({ policy: createAddressPolicy(['127.0.0.1']), userAgent: 'Tocsin/test' });
const refresh = () => refreshFeeds({ db: database.db, clock, outbound, log: createLogger({ level: 'silent' }) }, clock.now());
const feed = async () => await database.db.selectFrom('schedule_feed').selectAll().executeTakeFirstOrThrow();

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.ics`;
  database = await createTestDatabase();
  const at = clock.now();
  await sql`insert into organization (id, name, created_at) values ('O1', 'Harbor', ${at})`.execute(database.db);
  await sql`insert into schedule (organization_id, id, type, name, ical_url_primary, created_at, updated_at) values ('O1', 'S1', 'ical', 'Feed', ${url}, ${at}, ${at})`.execute(
    database.db,
  );
  await sql`insert into schedule_feed (organization_id, schedule_id, kind, url, due_at) values ('O1', 'S1', 'primary', ${url}, ${at})`.execute(
    database.db,
  );
});
afterEach(() => asked.splice(0));
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await database[Symbol.asyncDispose]();
});

test('a feed is fetched, asked for changes only, and its last good copy outlives an outage', async () => {
  answer = (_request, response) => response.setHeader('etag', '"v1"').end(CALENDAR('noor'));
  expect(await refresh()).toEqual({ ran: 1, nextDueAt: new Date('2026-03-02T09:10:00Z') });
  expect(await feed()).toMatchObject({ etag: '"v1"', error: null, fetched_at: clock.now() });
  expect((await refresh()).ran).toBe(0);

  clock.advance({ seconds: 600 });
  answer = (_request, response) => response.writeHead(304).end();
  await refresh();
  expect(asked.at(-1)?.headers['if-none-match']).toBe('"v1"');
  expect(await feed()).toMatchObject({ content: CALENDAR('noor'), fetched_at: clock.now() });

  const lastGood = clock.now();
  clock.advance({ seconds: 600 });
  answer = (_request, response) => response.writeHead(500).end();
  await refresh();
  const failedAt = clock.now();
  clock.advance({ seconds: 600 });
  answer = (_request, response) => response.end('<html>sign in</html>');
  await refresh();
  expect(await feed()).toMatchObject({
    content: CALENDAR('noor'),
    fetched_at: lastGood,
    error_since: failedAt,
    checked_at: clock.now(),
  });
  expect((await feed()).error).toMatch(/^Calendar: /);

  clock.advance({ seconds: 600 });
  answer = (_request, response) => response.end(CALENDAR('ivo', 1));
  await refresh();
  expect(await feed()).toMatchObject({ content: CALENDAR('ivo', 1), error: null, error_since: null });
});

test('a copy is parsed once, whoever asks, and a NUL does not keep it from being stored', async () => {
  clock.advance({ seconds: 600 });
  answer = (_request, response) => response.end(CALENDAR('no\0or', 2));
  await refresh();
  const { content, error } = await feed();
  expect({ content, error }).toEqual({ content: CALENDAR('noor', 2), error: null });
  expect(readCopy(content ?? '', 'utc')).toBe(readCopy(CALENDAR('noor', 2), 'utc'));
  expect(readCopy(content ?? '', 'utc')).not.toBe(readCopy(CALENDAR('noor', 2), 'calendar'));
});

test('two processes fetch a feed once', async () => {
  clock.advance({ seconds: 600 });
  answer = (_request, response) => response.end(CALENDAR('ivo', 1));
  const ran = await Promise.all([refresh(), refresh()]);
  expect(ran.map((result) => result.ran).sort()).toEqual([0, 1]);
  expect(asked).toHaveLength(1);
});

test('an address is checked before it is kept', async () => {
  const check = createFeedCheck(outbound, 'https://tocsin.example.net');
  answer = (_request, response) => response.end(CALENDAR('noor'));
  expect(await check(url)).toBeNull();
  expect(await check('https://tocsin.example.net/api/v1/schedules/S1/export?token=x')).toBe('Potential self-reference');
  expect(await check('ftp://cal.example.net/a.ics')).toBe('Ical download failed');
  answer = (_request, response) => response.writeHead(404).end();
  expect(await check(url)).toBe('Ical download failed');
  answer = (_request, response) => response.end('no calendar');
  expect(await check(url)).toBe('Ical parse failed');
  const strict = createFeedCheck(
    createOutbound({ policy: createAddressPolicy([]), userAgent: 'Tocsin/test' }),
    'https://tocsin.example.net',
  );
  expect(await strict(url)).toBe('Ical download failed');
});
