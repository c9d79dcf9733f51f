import { formatInstant, type ScheduleEvent } from '@tocsin/rota';
import { Type } from 'typebox';

const UserInEvent = Type.Object({
  display_name: Type.String(),
  email: Type.String(),
  pk: Type.String(),
  avatar_full: Type.Union([Type.String(), Type.Null()]),
  swap_request: Type.Optional(Type.Unknown()),
});

export const SwapEventSchema = Type.Object({
  all_day: Type.Boolean(),
  start: Type.String(),
  end: Type.String(),
  users: Type.Array(UserInEvent),
  missing_users: Type.Array(Type.String()),
  priority_level: Type.Union([Type.Integer(), Type.Null()]),
  source: Type.Union([Type.String(), Type.Null()]),
  calendar_type: Type.Integer(),
  is_empty: Type.Boolean(),
  is_gap: Type.Boolean(),
  is_override: Type.Boolean(),
  shift: Type.Object({ pk: Type.Union([Type.String(), Type.Null()]) }),
});

/** An event of a final schedule as the shifts of a swap show it (http-api-oncall.md 8.5). */
export const presentSwapEvent = (event: ScheduleEvent, person: (id: string) => Record<string, unknown>): unknown => ({
  all_day: event.allDay !== null,
  start: formatInstant(event.start),
  end: formatInstant(event.end),
  users: event.users.map((user) => ({
    ...person(user.id),
    ...(user.swap === null
      ? {}
      : {
          swap_request: {
            pk: user.swap.swapId,
            ...(user.swap.beneficiary === null ? {} : { user: person(user.swap.beneficiary) }),
          },
        }),
  })),
  missing_users: event.missing,
  priority_level: event.level,
  source: event.source,
  calendar_type: event.calendar === 'overrides' ? 1 : 0,
  is_empty: event.users.length === 0,
  is_gap: false,
  is_override: event.calendar === 'overrides',
  shift: { pk: event.shiftId },
});
