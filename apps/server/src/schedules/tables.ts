import type { Generated, JSONColumnType } from 'kysely';

export interface ScheduleTable {
  organization_id: string;
  id: string;
  type: 'ical' | 'calendar' | 'web';
  name: string;
  team_id: string | null;
  time_zone: Generated<string>;
  ical_url_primary: string | null;
  ical_url_overrides: string | null;
  enable_web_overrides: boolean | null;
  slack_channel_id: string | null;
  slack_user_group_id: string | null;
  holiday_country: string | null;
  created_at: Date;
  updated_at: Date;
}

export interface ScheduleFeedTable {
  organization_id: string;
  schedule_id: string;
  kind: 'primary' | 'overrides';
  url: string;
  content: string | null;
  etag: string | null;
  last_modified: string | null;
  fetched_at: Date | null;
  checked_at: Date | null;
  error: string | null;
  error_since: Date | null;
  due_at: Date | null;
}

export interface OnCallShiftTable {
  organization_id: string;
  id: string;
  schedule_id: string | null;
  name: string | null;
  type: 'single_event' | 'recurrent_event' | 'rolling_users' | 'override';
  team_id: string | null;
  time_zone: string | null;
  level: Generated<number>;
  start: string;
  duration_seconds: number;
  rotation_start: string;
  frequency: 'hourly' | 'daily' | 'weekly' | 'monthly' | null;
  interval: number | null;
  until: string | null;
  week_start: Generated<string>;
  shows_week_start: Generated<boolean>;
  by_day: string[] | null;
  by_month: number[] | null;
  by_monthday: number[] | null;
  user_ids: Generated<string[]>;
  rolling_users: JSONColumnType<string[][]> | null;
  start_rotation_from_user_index: number | null;
  source: Generated<'web' | 'api' | 'slack' | 'terraform'>;
  version_of: Generated<string | null>;
  holidays: 'skip' | 'only' | null;
  members: JSONColumnType<{ user_id: string; joins: string | null; leaves: string | null }[]>;
  created_at: Date;
  updated_at: Date;
}

export interface ScheduleShiftTable {
  organization_id: string;
  schedule_id: string;
  shift_id: string;
  attached_at: Date;
}

export interface ShiftSwapTable {
  organization_id: string;
  id: string;
  schedule_id: string;
  swap_start: Date;
  swap_end: Date;
  description: string | null;
  beneficiary_id: string;
  benefactor_id: string | null;
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
}

export interface CalendarExportTokenTable {
  organization_id: string;
  user_id: string;
  schedule_id: string | null;
  token_hash: Buffer;
  created_at: Date;
  revoked_at: Date | null;
  last_fetched_at: Date | null;
}

export interface TimeOffTable {
  organization_id: string;
  id: string;
  user_id: string;
  starts_at: Date;
  ends_at: Date;
  note: string | null;
  source: Generated<'api' | 'feed'>;
  created_at: Date;
}

export interface TimeOffFeedTable {
  organization_id: string;
  user_id: string;
  url: string;
  content: string | null;
  etag: string | null;
  last_modified: string | null;
  fetched_at: Date | null;
  checked_at: Date | null;
  error: string | null;
  error_since: Date | null;
  due_at: Date | null;
  created_at: Date;
}

declare module '../platform/db/database.ts' {
  interface Database {
    schedule: ScheduleTable;
    schedule_feed: ScheduleFeedTable;
    on_call_shift: OnCallShiftTable;
    schedule_shift: ScheduleShiftTable;
    shift_swap: ShiftSwapTable;
    calendar_export_token: CalendarExportTokenTable;
    time_off: TimeOffTable;
    time_off_feed: TimeOffFeedTable;
  }
}
