import type { Generated } from 'kysely';

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
  headers: string | null;
  data: string | null;
  forward_all: Generated<boolean>;
  trigger_template: string | null;
  username: string | null;
  password_encrypted: Buffer | null;
  authorization_header_encrypted: Buffer | null;
  preset: string | null;
  is_legacy: Generated<boolean>;
  is_enabled: Generated<boolean>;
  created_at: Date;
  deleted_at: Date | null;
}

export interface PersonalWebhookLinkTable {
  organization_id: string;
  user_id: string;
  webhook_id: string;
  context_encrypted: Buffer | null;
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
    personal_webhook_link: PersonalWebhookLinkTable;
    webhook_response: WebhookResponseTable;
  }
}
