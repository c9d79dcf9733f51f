import { type TSchema, Type } from 'typebox';
import { isHolidayPlace, SCHEDULE_TYPES, type ScheduleType } from '../../../schedules/index.ts';
import { fieldErrors, refusal } from '../conventions/api-error.ts';
import { boolean, custom, type Field, Invalid, idList, isObject, nullable, pythonType, text } from '../conventions/fields.ts';
import { TeamIdSchema, teamField } from '../conventions/team-field.ts';
import { timeZone } from './shift-fields.ts';

const scheduleType: Field<ScheduleType> = custom(Type.Union(SCHEDULE_TYPES.map((type) => Type.Literal(type))), (raw) => {
  const type = SCHEDULE_TYPES.find((known) => known === raw);
  if (type === undefined) throw fieldErrors({ type: 'Invalid type' });
  return type;
});

const SlackSchema = Type.Object({
  channel_id: Type.Union([Type.String(), Type.Null()]),
  user_group_id: Type.Union([Type.String(), Type.Null()]),
});

/** Slack's ids can be set only while a workspace is connected, which no release can do yet; null clears. */
const slack: Field<Record<string, never>> = custom(Type.Partial(SlackSchema), (raw) => {
  if (raw === null) throw new Invalid(['This field may not be null.']);
  if (!isObject(raw))
    throw new Invalid({ non_field_errors: [`Invalid data. Expected a dictionary, but got ${pythonType(raw)}.`] });
  for (const [key, what] of [
    ['channel_id', 'Invalid Slack channel'],
    ['user_group_id', 'Invalid Slack user group'],
  ] as const) {
    const id = raw[key];
    if (id === undefined || id === null || id === '') continue;
    if (typeof id !== 'string') throw new Invalid({ [key]: [what] });
    throw refusal("Slack isn't connected to this workspace", 'slack_not_connected');
  }
  return {};
});

const holidayCountry: Field<string> = custom(
  Type.String({ description: 'Country, or country and subdivision: `DE`, `DE-BY`.' }),
  (raw) => {
    const place = text().read(raw).toUpperCase();
    if (!isHolidayPlace(place)) throw new Invalid([`Unknown country or subdivision "${place}".`]);
    return place;
  },
);

/** Fields of `schedules` (http-api-oncall.md 6.1). */
export const scheduleFields = {
  type: scheduleType,
  name: text({ max: 200 }),
  team_id: teamField,
  time_zone: timeZone,
  ical_url_primary: text({ max: 500 }),
  ical_url_overrides: nullable(text({ max: 500 })),
  enable_web_overrides: nullable(boolean()),
  shifts: nullable(idList()),
  slack,
  holiday_country: nullable(holidayCountry),
};

const TextOrNull = Type.Union([Type.String(), Type.Null()]);

export const ScheduleSchema: TSchema = Type.Object(
  {
    id: Type.String(),
    team_id: TeamIdSchema,
    name: Type.String(),
    type: Type.String(),
    time_zone: Type.Optional(Type.String()),
    ical_url_primary: Type.Optional(TextOrNull),
    ical_url_overrides: Type.Optional(TextOrNull),
    enable_web_overrides: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
    shifts: Type.Optional(Type.Array(Type.String())),
    holiday_country: Type.Optional(Type.String({ description: 'Only there when it is set.' })),
    slack: SlackSchema,
    on_call_now: Type.Array(Type.String()),
  },
  { description: 'Keys that do not belong to the type are left out.' },
);
