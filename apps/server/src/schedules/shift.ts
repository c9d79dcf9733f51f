export const SHIFT_TYPES = ['single_event', 'recurrent_event', 'rolling_users', 'override'] as const;
export type ShiftType = (typeof SHIFT_TYPES)[number];
export const FREQUENCIES = ['hourly', 'daily', 'weekly', 'monthly'] as const;
export type Frequency = (typeof FREQUENCIES)[number];
export const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export type Weekday = (typeof WEEKDAYS)[number];
export type ShiftSource = 'web' | 'api' | 'slack' | 'terraform';

/** A shift or rotation as it is set up. Civil times are `YYYY-MM-DDThh:mm:ss` on the wall clock of its zone; `until` on that of UTC. */
export interface ShiftSettings {
  readonly name: string | null;
  readonly type: ShiftType;
  readonly teamId: string | null;
  readonly timeZone: string | null;
  readonly level: number;
  readonly start: string;
  readonly durationSeconds: number;
  readonly rotationStart: string;
  readonly frequency: Frequency | null;
  readonly interval: number | null;
  readonly until: string | null;
  readonly weekStart: Weekday;
  /** Whether `weekStart` was given, so that it is shown even where nothing is weekly (http-api-oncall.md A8). */
  readonly showsWeekStart: boolean;
  readonly byDay: readonly Weekday[] | null;
  readonly byMonth: readonly number[] | null;
  readonly byMonthday: readonly number[] | null;
  readonly userIds: readonly string[];
  readonly rollingUsers: readonly (readonly string[])[] | null;
  readonly startRotationFromUserIndex: number | null;
  readonly source: ShiftSource;
  /** Turns on public holidays of the schedule: left out, or the only ones; null: like any other. */
  readonly holidays: 'skip' | 'only' | null;
  /** When people join and leave the rotation, by dates (`YYYY-MM-DD`) in the shift's zone. */
  readonly members: readonly { readonly userId: string; readonly joins: string | null; readonly leaves: string | null }[];
}

export interface OnCallShift extends ShiftSettings {
  readonly id: string;
  /** The schedule that owns it, or else the first one that it is attached to. */
  readonly scheduleId: string | null;
  readonly ownedByScheduleId: string | null;
  /** The rotation that this is a former version of; null for all others. */
  readonly versionOf: string | null;
}

/** What does not belong to a shift's type, as it is stored whatever was asked for (http-api-oncall.md 7.4). */
export function forcedByType(shift: ShiftSettings): ShiftSettings {
  const once = {
    frequency: null,
    interval: null,
    byDay: null,
    byMonth: null,
    byMonthday: null,
    rollingUsers: null,
    startRotationFromUserIndex: null,
  };
  switch (shift.type) {
    case 'single_event':
      return { ...shift, ...once };
    case 'recurrent_event':
      return { ...shift, rollingUsers: null, startRotationFromUserIndex: null };
    case 'rolling_users':
      return { ...shift, userIds: [] };
    case 'override':
      return { ...shift, ...once, level: shift.source === 'web' ? 99 : 0, until: null };
  }
}
