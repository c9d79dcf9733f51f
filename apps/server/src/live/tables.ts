import type { Generated, JSONColumnType } from 'kysely';

export interface LiveEventTable {
  xact: Generated<string>;
  id: Generated<number>;
  organization_id: string;
  type: string;
  object_id: string;
  alert_group_id: string | null;
  integration_id: string | null;
  team_id: string | null;
  user_id: string | null;
  data: JSONColumnType<Record<string, unknown>>;
  created_at: Generated<Date>;
}

declare module '../platform/db/database.ts' {
  interface Database {
    live_event: LiveEventTable;
  }
}
