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
  rbac_enabled: Generated<boolean>;
  is_grafana_irm_enabled: Generated<boolean>;
  week_start: Generated<'mon' | 'sun' | 'sat'>;
  direct_paging_prefer_important_policy: Generated<boolean>;
  manual_direct_paging: Generated<boolean>;
  strict_references: Generated<boolean>;
  tokens_need_ownership: Generated<boolean>;
  retention: Generated<unknown>;
  alert_group_table_columns: Generated<unknown>;
  banner: Generated<unknown>;
  grafana_url: Generated<string | null>;
  created_at: Date;
  deleted_at: Date | null;
}

export interface OrganizationCounterTable {
  organization_id: string;
  last_alert_group_number: Generated<number>;
  integrations_ever_created: Generated<number>;
  last_grafana_user_id: Generated<number>;
  last_token_number: Generated<number>;
  last_service_account_number: Generated<number>;
}

export interface ApiTokenTable {
  organization_id: string;
  id: string;
  /** The owner is a person or a service account. */
  user_id: string | null;
  service_account_id: Generated<string | null>;
  /** Counts the tokens of an organization; given by the database. */
  number: Generated<number>;
  name: string;
  /** The first eight characters, by which the row is found. */
  token_key: string;
  /** As `hashToken` makes it. */
  token_hash: Buffer;
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
  scopes: Generated<string[] | null>;
  is_read_only: Generated<boolean>;
  team_ids: Generated<string[] | null>;
  respect_team_visibility: Generated<boolean>;
  is_adopted: Generated<boolean>;
  last_used_ip: Generated<string | null>;
  expiry_warned_days: Generated<number | null>;
  known_addresses: Generated<string[]>;
  untold_address: Generated<string | null>;
}

export interface RoleTable {
  organization_id: string;
  id: string;
  name: string;
  description: string;
  permissions: string[];
  created_at: Date;
  updated_at: Date;
}

export interface RoleAssignmentTable {
  organization_id: string;
  role_id: string;
  subject_type: 'user' | 'team' | 'service_account';
  subject_id: string;
  team_id: string | null;
  created_at: Date;
}

export interface ServiceAccountTable {
  organization_id: string;
  id: string;
  number: number;
  name: string;
  description: string;
  role: 'admin' | 'editor' | 'viewer' | 'none';
  team_ids: string[] | null;
  may_act: boolean;
  is_disabled: boolean;
  created_by_user_id: string | null;
  created_at: Date;
  deleted_at: Date | null;
}

declare module '../platform/db/database.ts' {
  interface Database {
    organization: OrganizationTable;
    organization_counter: OrganizationCounterTable;
    api_token: ApiTokenTable;
    role: RoleTable;
    role_assignment: RoleAssignmentTable;
    service_account: ServiceAccountTable;
  }
}
