export interface AcknowledgeReminderTable {
  organization_id: string;
  alert_group_id: string;
  stage: 'remind' | 'check';
  due_at: Date;
  reminded_at: Date | null;
}

declare module '../../platform/db/database.ts' {
  interface Database {
    acknowledge_reminder: AcknowledgeReminderTable;
  }
}
