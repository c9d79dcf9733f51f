/** Days that data of an organization is kept, by the names of the API; null: for ever. Source: operations.md 10. */
export interface RetentionSettings {
  readonly alert_payload_days: number | null;
  readonly alert_group_days: number | null;
  readonly webhook_response_days: number;
  readonly audit_days: number;
  /** Times of day in the organization's zone between which nothing is removed. */
  readonly quiet_hours: { readonly start: string; readonly end: string } | null;
}

const MOST_DAYS = 36_500;

/** What each is about, its default, and what may be asked for. */
export const RETENTION_RANGES = {
  alert_payload_days: {
    of: 'Payloads of alerts, from the end of their group on',
    days: 90,
    min: 7,
    max: MOST_DAYS,
    mayBeForever: true,
  },
  alert_group_days: {
    of: 'Alert groups with their timeline, from their end on',
    days: 400,
    min: 30,
    max: MOST_DAYS,
    mayBeForever: true,
  },
  webhook_response_days: { of: 'Answers to outgoing webhooks', days: 30, min: 1, max: 365, mayBeForever: false },
  audit_days: { of: 'The audit log', days: 400, min: 90, max: MOST_DAYS, mayBeForever: false },
} as const satisfies Record<
  Exclude<keyof RetentionSettings, 'quiet_hours'>,
  { of: string; days: number; min: number; max: number; mayBeForever: boolean }
>;

export const DEFAULT_RETENTION: RetentionSettings = {
  alert_payload_days: RETENTION_RANGES.alert_payload_days.days,
  alert_group_days: RETENTION_RANGES.alert_group_days.days,
  webhook_response_days: RETENTION_RANGES.webhook_response_days.days,
  audit_days: RETENTION_RANGES.audit_days.days,
  quiet_hours: null,
};

/** Whether an instant falls into the quiet hours, which may go over midnight. */
export function isQuiet(hours: RetentionSettings['quiet_hours'], timeZone: string, now: Date): boolean {
  if (hours === null) return false;
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(now);
  const { start, end } = hours;
  return start <= end ? time >= start && time < end : time >= start || time < end;
}
