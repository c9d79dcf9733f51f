import { sql } from 'kysely';
import type { Tx } from '../../platform/db/database.ts';
import { rowSet } from '../../platform/db/row-set.ts';

export type NewNotificationRecord = {
  organizationId: string;
  alertGroupId: string;
  userId: string;
  type: number;
  step: number | null;
  channel: string | null;
  ruleId: string | null;
  important: boolean;
  errorCode: number | null;
  reason: string | null;
};

const COLUMNS = {
  place: 'integer',
  organization_id: 'text',
  alert_group_id: 'text',
  user_id: 'text',
  type: 'smallint',
  step: 'smallint',
  channel: 'text',
  rule_id: 'text',
  important: 'boolean',
  error_code: 'smallint',
  reason: 'text',
} as const;

/** Writes records of escalation.md 3.9 in the order given, one statement for all. */
export async function addNotificationRecords(tx: Tx, records: readonly NewNotificationRecord[], now: Date): Promise<void> {
  if (records.length === 0) return;
  const rows = records.map((record, place) => ({
    place,
    organization_id: record.organizationId,
    alert_group_id: record.alertGroupId,
    user_id: record.userId,
    type: record.type,
    step: record.step,
    channel: record.channel,
    rule_id: record.ruleId,
    important: record.important,
    error_code: record.errorCode,
    reason: record.reason,
  }));
  await sql`
    insert into notification_record (organization_id, alert_group_id, user_id, created_at, type, step, channel, rule_id, important, error_code, reason)
    select organization_id, alert_group_id, user_id, ${now}, type, step, channel, rule_id, important, error_code, reason
    from ${rowSet('r', COLUMNS, rows)} order by place`.execute(tx);
}
