import type { StepType } from './settings/chain.ts';

/** Types whose `important` flag chooses the important rules of the people. */
export const TYPES_WITH_IMPORTANT: readonly StepType[] = [
  'notify_persons',
  'notify_person_next_each_time',
  'notify_on_call_from_schedule',
  'notify_next_on_call_from_schedule',
  'notify_team_members',
  'notify_user_group',
];

/** What a step does. Null: not chosen yet; the step is passed with an error. */
export type StepSettings =
  | { type: 'wait'; seconds: number | null }
  | { type: 'notify_persons' | 'notify_person_next_each_time'; userIds: readonly string[]; important: boolean }
  | {
      type: 'notify_on_call_from_schedule' | 'notify_next_on_call_from_schedule';
      scheduleId: string | null;
      important: boolean;
    }
  | { type: 'notify_team_members'; teamId: string | null; important: boolean }
  | { type: 'notify_user_group'; userGroupId: string | null; important: boolean }
  | { type: 'notify_whole_channel' }
  | { type: 'repeat_escalation' }
  | { type: 'resolve' }
  | { type: 'trigger_webhook'; webhookId: string | null }
  /** Times of day in UTC, `HH:MM:SSZ`. */
  | { type: 'notify_if_time_from_to'; from: string | null; to: string | null }
  | { type: 'notify_if_num_alerts_in_window'; alerts: number | null; minutes: number | null }
  | { type: 'declare_incident'; severity: string | null }
  /** A step without a type, or of a type that another version wrote. */
  | { type: 'unknown'; name: string | null };

export type EscalationStep = StepSettings & { id: string };

export const isNotifyStep = (step: StepSettings): boolean =>
  (TYPES_WITH_IMPORTANT as readonly string[]).includes(step.type) || step.type === 'notify_whole_channel';
