import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { Clock } from '../../../platform/clock.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { findShift, type ScheduleTimeline, scheduleTimeline, type TimelinePiece } from '../../../schedules/index.ts';
import { notFound } from '../conventions/api-error.ts';
import { type Caller, callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { bodyObject, readBody } from '../conventions/fields.ts';
import { type ApiDeps, errorResponses, sendJson } from '../conventions/resource.ts';
import { checkVisible } from '../conventions/visibility.ts';
import { readDateRange } from './final-shifts.routes.ts';
import { shiftFields } from './shift-fields.ts';
import { shiftsResource } from './shifts.resource.ts';

const Time = Type.String({ format: 'date-time' });
const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const Piece = named(
  'TimelinePiece',
  Type.Object({
    start: Time,
    end: Time,
    user_ids: Type.Array(Type.String(), { description: 'Empty: a shift with nobody in it.' }),
    shift_id: TextOrNull,
    shift_name: TextOrNull,
    level: Type.Integer({ description: 'Of the rotation; the higher one wins.' }),
    is_override: Type.Boolean(),
    swaps: Type.Array(Type.Object({ swap_id: Type.String(), user_id: Type.String(), beneficiary: TextOrNull })),
    missing: Type.Array(Type.String(), { description: 'Names of an imported calendar that match nobody.' }),
  }),
);
const TimelineSchema: TSchema = named(
  'ScheduleTimeline',
  Type.Object({
    final: Type.Array(Piece, { description: 'Who is on call, after layers, overrides and swaps.' }),
    shifts: Type.Array(Piece, { description: 'Every occurrence of every shift by itself.' }),
    gaps: Type.Array(Type.Object({ start: Time, end: Time }), { description: 'When nobody is on call.' }),
  }),
);
const Range = {
  start_date: Type.String({ description: '`YYYY-MM-DD` or `YYYY-MM-DDThh:mm`, UTC.' }),
  end_date: Type.String(),
};
const IdParams = Type.Object({ id: Type.String() });
const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;

const presentPiece = (piece: TimelinePiece): Record<string, unknown> => ({
  start: piece.start,
  end: piece.end,
  user_ids: piece.userIds,
  shift_id: piece.shiftId,
  shift_name: piece.shiftName,
  level: piece.level,
  is_override: piece.isOverride,
  swaps: piece.swaps.map(({ swapId, userId, beneficiary }) => ({ swap_id: swapId, user_id: userId, beneficiary })),
  missing: piece.missing,
});
const present = ({ final, shifts, gaps }: ScheduleTimeline): string =>
  JSON.stringify({ final: final.map(presentPiece), shifts: shifts.map(presentPiece), gaps });

/** Ends a transaction whose changes are only to be looked at. */
class Undo extends Error {
  override readonly name = 'Undo';
  readonly timeline: ScheduleTimeline;
  constructor(timeline: ScheduleTimeline) {
    super('a preview is not kept');
    this.timeline = timeline;
  }
}

/** A schedule as a calendar shows it, and as it would be with a shift that is not stored yet. */
export function registerTimelines(app: FastifyInstance, deps: ApiDeps & { readonly clock: Clock }): void {
  const { db, clock } = deps;
  const shifts = shiftsResource(deps);
  const timeline = async (at: typeof db | Tx, caller: Caller, id: string, range: { from: Date; to: Date }) => {
    await checkVisible(db, caller, 'schedules', id);
    const found = await scheduleTimeline(at, caller.org, id, range, clock.now());
    if (found === null) throw notFound();
    return found;
  };
  const schema = { tags: ['schedules'], params: IdParams, response: { 200: TimelineSchema, ...errorResponses } };
  app.get(
    '/schedules/:id/timeline',
    {
      config: { permission: 'schedules:read' },
      schema: {
        ...schema,
        operationId: 'getScheduleTimeline',
        summary: 'Shows a range of a schedule: who is on call, its shifts one by one, its gaps',
        querystring: Type.Object(Range),
      },
    },
    async (request, reply) => {
      const range = readDateRange(request.query as Record<string, unknown>);
      return sendJson(reply, 200, present(await timeline(db, callerOf(request), idOf(request), range)));
    },
  );
  app.post(
    '/schedules/:id/preview',
    {
      config: { permission: 'schedules:write' },
      schema: {
        ...schema,
        operationId: 'previewShift',
        summary: 'Shows a range of a schedule as it would be with a new or changed shift; nothing is stored',
        querystring: Type.Object(Range),
        body: Type.Object({
          shift_id: Type.Optional(Type.String({ description: 'The shift that is changed; a new one when left out.' })),
          effective_from: Type.Optional(Type.String({ description: 'As for changes of `on_call_shifts`.' })),
          shift: Type.Record(Type.String(), Type.Unknown(), { description: 'As for `on_call_shifts`.' }),
        }),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const range = readDateRange(request.query as Record<string, unknown>);
      const { shift_id: shiftId, shift, effective_from } = bodyObject(request.body);
      const given = { ...bodyObject(shift), schedule: idOf(request) };
      const ignore = () => undefined; // what would be left out shows in the answer
      const seen = await inTransaction(db, async (tx): Promise<never> => {
        if (shiftId === undefined)
          await shifts.create?.(tx, caller, readBody(shiftFields, given, shifts.required.create), ignore);
        else {
          await checkVisible(tx, caller, 'on_call_shifts', String(shiftId));
          const stored = await findShift(tx, caller.org, String(shiftId));
          if (stored === null) throw notFound();
          await shifts.update?.(tx, caller, stored, readBody(shiftFields, given), 'PATCH', ignore, { effective_from });
        }
        throw new Undo(await timeline(tx, caller, idOf(request), range));
      }).catch((error: unknown) => {
        if (error instanceof Undo) return error.timeline;
        throw error;
      });
      return sendJson(reply, 200, present(seen));
    },
  );
}
