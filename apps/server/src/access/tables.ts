import type { Generated } from 'kysely';

export interface OrganizationTable {
  id: string;
  name: string;
  stack_slug: Generated<string>;
  org_slug: Generated<string>;
  default_timezone: Generated<string>;
  is_resolution_note_required: Generated<boolean>;
  acknowledge_remind_seconds: Generated<number>;
  unacknowledge_seconds: Generated<number>;
  created_at: Date;
  deleted_at: Date | null;
}

export interface OrganizationCounterTable {
  organization_id: string;
  last_alert_group_number: Generated<number>;
  integrations_ever_created: Generated<number>;
  last_grafana_user_id: Generated<number>;
}

export interface ApiTokenTable {
  organization_id: string;
  id: string;
  user_id: string;
  name: string;
  /** The first eight characters, by which the row is found. */
  token_key: string;
  /** As `hashToken` makes it. */
  token_hash: Buffer;
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
}

declare module '../platform/db/database.ts' {
  interface Database {
    organization: OrganizationTable;
    organization_counter: OrganizationCounterTable;
    api_token: ApiTokenTable;
  }
}
