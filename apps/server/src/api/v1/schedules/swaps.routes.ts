import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { isOrganizationAdmin, visibleTo } from '../../../access/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import {
  createSwap,
  deleteSwap,
  eventsOfSwap,
  findSchedule,
  findSwap,
  listSwaps,
  type ShiftSwap,
  type SwapFilter,
  saveSwap,
  swapStatus,
  takeSwap,
} from '../../../schedules/index.ts';
import { findUser, findUsers, type User } from '../../../users/index.ts';
import { ApiError, conflictOfFields, forbidden, notFound, refusal } from '../conventions/api-error.ts';
import { audit, resourceEvent } from '../conventions/audit.ts';
import { type Caller, callerOf } from '../conventions/caller.ts';
import { bodyObject, custom, missingReference, nullable, reference, text } from '../conventions/fields.ts';
import { INSTANT_FORMAT, instantField, readInstant } from '../conventions/instant-field.ts';
import { needsOwnership } from '../conventions/ownership.ts';
import { single } from '../conventions/pagination.ts';
import {
  type ApiDeps,
  errorResponses,
  inOneTransaction,
  type Resource,
  registerResource,
  sendJson,
} from '../conventions/resource.ts';
import { checkVisible } from '../conventions/visibility.ts';
import { presentSwapEvent, SwapEventSchema } from './present-swap-event.ts';

const fields = {
  schedule: reference({ nullable: false }),
  swap_start: instantField,
  swap_end: instantField,
  description: nullable(text({ max: 3000 })),
  beneficiary: custom<unknown>(Type.String(), (raw) => raw),
};

const Person = Type.Union([
  Type.String(),
  Type.Object({
    display_name: Type.String(),
    email: Type.String(),
    pk: Type.String(),
    avatar_full: Type.Union([Type.String(), Type.Null()]),
  }),
]);
const SwapSchema = Type.Object({
  id: Type.String(),
  created_at: Type.String(),
  updated_at: Type.String(),
  status: Type.Union([Type.Literal('open'), Type.Literal('taken'), Type.Literal('past_due')]),
  schedule: Type.String(),
  swap_start: Type.String(),
  swap_end: Type.String(),
  description: Type.Union([Type.String(), Type.Null()]),
  beneficiary: Person,
  benefactor: Type.Union([Person, Type.Null()]),
  shifts: Type.Optional(Type.Array(SwapEventSchema, { description: 'Not in the rows of lists.' })),
});

/** UTC with six fraction digits, zeros too. */
const swapTime = (at: Date): string => `${at.toISOString().slice(0, 23)}000Z`;

const presentSwap = (swap: ShiftSwap, now: Date, person: (id: string) => unknown) => ({
  id: swap.id,
  created_at: swapTime(swap.createdAt),
  updated_at: swapTime(swap.updatedAt),
  status: swapStatus(swap, now),
  schedule: swap.scheduleId,
  swap_start: swapTime(swap.swapStart),
  swap_end: swapTime(swap.swapEnd),
  description: swap.description,
  beneficiary: person(swap.beneficiaryId),
  benefactor: swap.benefactorId === null ? null : person(swap.benefactorId),
});

const expanded = (users: ReadonlyMap<string, User>) => (id: string) => {
  const user = users.get(id);
  return {
    display_name: user?.name || user?.username || '',
    email: user?.email ?? '',
    pk: id,
    avatar_full: user?.avatarUrl ?? null,
  };
};

/** Shift swaps (http-api-oncall.md 8). Query parameters filter lists only, so that a swap that has begun can still be read. */
export function registerSwaps(app: FastifyInstance, deps: ApiDeps & { clock: Clock }): void {
  const { db, clock } = deps;
  const whole = async (at: Db | Tx, caller: Caller, swap: ShiftSwap): Promise<unknown> => {
    const now = clock.now();
    const events = swapStatus(swap, now) === 'past_due' ? [] : await eventsOfSwap(at, caller.org, swap, now);
    const users = await findUsers(at, caller.org, [
      ...new Set([...events.flatMap((event) => event.users.map((user) => user.id)), swap.beneficiaryId]),
    ]);
    return { ...presentSwap(swap, now, (id) => id), shifts: events.map((event) => presentSwapEvent(event, expanded(users))) };
  };
  const resource: Resource<ShiftSwap, typeof fields, 'schedule' | 'swap_start' | 'swap_end'> = {
    path: 'shift_swaps',
    name: 'shift swap',
    auditType: 'shift_swap_request',
    read: 'schedules:read',
    write: 'schedules:write',
    pageSize: 50,
    item: SwapSchema,
    filters: {
      starting_after: Type.Optional(Type.String({ description: 'Only swaps that begin then or later; default: now.' })),
      schedule_id: Type.Optional(Type.String()),
      beneficiary: Type.Optional(Type.String()),
      benefactor: Type.Optional(Type.String()),
      open_only: Type.Optional(Type.String()),
      expand_users: Type.Optional(Type.String()),
    },
    fields,
    required: { create: ['schedule', 'swap_start', 'swap_end'], put: ['schedule', 'swap_start', 'swap_end'] },
    list: (at, caller, query, window) =>
      listSwaps(at, caller.org, { ...readFilter(query, clock.now()), ...visibleTo(caller) }, window),
    get: (at, caller, id) => findSwap(at, caller.org, id),
    present: async (at, caller, rows) => Promise.all(rows.map((swap) => whole(at, caller, swap))),
    async presentListed(at, caller, rows, query) {
      const now = clock.now();
      if (single(query.expand_users)?.toLowerCase() !== 'true') return rows.map((swap) => presentSwap(swap, now, (id) => id));
      const users = await findUsers(at, caller.org, [
        ...new Set(rows.flatMap((swap) => [swap.beneficiaryId, swap.benefactorId ?? ''])),
      ]);
      return rows.map((swap) => presentSwap(swap, now, expanded(users)));
    },
    async create(tx, caller, body) {
      const scheduleId = await knownSchedule(tx, caller, body.schedule);
      checkTimes(body.swap_start, body.swap_end, clock.now());
      const beneficiaryId = await knownPerson(tx, caller, body.beneficiary, 'beneficiary');
      await checkSpeaksFor(tx, caller, beneficiaryId);
      const values = {
        scheduleId,
        swapStart: body.swap_start,
        swapEnd: body.swap_end,
        description: body.description ?? null,
        beneficiaryId,
      };
      return createSwap(tx, caller.org, values, clock.now());
    },
    async update(tx, caller, swap, body) {
      await checkBeneficiary(tx, caller, swap);
      if ((body.swap_start === undefined) !== (body.swap_end === undefined)) {
        throw conflictOfFields('when doing a partial update on time related fields, both start and end times must be specified');
      }
      if (body.swap_start !== undefined && body.swap_end !== undefined) checkTimes(body.swap_start, body.swap_end, clock.now());
      const changed = {
        ...swap,
        scheduleId: body.schedule === undefined ? swap.scheduleId : await knownSchedule(tx, caller, body.schedule),
        swapStart: body.swap_start ?? swap.swapStart,
        swapEnd: body.swap_end ?? swap.swapEnd,
        description: body.description === undefined ? swap.description : body.description,
      };
      return saveSwap(tx, caller.org, changed, clock.now());
    },
    async remove(tx, caller, swap) {
      await checkBeneficiary(tx, caller, swap);
      await deleteSwap(tx, caller.org, swap, clock.now());
    },
  };
  registerResource(app, deps, resource);

  app.post(
    '/shift_swaps/:id/take',
    {
      config: { permission: 'schedules:write' },
      schema: {
        operationId: 'takeShiftSwap',
        summary: 'Takes an open swap',
        tags: ['shift_swaps'],
        params: Type.Object({ id: Type.String() }),
        body: Type.Object({ benefactor: Type.String() }),
        response: { 200: SwapSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const answer = await inOneTransaction(db, {}, async (tx) => {
        const { id } = request.params as { id: string };
        if ((await findSwap(tx, caller.org, id)) === null) throw notFound();
        const benefactorId = await knownPerson(tx, caller, bodyObject(request.body).benefactor, 'benefactor');
        await checkSpeaksFor(tx, caller, benefactorId);
        const taken = await takeSwap(tx, caller.org, id, benefactorId, clock.now());
        if (taken.ok) {
          const shown = await whole(tx, caller, taken.swap);
          const event = {
            ...resourceEvent('shift_swap_request', { id, benefactor: null }, { id, benefactor: benefactorId }),
            name: 'taken',
          };
          await audit(tx, request, event, clock);
          return shown;
        }
        if (taken.reason === 'not_found') throw notFound();
        throw refusal(
          taken.reason === 'same_user'
            ? 'A shift swap request cannot be created and taken by the same user'
            : 'The shift swap request is not in a state which allows it to be taken',
          taken.reason,
        );
      });
      return sendJson(reply, 200, JSON.stringify(answer));
    },
  );
}

/** People in a browser change and delete only what they asked for themselves, tokens where ownership is asked of them (http-api-oncall.md 0.3). */
async function checkBeneficiary(tx: Tx, caller: Caller, swap: ShiftSwap): Promise<void> {
  if (caller.userId === swap.beneficiaryId) return;
  if (caller.sessionId === null && isOrganizationAdmin(caller)) return;
  if (await needsOwnership(tx, caller)) throw forbidden();
}

/** Tokens of which ownership is asked speak for their owner alone. In a browser anybody is asked for, and takes over for, anybody. */
async function checkSpeaksFor(tx: Tx, caller: Caller, userId: string): Promise<void> {
  if (caller.sessionId !== null || caller.userId === userId || isOrganizationAdmin(caller)) return;
  if (await needsOwnership(tx, caller)) throw forbidden();
}

function readFilter(query: Readonly<Record<string, unknown>>, now: Date): SwapFilter {
  const after = single(query.starting_after);
  const startingAfter = after === undefined || after === '' ? now : readInstant(after);
  if (startingAfter === null) throw new ApiError(400, [INSTANT_FORMAT]);
  const given = (name: string): string | undefined => single(query[name]) || undefined;
  const scheduleId = given('schedule_id');
  const beneficiaryId = given('beneficiary');
  const benefactorId = given('benefactor');
  return {
    startingAfter,
    ...(scheduleId === undefined ? {} : { scheduleId }),
    ...(beneficiaryId === undefined ? {} : { beneficiaryId }),
    ...(benefactorId === undefined ? {} : { benefactorId }),
    ...(given('open_only')?.toLowerCase() === 'true' ? { openAt: now } : {}),
  };
}

function checkTimes(start: Date, end: Date, now: Date): void {
  if (start <= now) throw conflictOfFields('swap_start must be a datetime in the future');
  if (end < start) throw conflictOfFields('swap_end must occur after swap_start');
}

async function knownSchedule(tx: Tx, caller: Caller, id: string | null): Promise<string> {
  const schedule = id === null ? null : await findSchedule(tx, caller.org, id);
  if (schedule === null) throw missingReference('schedule');
  await checkVisible(tx, caller, 'schedules', schedule.id);
  return schedule.id;
}

async function knownPerson(tx: Tx, caller: Caller, id: unknown, what: 'beneficiary' | 'benefactor'): Promise<string> {
  if (id === undefined || id === null || id === '') throw refusal(`${what} user ID is required`, `${what}_required`);
  const user = typeof id === 'string' ? await findUser(tx, caller.org, id) : null;
  if (user?.isActive !== true) throw refusal(`Invalid ${what} user ID`, `invalid_${what}`);
  return user.id;
}
