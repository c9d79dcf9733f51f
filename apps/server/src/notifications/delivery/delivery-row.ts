import type { ClaimedDelivery } from '../channel.ts';
import type { ChannelId } from '../channels.ts';

/** What a delivery in hand is read from. */
export type DeliveryRow = {
  organization_id: string;
  id: number;
  key: string;
  channel: string;
  alert_group_id: string;
  user_id: string | null;
  rule_id: string | null;
  important: boolean;
  paged: boolean;
  attempts: number;
  unknown_attempts: number;
  created_at: Date;
  deadline_at: Date;
  first_attempt_at: Date | null;
};

export const fromRow = (row: DeliveryRow, channel: ChannelId): ClaimedDelivery => ({
  organizationId: row.organization_id,
  id: row.id,
  key: row.key,
  channel,
  alertGroupId: row.alert_group_id,
  userId: row.user_id,
  ruleId: row.rule_id,
  important: row.important,
  paged: row.paged,
  attempt: row.attempts,
  unknownAttempts: row.unknown_attempts,
  createdAt: row.created_at,
  deadlineAt: row.deadline_at,
  firstAttemptAt: row.first_attempt_at ?? row.created_at,
  leftToday: null,
});
