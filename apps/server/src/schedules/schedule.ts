export const SCHEDULE_TYPES = ['ical', 'calendar', 'web'] as const;
export type ScheduleType = (typeof SCHEDULE_TYPES)[number];

/** A schedule as it is set up. Its type is fixed when it is made. */
export interface ScheduleSettings {
  readonly type: ScheduleType;
  readonly name: string;
  readonly teamId: string | null;
  /** IANA name. */
  readonly timeZone: string;
  readonly icalUrlPrimary: string | null;
  readonly icalUrlOverrides: string | null;
  /** Whether overrides made in the UI count instead of a downloaded calendar. */
  readonly enableWebOverrides: boolean | null;
  readonly slackChannelId: string | null;
  readonly slackUserGroupId: string | null;
  /** Whose public holidays count: `DE`, `DE-BY`. */
  readonly holidayCountry: string | null;
}

export interface ScheduleInfo extends ScheduleSettings {
  readonly id: string;
}
