import type { Generated, JSONColumnType } from 'kysely';

/** How a route compares a label with a value; equality where it is left out. */
export type LabelMatch = '=' | '!=' | '=~' | '!~';

export interface IntegrationTable {
  organization_id: string;
  id: string;
  type: string;
  name: string;
  description_short: string | null;
  team_id: string | null;
  author_id: string | null;
  token: string;
  templates: JSONColumnType<Record<string, string | Record<string, string>>>;
  default_templates: Generated<'tocsin' | 'reference'>;
  grouping_scope: 'route' | 'signals' | 'integration' | null;
  allow_source_based_resolving: Generated<boolean>;
  labels: JSONColumnType<{ key: string; value: string }[]>;
  dynamic_labels: JSONColumnType<{ key: string; template: string }[]>;
  multi_label_template: string | null;
  acknowledge_hosts: JSONColumnType<{ host: string; port: number | null; plain_http: boolean }[]>;
  maintenance_mode: 'debug' | 'maintenance' | null;
  maintenance_started_at: Date | null;
  maintenance_ends_at: Date | null;
  maintenance_author_id: string | null;
  maintenance_at_end: Generated<'escalate' | 'resolve'>;
  maintenance_alert_group_id: string | null;
  is_slow: Generated<boolean>;
  template_errors: JSONColumnType<Record<string, { message: string; at: string }>>;
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
  labels_not_inherited: Generated<string[]>;
  previous_token: string | null;
  previous_token_until: Date | null;
  previous_token_used_at: Date | null;
}

export interface IntegrationHeartbeatTable {
  organization_id: string;
  integration_id: string;
  id: string;
  timeout_seconds: Generated<number>;
  last_heartbeat_at: Date | null;
  expired_at: Date | null;
  due_at: Date | null;
  is_enabled: Generated<boolean>;
  armed_at: Date | null;
}

export interface RouteTable {
  organization_id: string;
  id: string;
  integration_id: string;
  is_default: Generated<boolean>;
  position: number;
  routing_type: Generated<'regex' | 'jinja2' | 'labels'>;
  routing_regex: string | null;
  routing_labels: JSONColumnType<{ key: string; value: string; match?: LabelMatch }[]> | null;
  escalation_chain_id: string | null;
  messengers: JSONColumnType<Record<string, { id?: string | null; enabled?: boolean }>>;
  created_at: Date;
}

export interface InboundAlertTable {
  id: Generated<number>;
  shard: number;
  organization_id: string;
  integration_id: string;
  received_at: Date;
  payload: string;
  is_demo: Generated<boolean>;
  is_heartbeat: Generated<boolean>;
  warning: string | null;
  attempts: Generated<number>;
}

export interface ParkedAlertTable {
  organization_id: string;
  id: string;
  integration_id: string;
  received_at: Date;
  payload: string;
  is_demo: Generated<boolean>;
  error: string;
  parked_at: Date;
}

export interface IngestLogTable {
  organization_id: string;
  id: Generated<number>;
  integration_id: string;
  at: Date;
  status: number;
  size: number;
  note: string;
  body_start: string;
}

export interface IngestWindowTable {
  organization_id: string;
  integration_id: string;
  window_start: Date;
  alerts: number;
  groups: Generated<number>;
}

export interface IntegrationActivityTable {
  organization_id: string;
  integration_id: string;
  hour: Date;
  alerts: number;
  groups: number;
}

export interface LabelKeyTable {
  organization_id: string;
  name: string;
  created_at: Date;
}

export interface LabelValueTable {
  organization_id: string;
  key_name: string;
  name: string;
  created_at: Date;
}

export interface IntegrationGuardTable {
  organization_id: string;
  integration_id: string;
  hmac: JSONColumnType<{
    header: string;
    algorithm: 'sha1' | 'sha256' | 'sha512';
    encoding: 'hex' | 'base64';
    prefix: string;
    signed_text: string;
    timestamp_header: string | null;
    tolerance_seconds: number;
  }> | null;
  authorization_kind: 'bearer' | 'basic' | null;
  basic_username: string | null;
  allowed_addresses: Generated<string[]>;
  allowed_topics: Generated<string[]>;
  updated_at: Date;
}

export interface IntegrationSecretTable {
  organization_id: string;
  id: string;
  integration_id: string;
  kind: 'hmac' | 'authorization';
  secret_encrypted: Buffer;
  created_at: Date;
  last_used_at: Date | null;
}

declare module '../platform/db/database.ts' {
  interface Database {
    integration: IntegrationTable;
    integration_heartbeat: IntegrationHeartbeatTable;
    route: RouteTable;
    inbound_alert: InboundAlertTable;
    parked_alert: ParkedAlertTable;
    ingest_log: IngestLogTable;
    ingest_window: IngestWindowTable;
    integration_activity: IntegrationActivityTable;
    label_key: LabelKeyTable;
    label_value: LabelValueTable;
    integration_guard: IntegrationGuardTable;
    integration_secret: IntegrationSecretTable;
  }
}
