import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { viewerOf } from '../../../access/index.ts';
import { finalShifts, finalShiftsOf, findSchedule, type OnBroken, scheduleIds } from '../../../schedules/index.ts';
import { findUsers } from '../../../users/index.ts';
import { conflictOfFields, type ErrorBody, fieldErrors, notFound } from '../conventions/api-error.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { listOf, single } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, sendJson } from '../conventions/resource.ts';

const FORMAT = 'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm, YYYY-MM-DD.';
const YEAR_MS = 365 * 86_400_000;

const FinalShift = named(
  'FinalShift',
  Type.Object({
    user_pk: Type.String(),
    user_email: Type.String(),
    user_username: Type.String(),
    shift_start: Type.String(),
    shift_end: Type.String(),
  }),
);

const FinalShiftOfSchedule = named(
  'FinalShiftOfSchedule',
  Type.Object({ schedule_id: Type.String(), user_pk: Type.String(), shift_start: Type.String(), shift_end: Type.String() }),
);

/** Who was or will be on call, after everything is resolved (http-api-oncall.md 6.7). All rows come in one answer. */
export function registerFinalShifts(
  app: FastifyInstance,
  { db, clock, onBrokenSchedule }: ApiDeps & { readonly onBrokenSchedule: OnBroken },
): void {
  app.get(
    '/schedules/:id/final_shifts',
    {
      config: { permission: 'schedules:read' },
      schema: {
        operationId: 'listFinalShifts',
        summary: 'Lists who was or will be on call in a range of at most a year',
        tags: ['schedules'],
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object({
          start_date: Type.String({ description: '`YYYY-MM-DD` or `YYYY-MM-DDThh:mm`, UTC.' }),
          end_date: Type.String({ description: 'The same; a plain date excludes that day.' }),
        }),
        response: { 200: listOf(FinalShift), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const { id } = request.params as { id: string };
      if ((await findSchedule(db, org, id)) === null) throw notFound();
      const range = readDateRange(request.query as Record<string, unknown>);
      const shifts = await finalShifts(db, org, id, range, clock.now());
      const users = await findUsers(db, org, [...new Set(shifts.map((shift) => shift.userId))]);
      const results = shifts.map((shift) => ({
        user_pk: shift.userId,
        user_email: users.get(shift.userId)?.email ?? '',
        user_username: users.get(shift.userId)?.username ?? '',
        shift_start: shift.start,
        shift_end: shift.end,
      }));
      const envelope = {
        count: results.length,
        next: null,
        previous: null,
        results,
        current_page_number: 1,
        page_size: 50,
        total_pages: 1,
      };
      return sendJson(reply, 200, JSON.stringify(envelope));
    },
  );
  app.get(
    '/schedules/final_shifts',
    {
      config: { permission: 'schedules:read' },
      schema: {
        operationId: 'listFinalShiftsOfAll',
        summary: 'Lists who was or will be on call on all schedules that the caller sees, in a range of at most a year',
        tags: ['schedules'],
        querystring: Type.Object({
          start_date: Type.String({ description: '`YYYY-MM-DD` or `YYYY-MM-DDThh:mm`, UTC.' }),
          end_date: Type.String({ description: 'The same; a plain date excludes that day.' }),
        }),
        response: { 200: Type.Object({ results: Type.Array(FinalShiftOfSchedule) }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { org } = caller;
      const range = readDateRange(request.query as Record<string, unknown>);
      const ids = await scheduleIds(db, org, viewerOf(caller));
      const all = await finalShiftsOf(db, org, ids, range, clock.now(), onBrokenSchedule);
      const results = [...all].flatMap(([scheduleId, shifts]) =>
        shifts.map(({ userId, start, end }) => ({
          schedule_id: scheduleId,
          user_pk: userId,
          shift_start: start,
          shift_end: end,
        })),
      );
      return sendJson(reply, 200, JSON.stringify({ results }));
    },
  );
}

/** `start_date` and `end_date` of a query, UTC, at most a year apart. */
export function readDateRange(query: Readonly<Record<string, unknown>>): { from: Date; to: Date } {
  const errors: Record<string, ErrorBody> = {};
  const read = (name: string): Date => {
    const value = single(query[name]);
    const at =
      value !== undefined && /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?$/.test(value)
        ? new Date(`${value.length === 10 ? `${value}T00:00` : value}:00Z`)
        : null;
    if (at !== null && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value ?? '')) return at;
    errors[name] = [value === undefined ? 'This field is required.' : FORMAT];
    return new Date(0);
  };
  const from = read('start_date');
  const to = read('end_date');
  if (Object.keys(errors).length > 0) throw fieldErrors(errors);
  if (from > to) throw conflictOfFields('start_date must be less than or equal to end_date');
  if (to.getTime() - from.getTime() > YEAR_MS) {
    throw conflictOfFields('The difference between start_date and end_date must be less than one year (365 days)');
  }
  return { from, to };
}
