import { Type } from 'typebox';
import { EMPTY_STEP, STEP_TYPES, type StepType, type StepValues } from '../../../escalation/index.ts';
import { refusal } from '../conventions/api-error.ts';
import { boolean, custom, Invalid, idList, integer, nullable, reference, text } from '../conventions/fields.ts';
import { positionFields } from '../conventions/position-fields.ts';

/** What the database's integers hold. */
const MAX_INTEGER = 2_147_483_647;
const TIME_FORMAT = 'Time has wrong format. Use one of these formats instead: hh:mm:ssZ.';

const timeOfDay = custom<string>(Type.String({ pattern: '^\\d{2}:\\d{2}:\\d{2}Z$' }), (raw) => {
  if (typeof raw !== 'string' || !/^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/.test(raw)) throw new Invalid([TIME_FORMAT]);
  return raw;
});

const duration = custom<number>(Type.Number({ minimum: 60, maximum: 86_400 }), (raw) => {
  const value = typeof raw === 'number' ? raw : typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : Number.NaN;
  if (!Number.isFinite(value)) throw new Invalid(['A valid number is required.']);
  const seconds = Math.trunc(value);
  if (seconds < 60) throw new Invalid(['Ensure this value is greater than or equal to 0:01:00.']);
  if (seconds > 86_400) throw new Invalid(['Ensure this value is less than or equal to 1 day, 0:00:00.']);
  return seconds;
});

const stepType = custom<StepType | null>(Type.Union([...STEP_TYPES.map((type) => Type.Literal(type)), Type.Null()]), (raw) => {
  if (raw === null) return null;
  if (raw === '') throw new Invalid(['This field may not be blank.']);
  const type = STEP_TYPES.find((known) => known === raw);
  if (type === undefined) throw refusal('Invalid escalation step type', 'invalid_step_type');
  if (type === 'notify_whole_channel')
    throw refusal('Invalid escalation step type: step is Slack-specific', 'slack_not_connected');
  return type;
});

export const stepFields = {
  escalation_chain_id: reference({ nullable: false }),
  type: stepType,
  ...positionFields,
  important: boolean(),
  duration: nullable(duration),
  persons_to_notify: nullable(idList()),
  persons_to_notify_next_each_time: nullable(idList()),
  team_to_notify: reference({ nullable: false }),
  notify_on_call_from_schedule: reference({ nullable: false }),
  group_to_notify: reference({ nullable: false }),
  action_to_trigger: reference({ nullable: false }),
  notify_if_time_from: timeOfDay,
  notify_if_time_to: timeOfDay,
  num_alerts_in_window: nullable(integer({ min: 0, max: MAX_INTEGER })),
  num_minutes_in_window: nullable(integer({ min: 0, max: MAX_INTEGER })),
  severity: text({ max: 512 }),
};

type StepKey = Exclude<keyof StepValues, 'type' | 'important'>;

/** What each type carries: its values, under the keys of the API, and whether it has two importances. */
const TYPES: Readonly<Record<StepType, { important: boolean; keys: Readonly<Record<string, StepKey>> }>> = {
  wait: { important: false, keys: { duration: 'waitSeconds' } },
  notify_persons: { important: true, keys: { persons_to_notify: 'userIds' } },
  notify_person_next_each_time: { important: true, keys: { persons_to_notify_next_each_time: 'userIds' } },
  notify_team_members: { important: true, keys: { team_to_notify: 'teamId' } },
  notify_on_call_from_schedule: { important: true, keys: { notify_on_call_from_schedule: 'scheduleId' } },
  notify_next_on_call_from_schedule: { important: true, keys: { notify_on_call_from_schedule: 'scheduleId' } },
  notify_user_group: { important: true, keys: { group_to_notify: 'userGroupId' } },
  notify_whole_channel: { important: false, keys: {} },
  trigger_webhook: { important: false, keys: { action_to_trigger: 'webhookId' } },
  notify_if_time_from_to: { important: false, keys: { notify_if_time_from: 'timeFrom', notify_if_time_to: 'timeTo' } },
  notify_if_num_alerts_in_window: {
    important: false,
    keys: { num_alerts_in_window: 'numAlertsInWindow', num_minutes_in_window: 'numMinutesInWindow' },
  },
  repeat_escalation: { important: false, keys: {} },
  resolve: { important: false, keys: {} },
  declare_incident: { important: false, keys: { severity: 'severity' } },
};

/** Keys whose stored value survives a change between types that share it: the two user lists, the two schedule steps. */
const carriedKeys = (type: StepType | null): ReadonlySet<StepKey> =>
  new Set(type === null ? [] : Object.values(TYPES[type].keys));

/** The keys of a step's type with their values, and `important` where the type has it; no other keys. */
export function presentStepValues(step: StepValues): Record<string, unknown> {
  if (step.type === null) return {};
  const { important, keys } = TYPES[step.type];
  return {
    ...(important ? { important: step.important } : {}),
    ...Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, step[value]])),
  };
}

type StepBody = {
  [K in keyof typeof stepFields]?: (typeof stepFields)[K] extends { read(raw: unknown): infer T } ? T : never;
};

/**
 * The step that a body makes of a stored one (of an empty one on creation). Values that do not belong to the type are
 * dropped; user lists come under either name, and a null under one does not override a list under the other.
 */
export function readStepValues(stored: StepValues, body: StepBody): StepValues {
  const type = body.type === undefined ? stored.type : body.type;
  const userIds = body.persons_to_notify_next_each_time ?? body.persons_to_notify;
  const cleared = userIds === undefined ? undefined : (userIds ?? []);
  const sent: Partial<Record<StepKey, unknown>> = {
    waitSeconds: body.duration,
    userIds: cleared === undefined ? undefined : [...new Set(cleared)],
    teamId: body.team_to_notify,
    scheduleId: body.notify_on_call_from_schedule,
    userGroupId: body.group_to_notify,
    webhookId: body.action_to_trigger,
    timeFrom: body.notify_if_time_from,
    timeTo: body.notify_if_time_to,
    numAlertsInWindow: body.num_alerts_in_window,
    numMinutesInWindow: body.num_minutes_in_window,
    severity: body.severity,
  };
  const carried = carriedKeys(type);
  const values: Record<string, unknown> = { ...EMPTY_STEP, type };
  for (const key of carried) values[key] = sent[key] === undefined ? stored[key] : sent[key];
  values.important = readImportance(stored, type, body);
  return values as unknown as StepValues;
}

/** A body that names a type without an importance makes it a default step; one without a type keeps what is stored. */
function readImportance(stored: StepValues, type: StepType | null, body: StepBody): boolean {
  if (type === null || !TYPES[type].important) return false;
  if (body.important !== undefined) return body.important;
  return body.type === undefined ? stored.important : false;
}
