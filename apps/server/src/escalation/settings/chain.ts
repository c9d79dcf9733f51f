/** Public names of the step types (escalation.md 2.5). */
export const STEP_TYPES = [
  'wait',
  'notify_persons',
  'notify_person_next_each_time',
  'notify_team_members',
  'notify_on_call_from_schedule',
  'notify_next_on_call_from_schedule',
  'notify_user_group',
  'notify_whole_channel',
  'trigger_webhook',
  'notify_if_time_from_to',
  'notify_if_num_alerts_in_window',
  'repeat_escalation',
  'resolve',
  'declare_incident',
] as const;

export type StepType = (typeof STEP_TYPES)[number];

export interface EscalationChain {
  readonly id: string;
  readonly name: string;
  readonly teamId: string | null;
}

/** One step as it is set up. Values that do not belong to its type are null or empty. */
export interface ChainStep {
  readonly id: string;
  readonly chainId: string;
  readonly position: number;
  /** null: an empty step. */
  readonly type: StepType | null;
  readonly important: boolean;
  readonly waitSeconds: number | null;
  readonly userIds: readonly string[];
  readonly teamId: string | null;
  readonly scheduleId: string | null;
  readonly userGroupId: string | null;
  readonly webhookId: string | null;
  /** `HH:MM:SSZ` */
  readonly timeFrom: string | null;
  readonly timeTo: string | null;
  readonly numAlertsInWindow: number | null;
  readonly numMinutesInWindow: number | null;
  readonly severity: string | null;
}

export type StepValues = Omit<ChainStep, 'id' | 'chainId' | 'position'>;

export const EMPTY_STEP: StepValues = {
  type: null,
  important: false,
  waitSeconds: null,
  userIds: [],
  teamId: null,
  scheduleId: null,
  userGroupId: null,
  webhookId: null,
  timeFrom: null,
  timeTo: null,
  numAlertsInWindow: null,
  numMinutesInWindow: null,
  severity: null,
};
