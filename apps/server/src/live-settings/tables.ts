/** Row types of live settings. */
export interface LiveSettingTable {
  organization_id: string;
  name: string;
  value: string | null;
  value_encrypted: Buffer | null;
  updated_at: Date;
}

declare module '../platform/db/database.ts' {
  interface Database {
    live_setting: LiveSettingTable;
  }
}
