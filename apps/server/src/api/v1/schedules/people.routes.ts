import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { chainsOfSchedule } from '../../../escalation/index.ts';
import { findSchedule, nextTurns, peopleOfSchedule } from '../../../schedules/index.ts';
import { findUsers } from '../../../users/index.ts';
import { notFound } from '../conventions/api-error.ts';
import { callerOf } from '../conventions/caller.ts';
import { readDays } from '../conventions/days.ts';
import { named } from '../conventions/describe.ts';
import { type ApiDeps, errorResponses, sendJson } from '../conventions/resource.ts';
import { hiddenFrom, nameFor } from '../conventions/visibility.ts';

const NEXT_DAYS = 30;
const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const IdParams = Type.Object({ id: Type.String() });
const Days = Type.Object({ days: Type.Optional(Type.String({ description: 'How far to look, 1 to 365; 30 when left out.' })) });

const NextShift = named(
  'NextShift',
  Type.Object({
    user_id: Type.String(),
    timezone: TextOrNull,
    shift_start: Type.String(),
    shift_end: Type.String(),
    shift_id: TextOrNull,
    is_now: Type.Boolean({ description: 'Whether it has begun.' }),
  }),
);
const RelatedUser = named(
  'RelatedUser',
  Type.Object({ id: Type.String(), username: Type.String(), name: Type.String(), email: Type.String(), timezone: TextOrNull }),
);
const NamedChain = named('RelatedEscalationChain', Type.Object({ id: Type.String(), name: Type.String() }));

const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;

/** Who is in a schedule and when, and which chains ask it (schedules.md 18). */
export function registerSchedulePeople(app: FastifyInstance, { db, clock }: ApiDeps): void {
  const config = { permission: 'schedules:read' as const };
  const tags = ['schedules'];
  app.get(
    '/schedules/:id/next_shifts_per_user',
    {
      config,
      schema: {
        operationId: 'listNextShiftsPerUser',
        summary: 'The turn that each person of a schedule has, or has next',
        tags,
        params: IdParams,
        querystring: Days,
        response: { 200: Type.Object({ results: Type.Array(NextShift) }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const turns = await nextTurns(db, org, idOf(request), clock.now(), readDays(request.query, NEXT_DAYS));
      if (turns === null) throw notFound();
      const users = await findUsers(
        db,
        org,
        turns.map(({ userId }) => userId),
      );
      const results = turns.map((turn) => ({
        user_id: turn.userId,
        timezone: users.get(turn.userId)?.timezone ?? null,
        shift_start: turn.start,
        shift_end: turn.end,
        shift_id: turn.shiftId,
        is_now: turn.isNow,
      }));
      return sendJson(reply, 200, JSON.stringify({ results }));
    },
  );
  app.get(
    '/schedules/:id/related_users',
    {
      config,
      schema: {
        operationId: 'listScheduleUsers',
        summary: 'Who has a turn in a schedule, from 15 days ago to 179 ahead',
        tags,
        params: IdParams,
        response: { 200: Type.Array(RelatedUser), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const ids = await peopleOfSchedule(db, org, idOf(request), clock.now());
      if (ids === null) throw notFound();
      const users = [...(await findUsers(db, org, ids)).values()].toSorted((a, b) => a.username.localeCompare(b.username));
      const shown = users.map(({ id, username, name, email, timezone }) => ({ id, username, name, email, timezone }));
      return sendJson(reply, 200, JSON.stringify(shown));
    },
  );
  app.get(
    '/schedules/:id/related_escalation_chains',
    {
      config,
      schema: {
        operationId: 'listScheduleEscalationChains',
        summary: 'Escalation chains with a step that asks a schedule',
        tags,
        params: IdParams,
        response: { 200: Type.Array(NamedChain), ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      if ((await findSchedule(db, caller.org, idOf(request))) === null) throw notFound();
      const chains = await chainsOfSchedule(db, caller.org, idOf(request));
      const hidden = await hiddenFrom(
        db,
        caller,
        'escalation_chains',
        chains.map(({ id }) => id),
      );
      return sendJson(reply, 200, JSON.stringify(chains.map(({ id, name }) => nameFor(hidden, { id, name }))));
    },
  );
}
