import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Clock } from '../../../platform/clock.ts';
import {
  createExportToken,
  type ExportScope,
  exportPerson,
  exportSchedule,
  findExportToken,
  findSchedule,
  noteFetch,
  openExport,
  revokeExportToken,
} from '../../../schedules/index.ts';
import { findUser } from '../../../users/index.ts';
import { ApiError, notFound } from '../conventions/api-error.ts';
import { audit, resourceEvent } from '../conventions/audit.ts';
import { type Caller, callerOf, personOf } from '../conventions/caller.ts';
import { answerOf, named } from '../conventions/describe.ts';
import { tagOf } from '../conventions/etag.ts';
import { single } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { apiTime, apiTimeOrNull } from '../conventions/times.ts';

const IdParams = Type.Object({ id: Type.String() });
const Made = named('NewExportToken', Type.Object({ token: Type.String(), created_at: Type.String(), export_url: Type.String() }));
const Shown = named(
  'ExportToken',
  Type.Object({
    created_at: Type.String(),
    revoked_at: Type.Union([Type.String(), Type.Null()]),
    active: Type.Boolean(),
    last_fetched_at: Type.Union([Type.String(), Type.Null()], {
      description: 'When a calendar program last asked, to five minutes.',
    }),
  }),
);

const EXISTS = new ApiError(409, { detail: 'Schedule export token for user already exists' });
const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;

/** Calendar links (http-api-oncall.md 6.8): opened by their secret alone, made and revoked by their owners. */
export function registerExports(app: FastifyInstance, deps: ApiDeps & { clock: Clock }): void {
  const { db, clock, baseUrl } = deps;

  const calendar = (path: string, operationId: string, kind: 'schedule' | 'user'): void => {
    app.get(
      path,
      {
        config: { isPublic: true },
        schema: {
          operationId,
          summary: 'The final shifts as iCalendar, for calendar programs',
          tags: [kind === 'schedule' ? 'schedules' : 'users'],
          params: IdParams,
          querystring: Type.Object({ token: Type.String() }),
          response: {
            200: answerOf('The shifts as iCalendar.', 'text/calendar'),
            304: Type.Null({ description: 'They are as they were: `If-None-Match` holds their `ETag`.' }),
            403: answerOf('A JSON text that says why.', 'text/calendar'),
          },
        },
      },
      async (request, reply) => {
        const secret = single((request.query as Record<string, unknown>).token) ?? '';
        const found = await openExport(db, secret);
        if (!found.ok) return refuse(reply, found.reason === 'invalid' ? 'Invalid token.' : 'Export token is deactivated');
        const { scheduleId, userId } = found.scope;
        const belongs = kind === 'schedule' ? scheduleId === idOf(request) : scheduleId === null && userId === idOf(request);
        if (!belongs) return refuse(reply, `Invalid schedule export token for ${kind}`);
        const owner = await findUser(db, found.organizationId, userId);
        if (owner?.isActive !== true) return refuse(reply, 'Invalid token.');
        const text =
          scheduleId === null
            ? await exportPerson(db, found.organizationId, userId, clock.now())
            : await exportSchedule(db, found.organizationId, scheduleId, clock.now());
        if (text === null) throw notFound();
        await noteFetch(db, secret, clock.now());
        return sendFeed(request, reply, text);
      },
    );
  };
  calendar('/schedules/:id/export', 'exportSchedule', 'schedule');
  calendar('/users/:id/schedule_export', 'exportUserShifts', 'user');

  const token = (
    path: string,
    name: string,
    scopeOf: (caller: Caller, id: string) => Promise<ExportScope>,
    link: (id: string) => string,
  ): void => {
    const config = {
      permission: path.startsWith('/users') ? ('user-settings:write' as const) : ('schedules:export' as const),
      usersOnly: true as const,
    };
    const tags = [path.startsWith('/users') ? 'users' : 'schedules'];
    const auditType = path.startsWith('/users') ? 'user_schedule_export_token' : 'schedule_export_token';
    app.post(
      path,
      {
        config,
        schema: {
          operationId: `create${name}`,
          summary: 'Makes a calendar link; its secret is shown once',
          tags,
          params: IdParams,
          response: { 201: Made, ...errorResponses },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request);
        const now = clock.now();
        const made = await inOneTransaction(db, { calendar_export_token_active: EXISTS }, async (tx) => {
          const result = await createExportToken(tx, caller.org, await scopeOf(caller, idOf(request)), now);
          if (result.ok) await audit(tx, request, resourceEvent(auditType, null, { id: idOf(request) }), clock);
          return result;
        });
        if (!made.ok) throw EXISTS;
        const url = `${baseUrl}/api/v1/${link(idOf(request))}?token=${made.token}`;
        return sendJson(reply, 201, JSON.stringify({ token: made.token, created_at: apiTime(now), export_url: url }));
      },
    );
    app.get(
      path,
      {
        config,
        schema: {
          operationId: `get${name}`,
          summary: 'Says whether there is a calendar link',
          tags,
          params: IdParams,
          response: { 200: Shown, ...errorResponses },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request);
        const found = await findExportToken(db, caller.org, await scopeOf(caller, idOf(request)));
        if (found === null) throw notFound();
        const shown = {
          created_at: apiTime(found.createdAt),
          revoked_at: apiTimeOrNull(found.revokedAt),
          active: found.active,
          last_fetched_at: apiTimeOrNull(found.lastFetchedAt),
        };
        return sendJson(reply, 200, JSON.stringify(shown));
      },
    );
    app.delete(
      path,
      {
        config,
        schema: {
          operationId: `delete${name}`,
          summary: 'Ends a calendar link',
          tags,
          params: IdParams,
          response: { 204: Type.Null({ description: 'Nothing.' }), ...errorResponses },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request);
        const done = await inOneTransaction(db, {}, async (tx) => {
          const revoked = await revokeExportToken(tx, caller.org, await scopeOf(caller, idOf(request)), clock.now());
          if (revoked) await audit(tx, request, resourceEvent(auditType, { id: idOf(request) }, null), clock);
          return revoked;
        });
        if (!done) throw notFound();
        return reply.code(204).send();
      },
    );
  };
  token(
    '/schedules/:id/export_token',
    'ScheduleExportToken',
    async (caller, id) => {
      if ((await findSchedule(db, caller.org, id)) === null) throw notFound();
      return { userId: personOf(caller), scheduleId: id };
    },
    (id) => `schedules/${id}/export`,
  );
  token(
    '/users/:id/export_token',
    'UserExportToken',
    async (caller, id) => {
      if (id !== 'current' && id !== caller.userId) throw notFound(); // a link opens only one's own shifts
      return { userId: personOf(caller), scheduleId: null };
    },
    (id) => `users/${id}/schedule_export`,
  );
}

/** As the reference has it: a JSON text under the calendar's media type. */
const refuse = (reply: FastifyReply, text: string): FastifyReply => sendCalendar(reply, 403, JSON.stringify(text));

/** A feed that programs may keep for five minutes, and need not take twice. */
function sendFeed(request: FastifyRequest, reply: FastifyReply, text: string): FastifyReply {
  const tag = tagOf(text.replaceAll(/^DTSTAMP:.*$/gm, '')); // when it was made does not count
  reply.header('etag', tag).header('cache-control', 'private, max-age=300');
  const known = request.headers['if-none-match']?.split(',').map((each) => each.trim().replace(/^W\//, '')) ?? [];
  if (known.includes(tag) || known.includes('*')) return reply.code(304).send();
  return reply
    .code(200)
    .header('content-type', 'text/calendar; charset=utf-8')
    .serializer((body: unknown) => body as string)
    .send(text);
}

const sendCalendar = (reply: FastifyReply, status: number, text: string): FastifyReply =>
  reply
    .code(status)
    .header('content-type', 'text/calendar; charset=utf-8')
    .header('cache-control', 'no-store')
    .serializer((body: unknown) => body as string)
    .send(text);
