import { PassThrough } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { can, type Permission } from '../../../access/index.ts';
import type { LiveEvent, LiveFeed } from '../../../live/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { ApiError, fieldErrors } from '../conventions/api-error.ts';
import { type Caller, callerOf, credentialsOf, type Guard } from '../conventions/caller.ts';
import { answerOf } from '../conventions/describe.ts';
import { repeated, single } from '../conventions/pagination.ts';
import { errorResponses } from '../conventions/resource.ts';

/** What can be followed, by the first word of the events' types, and what it takes to hear of it. */
const TOPICS: Readonly<Record<string, Permission | null>> = {
  alert_group: 'alert-groups:read',
  schedule: 'schedules:read',
  oncall: 'schedules:read',
  integration: 'integrations:read',
  webhook: 'outgoing-webhooks:read',
  user: null,
  settings: null,
  banner: null,
  presence: 'alert-groups:read',
};
const PING_MS = 20_000;
/** Bytes that may wait for a slow reader; beyond them the stream ends, and its next request goes on from where it was. */
const MOST_WAITING = 1_000_000;
/** Open streams of one person or account in one process. */
const MOST_STREAMS = 30;

export type StreamDeps = {
  readonly live: LiveFeed;
  readonly authenticate: Guard['authenticate'];
  readonly clock: Clock;
  /** Milliseconds between pings, at which the caller is asked for again; 20 s when left out. */
  readonly streamPingMs?: number;
};

/** What happens in the organization, as server-sent events (HTML standard, "Server-sent events"; web-ui.md 2.5). */
export function registerStream(app: FastifyInstance, deps: StreamDeps): void {
  const { live, clock } = deps;
  const open = new Map<PassThrough, string>();
  app.addHook('preClose', async () => {
    for (const stream of open.keys()) stream.end();
  });
  app.addHook('onClose', () => live.close());
  app.get(
    '/stream',
    {
      config: { permission: 'signed-in', accessLog: 'debug' },
      schema: {
        operationId: 'followEvents',
        summary: 'Tells what changes, as server-sent events',
        description: DESCRIPTION,
        tags: ['stream'],
        querystring: Type.Object({
          topics: Type.Optional(
            Type.String({
              description: `Separated by commas, or repeated: ${Object.keys(TOPICS).join(', ')}. All when left out.`,
            }),
          ),
          last_event_id: Type.Optional(
            Type.String({ description: 'In place of the header `Last-Event-ID`, for the first request of a page.' }),
          ),
        }),
        response: { 200: answerOf('Events: `id`, `event` and `data`, a JSON object.', 'text/event-stream'), ...errorResponses },
      },
    },
    async (request, reply) => {
      let caller = callerOf(request);
      const query = request.query as Record<string, unknown>;
      const topics = readTopics(query.topics);
      const owner = `${caller.org} ${caller.userId ?? caller.tokenId}`;
      if ([...open.values()].filter((each) => each === owner).length >= MOST_STREAMS)
        throw new ApiError(429, { detail: 'Too many open streams.' }, { 'Retry-After': '30' });
      const stream = new PassThrough({ highWaterMark: MOST_WAITING });
      const send = (event: string, id: string, data: unknown) => {
        if (stream.writableLength > MOST_WAITING) stream.destroy();
        else if (stream.writable) stream.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      };
      open.set(stream, owner);
      let unfollow: (() => void) | null = null;
      let isOver = false;
      const ping = setInterval(async () => {
        const again = await deps.authenticate(credentialsOf(request)).catch(() => null); // the next ping asks again
        if (again?.ok === false || (again !== null && again.caller.org !== caller.org)) return void stream.end();
        if (again !== null) caller = again.caller;
        send('ping', live.cursor(), { at: clock.now().toISOString() });
      }, deps.streamPingMs ?? PING_MS);
      stream.on('close', () => {
        isOver = true;
        clearInterval(ping);
        open.delete(stream);
        unfollow?.();
      });
      stream.write('retry: 2000\n\n');
      try {
        unfollow = await live.follow(
          {
            organizationId: caller.org,
            onEvent: (event, cursor) => {
              if (concerns(caller, topics, event)) send(event.type, cursor, { id: event.objectId, ...event.data });
            },
            onReset: (cursor) => send('reset', cursor, {}),
          },
          lastEventId(request, query),
        );
      } catch (error) {
        stream.destroy();
        throw error;
      }
      if (isOver) unfollow();
      send('hello', live.cursor(), { at: clock.now().toISOString() });
      return reply
        .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
        .type('text/event-stream; charset=utf-8')
        .send(stream);
    },
  );
}

const DESCRIPTION = `One event for each change that the caller may know of, with the id of what changed; the rest is read over the other
endpoints. \`hello\` comes first, \`ping\` every 20 seconds. Each event's id is a cursor that grows; a client that connects again sends the last
one in \`Last-Event-ID\` and gets what it missed, or \`reset\` when that is too much or too long ago: what it shows must be read anew.`;

const lastEventId = (request: FastifyRequest, query: Readonly<Record<string, unknown>>): string | null => {
  const header = request.headers['last-event-id'];
  return (typeof header === 'string' && header !== '' ? header : single(query.last_event_id)) ?? null;
};

function readTopics(value: unknown): ReadonlySet<string> {
  const topics = repeated(value)
    .flatMap((item) => item.split(','))
    .map((topic) => topic.trim())
    .filter((topic) => topic !== '');
  const unknown = topics.find((topic) => !Object.hasOwn(TOPICS, topic));
  if (unknown !== undefined) throw fieldErrors({ topics: [`"${unknown}" is not a valid choice.`] });
  return new Set(topics.length === 0 ? Object.keys(TOPICS) : topics);
}

function concerns(caller: Caller, topics: ReadonlySet<string>, event: LiveEvent): boolean {
  const [topic = ''] = event.type.split('.');
  if (!topics.has(topic)) return false;
  const permission = TOPICS[topic] ?? null;
  if (permission !== null && !can(caller, permission)) return false;
  if (event.userId !== null && event.userId !== caller.userId) return false;
  return caller.visibility === 'all' || event.teamId === null || caller.visibility.includes(event.teamId);
}
