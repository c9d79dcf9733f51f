import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { viewerOf } from '../../../access/index.ts';
import {
  type CoverageWarning,
  coverageWarnings,
  coverageWarningsOf,
  findSchedule,
  listHolidays,
  listScheduleEvents,
  loadShares,
  type OnBroken,
  reloadFeeds,
  scheduleIds,
  scheduleQuality,
} from '../../../schedules/index.ts';
import { notFound } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf } from '../conventions/caller.ts';
import { readDays } from '../conventions/days.ts';
import { named } from '../conventions/describe.ts';
import { envelope, listOf, pageParameters, readWindow } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { apiTime } from '../conventions/times.ts';
import { readDateRange } from './final-shifts.routes.ts';

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const IdParams = Type.Object({ id: Type.String() });
const Days = Type.Object({ days: Type.Optional(Type.String({ description: 'How far to look, 1 to 365.' })) });
const Range = Type.Object({
  start_date: Type.String({ description: '`YYYY-MM-DD` or `YYYY-MM-DDThh:mm`, UTC.' }),
  end_date: Type.String(),
});

const warningFields = {
  type: Type.Union([
    Type.Literal('gap'),
    Type.Literal('empty_shift'),
    Type.Literal('time_off'),
    Type.Literal('calendar'),
    Type.Literal('shift'),
  ]),
  start: TextOrNull,
  end: TextOrNull,
  user_id: TextOrNull,
  text: Type.String(),
};
const Warning = named('ScheduleWarning', Type.Object(warningFields));
const WarningOfSchedule = named('WarningOfSchedule', Type.Object({ schedule_id: Type.String(), ...warningFields }));
const presentWarning = ({ type, start, end, userId, text }: CoverageWarning) => ({ type, start, end, user_id: userId, text });
const Share = named(
  'ScheduleShare',
  Type.Object({
    user_id: Type.String(),
    on_call_hours: Type.Number(),
    night_hours: Type.Number(),
    weekend_hours: Type.Number(),
    holiday_hours: Type.Number(),
    load: Type.Union([Type.Number(), Type.Null()], { description: '1 is a fair share, 2 twice that.' }),
  }),
);
const Quality = named(
  'ScheduleQuality',
  Type.Object({
    total_score: Type.Integer({ minimum: 0, maximum: 100 }),
    comments: Type.Array(Type.Object({ type: Type.String(), text: Type.String() })),
    overloaded_users: Type.Array(
      Type.Object({ id: Type.String(), score: Type.Number({ description: 'Percent above the average.' }) }),
    ),
  }),
);

const EVENTS_PAGE_SIZE = 50;
const EventSchema = named(
  'ScheduleEvent',
  Type.Object({
    at: Type.String(),
    type: Type.Union(['shift_started', 'hand_over', 'gap_started', 'empty_shift_started'].map((type) => Type.Literal(type))),
    user_ids: Type.Array(Type.String()),
    former_user_ids: Type.Array(Type.String()),
  }),
);

const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;

/** What a schedule leaves open, how good it is and how it shares the load; additions of Tocsin's. */
export function registerCoverage(
  app: FastifyInstance,
  { db, clock, baseUrl, onBrokenSchedule }: ApiDeps & { readonly onBrokenSchedule: OnBroken },
): void {
  const config = { permission: 'schedules:read' as const };
  const tags = ['schedules'];
  app.post(
    '/schedules/:id/reload_ical',
    {
      config: { permission: 'schedules:write' },
      schema: {
        operationId: 'reloadScheduleCalendars',
        summary: 'Has the imported calendars of a schedule fetched at once',
        tags: ['schedules'],
        params: IdParams,
        response: {
          200: Type.Object({ calendars: Type.Integer({ description: 'How many there are to fetch.' }) }),
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const { id } = request.params as { id: string };
      const calendars = await inOneTransaction(db, {}, async (tx) => {
        const schedule = await findSchedule(tx, org, id);
        if (schedule === null) throw notFound();
        const count = await reloadFeeds(tx, org, id, clock.now());
        const resource = { type: `${schedule.type}_schedule`, id, name: schedule.name, teamId: schedule.teamId };
        await audit(tx, request, { type: 'operations', name: 'calendars_reloaded', resource }, clock);
        return count;
      });
      return sendJson(reply, 200, JSON.stringify({ calendars }));
    },
  );
  app.get(
    '/schedules/warnings',
    {
      config,
      schema: {
        operationId: 'listWarningsOfSchedules',
        summary: 'The warnings of all schedules that the caller sees, within the next 14 days',
        tags,
        querystring: Days,
        response: { 200: Type.Object({ results: Type.Array(WarningOfSchedule) }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const ids = await scheduleIds(db, caller.org, viewerOf(caller));
      const all = await coverageWarningsOf(db, caller.org, ids, clock.now(), readDays(request.query, 14), onBrokenSchedule);
      const results = [...all].flatMap(([id, warnings]) => warnings.map((one) => ({ schedule_id: id, ...presentWarning(one) })));
      return sendJson(reply, 200, JSON.stringify({ results }));
    },
  );
  app.get(
    '/schedules/:id/warnings',
    {
      config,
      schema: {
        operationId: 'listScheduleWarnings',
        summary: 'Gaps, empty shifts, people on call while away and calendars that fail, within the next 14 days',
        tags,
        params: IdParams,
        querystring: Days,
        response: { 200: Type.Object({ results: Type.Array(Warning) }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const warnings = await coverageWarnings(db, org, idOf(request), clock.now(), readDays(request.query, 14), onBrokenSchedule);
      if (warnings === null) throw notFound();
      const results = warnings.map(presentWarning);
      return sendJson(reply, 200, JSON.stringify({ results }));
    },
  );
  app.get(
    '/schedules/:id/quality',
    {
      config,
      schema: {
        operationId: 'getScheduleQuality',
        summary: 'How well the coming time is covered and shared, 0 to 100',
        tags,
        params: IdParams,
        querystring: Days,
        response: { 200: Quality, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const report = await scheduleQuality(db, org, idOf(request), clock.now(), readDays(request.query, 90));
      if (report === null) throw notFound();
      const { totalScore, comments, overloadedUsers } = report;
      const overloaded = overloadedUsers.map((user) => ({ id: user.userId, score: user.overloadPercent }));
      return sendJson(reply, 200, JSON.stringify({ total_score: totalScore, comments, overloaded_users: overloaded }));
    },
  );
  app.get(
    '/schedules/:id/load',
    {
      config,
      schema: {
        operationId: 'listScheduleLoad',
        summary: 'How on-call time, nights, weekends and holidays fell on people',
        tags,
        params: IdParams,
        querystring: Range,
        response: { 200: Type.Object({ results: Type.Array(Share) }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const shares = await loadShares(db, org, idOf(request), readDateRange(request.query as Record<string, unknown>));
      if (shares === null) throw notFound();
      const results = shares.map((share) => ({
        user_id: share.userId,
        on_call_hours: share.onCallHours,
        night_hours: share.nightHours,
        weekend_hours: share.weekendHours,
        holiday_hours: share.holidayHours,
        load: share.load,
      }));
      return sendJson(reply, 200, JSON.stringify({ results }));
    },
  );
  app.get(
    '/schedules/:id/holidays',
    {
      config,
      schema: {
        operationId: 'listScheduleHolidays',
        summary: 'Public holidays of the schedule’s country in a range',
        tags,
        params: IdParams,
        querystring: Range,
        response: {
          200: Type.Object({ results: Type.Array(Type.Object({ date: Type.String(), name: Type.String() })) }),
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const schedule = await findSchedule(db, org, idOf(request));
      if (schedule === null) throw notFound();
      const { from, to } = readDateRange(request.query as Record<string, unknown>);
      const [first, last] = [from.toISOString().slice(0, 10), to.toISOString().slice(0, 10)];
      const results = schedule.holidayCountry === null ? [] : await listHolidays(db, schedule.holidayCountry, first, last);
      return sendJson(reply, 200, JSON.stringify({ results }));
    },
  );
  app.get(
    '/schedules/:id/events',
    {
      config,
      schema: {
        operationId: 'listScheduleEvents',
        summary: 'Shifts that began, hand-overs, gaps and empty shifts, newest first',
        tags,
        params: IdParams,
        querystring: Type.Object(pageParameters),
        response: { 200: listOf(EventSchema), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      if ((await findSchedule(db, org, idOf(request))) === null) throw notFound();
      const page = await listScheduleEvents(
        db,
        org,
        idOf(request),
        readWindow(request.query as Record<string, unknown>, EVENTS_PAGE_SIZE),
      );
      const rows = page.rows.map((row) => ({
        at: apiTime(row.at),
        type: row.type,
        user_ids: row.userIds,
        former_user_ids: row.formerUserIds,
      }));
      return sendJson(reply, 200, JSON.stringify(envelope(page, rows, baseUrl, request.url)));
    },
  );
}
