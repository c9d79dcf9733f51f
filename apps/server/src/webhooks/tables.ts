import type { Generated, JSONColumnType } from 'kysely';

export interface WebhookTable {
  organization_id: string;
  id: string;
  name: string;
  team_id: string | null;
  user_id: string | null;
  url: string | null;
  http_method: Generated<string>;
  trigger_type: Generated<number>;
  integration_filter: Generated<string[]>;
  /** From before headers were sealed. */
  headers: string | null;
  headers_encrypted: Buffer | null;
  data: string | null;
  forward_all: Generated<boolean>;
  trigger_template: string | null;
  username: string | null;
  password_encrypted: Buffer | null;
  authorization_header_encrypted: Buffer | null;
  signing_secret_encrypted: Buffer | null;
  preset: string | null;
  is_legacy: Generated<boolean>;
  is_enabled: Generated<boolean>;
  implicit_events: Generated<boolean>;
  include_emails: Generated<boolean>;
  labels: JSONColumnType<{ key: string; value: string }[], string | undefined>;
  source_integration_id: string | null;
  created_at: Date;
  deleted_at: Date | null;
}

export interface WebhookSecretTable {
  organization_id: string;
  id: string;
  name: string;
  value_encrypted: Buffer;
  created_at: Date;
  updated_at: Date;
}

export interface PersonalWebhookLinkTable {
  organization_id: string;
  user_id: string;
  webhook_id: string;
  context_encrypted: Buffer | null;
}

export interface WebhookCallTable {
  organization_id: string;
  id: Generated<number>;
  delivery_id: string;
  webhook_id: string;
  alert_group_id: string;
  trigger_type: number;
  cause: string;
  key: string | null;
  event: unknown;
  state: string;
  due_at: Date | null;
  lease_until: Date | null;
  attempts: Generated<number>;
  deadline_at: Date;
  status_code: number | null;
  reason: string | null;
  timeline_id: number | null;
  timeline_at: Date | null;
  created_at: Date;
  finished_at: Date | null;
}

export interface WebhookHealthTable {
  organization_id: string;
  webhook_id: string;
  last_at: Date;
  last_status_code: number | null;
  last_error: string | null;
  failures_in_row: Generated<number>;
  failing_since: Date | null;
  told_at: Date | null;
}

export interface WebhookResponseTable {
  organization_id: string;
  id: Generated<number>;
  webhook_id: string;
  alert_group_id: string | null;
  delivery_id: string | null;
  trigger_type: number;
  at: Date;
  request_url: string | null;
  request_headers: string | null;
  request_data: string | null;
  request_trigger: string | null;
  status_code: number | null;
  content: string | null;
  event_data: string | null;
  attempts: unknown;
}

declare module '../platform/db/database.ts' {
  interface Database {
    webhook: WebhookTable;
    webhook_call: WebhookCallTable;
    webhook_health: WebhookHealthTable;
    webhook_secret: WebhookSecretTable;
    personal_webhook_link: PersonalWebhookLinkTable;
    webhook_response: WebhookResponseTable;
  }
}
