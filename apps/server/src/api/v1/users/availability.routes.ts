import { findZone, formatCivil, instantOf } from '@tocsin/rota';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { can, readOrganizationSettings, viewerOf } from '../../../access/index.ts';
import { countRules } from '../../../notifications/index.ts';
import { awayUntil, type OnBroken, type Turn, turnsOfPerson } from '../../../schedules/index.ts';
import { findProfile, type Profile, WEEKDAY_NAMES } from '../../../users/index.ts';
import { forbidden, notFound } from '../conventions/api-error.ts';
import { callerOf, personOf } from '../conventions/caller.ts';
import { readDays } from '../conventions/days.ts';
import { named } from '../conventions/describe.ts';
import { type ApiDeps, errorResponses, sendJson } from '../conventions/resource.ts';
import { apiTimeOrNull } from '../conventions/times.ts';

const UPCOMING_DAYS = 30;
const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const IdParams = Type.Object({ id: Type.String() });

const WARNINGS = {
  not_notifiable: 'The person may not be notified.',
  no_notification_rules: 'The person has no notification rules; pages go by e-mail.',
  away: 'The person is away.',
  not_on_call: 'The person is not on call.',
  outside_working_hours: 'It is outside of the working hours of the person.',
} as const;
type Warning = keyof typeof WARNINGS;

const Availability = named(
  'UserAvailability',
  Type.Object({
    user_id: Type.String(),
    may_be_notified: Type.Boolean(),
    is_on_call: Type.Boolean(),
    oncall_schedules: Type.Array(Type.Object({ id: Type.String(), name: Type.String() }), {
      description: 'Where, as far as the caller sees these schedules.',
    }),
    away_until: TextOrNull,
    timezone: Type.String({ description: 'Of the person, else of the organization.' }),
    local_time: Type.String({ description: 'On the clock of the person.', examples: ['2026-03-02T10:00:00'] }),
    is_in_working_hours: Type.Boolean(),
    notification_rules: Type.Object(
      { default: Type.Integer(), important: Type.Integer() },
      { description: 'How many there are.' },
    ),
    warnings: Type.Array(
      Type.Object({ code: Type.Union(Object.keys(WARNINGS).map((code) => Type.Literal(code))), text: Type.String() }),
    ),
  }),
);
const UpcomingTurn = Type.Union([
  Type.Object({ shift_start: Type.String(), shift_end: Type.String(), shift_id: TextOrNull }),
  Type.Null(),
]);
const Upcoming = named(
  'UpcomingShifts',
  Type.Object({
    schedule_id: Type.String(),
    schedule_name: Type.String(),
    is_oncall: Type.Boolean(),
    current_shift: UpcomingTurn,
    next_shift: UpcomingTurn,
  }),
);

const presentTurn = (turn: Turn | null) =>
  turn === null ? null : { shift_start: turn.start, shift_end: turn.end, shift_id: turn.shiftId };

let zones: readonly string[] | undefined;
/** IANA names, for choosing one. */
const timeZones = (): readonly string[] => {
  zones ??= [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])].sort();
  return zones;
};

/** Whether and when somebody is there to be paged (access.md 6.1). */
export function registerAvailability(
  app: FastifyInstance,
  { db, clock, onBrokenSchedule }: ApiDeps & { readonly onBrokenSchedule: OnBroken },
): void {
  const tags = ['users'];
  const profileOf = async (request: FastifyRequest): Promise<Profile> => {
    const caller = callerOf(request);
    const { id } = request.params as { id: string };
    const profile = await findProfile(db, caller.org, id === 'current' ? personOf(caller) : id);
    if (profile?.isActive !== true) throw notFound();
    return profile;
  };
  app.get(
    '/users/timezone_options',
    {
      config: { permission: 'user-settings:read' },
      schema: {
        operationId: 'listTimezones',
        summary: 'Lists the names of time zones',
        tags,
        response: { 200: Type.Array(Type.String()), ...errorResponses },
      },
    },
    async (_request, reply) => sendJson(reply, 200, JSON.stringify(timeZones())),
  );
  app.get(
    '/users/:id/check_availability',
    {
      config: { permission: 'signed-in' },
      schema: {
        operationId: 'checkUserAvailability',
        summary: 'Tells whether a person is on call, away or asleep, before they are paged; `current` is the caller',
        tags,
        params: IdParams,
        response: { 200: Availability, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = request.params as { id: string };
      if (id !== 'current' && id !== caller.userId && !can(caller, 'user-settings:read')) throw forbidden();
      const profile = await profileOf(request);
      const now = clock.now();
      const timezone = profile.timezone ?? (await readOrganizationSettings(db, caller.org)).defaultTimezone;
      const turns = await turnsOfPerson(db, caller.org, profile.id, now, 1, viewerOf(caller), onBrokenSchedule);
      const onCall = turns.filter(({ current }) => current !== null);
      const away = await awayUntil(db, caller.org, profile.id, now);
      const rules = await countRules(db, caller.org, profile.id);
      const { localTime, isWorkTime } = localTimeOf(profile, timezone, now);
      const holds: Record<Warning, boolean> = {
        not_notifiable: !profile.mayBeNotified,
        no_notification_rules: rules.default === 0,
        away: away !== null,
        not_on_call: onCall.length === 0,
        outside_working_hours: !isWorkTime,
      };
      const codes = (Object.keys(WARNINGS) as Warning[]).filter((code) => holds[code]);
      const answer = {
        user_id: profile.id,
        may_be_notified: profile.mayBeNotified,
        is_on_call: onCall.length > 0,
        oncall_schedules: onCall.map(({ scheduleId, scheduleName }) => ({ id: scheduleId, name: scheduleName })),
        away_until: apiTimeOrNull(away),
        timezone,
        local_time: localTime,
        is_in_working_hours: isWorkTime,
        notification_rules: rules,
        warnings: codes.map((code) => ({ code, text: WARNINGS[code] })),
      };
      return sendJson(reply, 200, JSON.stringify(answer));
    },
  );
  app.get(
    '/users/:id/upcoming_shifts',
    {
      config: { permission: 'user-settings:read' },
      schema: {
        operationId: 'listUpcomingShifts',
        summary: 'The turns of a person that are under way or come next, by schedule; `current` is the caller',
        tags,
        params: IdParams,
        querystring: Type.Object({
          days: Type.Optional(Type.String({ description: 'How far to look, 1 to 365; 30 when left out.' })),
        }),
        response: { 200: Type.Array(Upcoming), ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = await profileOf(request);
      const days = readDays(request.query, UPCOMING_DAYS);
      const turns = await turnsOfPerson(db, caller.org, id, clock.now(), days, viewerOf(caller), onBrokenSchedule);
      const shown = turns.map(({ scheduleId, scheduleName, current, next }) => ({
        schedule_id: scheduleId,
        schedule_name: scheduleName,
        is_oncall: current !== null,
        current_shift: presentTurn(current),
        next_shift: presentTurn(next),
      }));
      return sendJson(reply, 200, JSON.stringify(shown));
    },
  );
}

/** The time on a person's clock, and whether they work then. */
function localTimeOf({ workingHours }: Profile, timezone: string, now: Date): { localTime: string; isWorkTime: boolean } {
  const zone = findZone(timezone) ?? findZone('UTC');
  if (zone === null) throw new Error('UTC is a zone');
  const civil = zone.toCivil(instantOf(now));
  const localTime = formatCivil(civil);
  // A civil time counts milliseconds as if its clock showed UTC; days of JavaScript begin with Sunday.
  const day = WEEKDAY_NAMES[(new Date(civil).getUTCDay() + 6) % 7] ?? 'monday';
  const time = localTime.slice(11);
  return { localTime, isWorkTime: workingHours[day].some(({ start, end }) => start <= time && time < end) };
}
