import type { Generated } from 'kysely';

/** States of a page in the ledger. `unknown` is final: the outcome of the repeat was not learnt either. */
export type DeliveryState = 'owed' | 'sending' | 'accepted' | 'delivered' | 'rejected' | 'failed' | 'cancelled' | 'unknown';

export interface DeliveryTable {
  organization_id: string;
  id: Generated<number>;
  key: string;
  channel: string;
  alert_group_id: string;
  user_id: string | null;
  personal_run_id: number | null;
  rule_id: string | null;
  important: Generated<boolean>;
  paged: Generated<boolean>;
  state: DeliveryState;
  due_at: Date | null;
  lease_until: Date | null;
  attempts: Generated<number>;
  unknown_attempts: Generated<number>;
  deadline_at: Date;
  provider_id: string | null;
  error_code: number | null;
  reason: string | null;
  created_at: Date;
  first_attempt_at: Date | null;
  finished_at: Date | null;
}

export interface NotificationRecordTable {
  organization_id: string;
  id: Generated<number>;
  alert_group_id: string;
  user_id: string;
  created_at: Date;
  type: number;
  step: number | null;
  channel: string | null;
  rule_id: string | null;
  important: Generated<boolean>;
  error_code: number | null;
  reason: string | null;
  delivery_id: string | null;
}

export interface NotificationRuleTable {
  organization_id: string;
  id: string;
  user_id: string;
  important: Generated<boolean>;
  position: number;
  type: string;
  wait_seconds: number | null;
  created_at: Date;
}

export interface NotificationUsageTable {
  organization_id: string;
  user_id: string;
  kind: string;
  day: string;
  used: number;
}

export interface AdminNoticeTable {
  organization_id: string;
  kind: string;
  requested_at: Date;
}

declare module '../platform/db/database.ts' {
  interface Database {
    delivery: DeliveryTable;
    notification_record: NotificationRecordTable;
    notification_rule: NotificationRuleTable;
    notification_usage: NotificationUsageTable;
    admin_notice: AdminNoticeTable;
  }
}
