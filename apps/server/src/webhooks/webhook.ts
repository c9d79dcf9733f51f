import type { SealedColumn } from '../platform/sealed-columns.ts';

/** What makes a webhook fire: internal number and public name (outgoing-webhooks.md 2). */
export const TRIGGERS = {
  0: 'escalation',
  1: 'alert group created',
  2: 'acknowledge',
  3: 'resolve',
  4: 'silence',
  5: 'unsilence',
  6: 'unresolve',
  7: 'unacknowledge',
  8: 'status change',
  9: 'personal notification',
  10: 'resolution note added',
  // Of incidents, which there are none of here: kept for clients that manage such webhooks, and never fired.
  11: 'incident declared',
  12: 'incident changed',
  13: 'incident resolved',
} as const;

export type TriggerType = keyof typeof TRIGGERS;
export const STEP = 0 satisfies TriggerType;
export const STATUS_CHANGE = 8 satisfies TriggerType;
export const PERSONAL_NOTIFICATION = 9 satisfies TriggerType;

export const HTTP_METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const;
export type HttpMethod = (typeof HTTP_METHODS)[number];

/** A request that Tocsin makes to an address of a user's choice. Fields that are templates hold their source. */
export type Webhook = {
  organizationId: string;
  id: string;
  name: string;
  teamId: string | null;
  /** Who created it. */
  userId: string | null;
  url: string | null;
  method: HttpMethod;
  trigger: TriggerType;
  /** Empty: all integrations. */
  integrationIds: readonly string[];
  headers: string | null;
  data: string | null;
  /** Send the whole context instead of `data`. */
  forwardAll: boolean;
  triggerTemplate: string | null;
  username: string | null;
  password: string | null;
  authorizationHeader: string | null;
  /** Key of the signature that receivers can check (outgoing-webhooks.md 8.4). */
  signingSecret: string | null;
  preset: string | null;
  /** Migrated from the older custom actions, with their smaller body. */
  isLegacy: boolean;
  isEnabled: boolean;
  /** Of a "status change" webhook: also call for what an action undoes on its way, for time-outs and wipes. */
  implicitEvents: boolean;
  /** Whether requests tell the e-mail addresses of people. */
  includeEmails: boolean;
  labels: readonly { key: string; value: string }[];
  /** The two-way integration it belongs to; null for all others. */
  sourceIntegrationId: string | null;
  createdAt: Date;
};

/** Purposes that a webhook's secrets are sealed for. */
export const secretPurpose = {
  password: (webhookId: string): string => `webhook.password:${webhookId}`,
  authorization: (webhookId: string): string => `webhook.authorization:${webhookId}`,
  signing: (webhookId: string): string => `webhook.signing:${webhookId}`,
  headers: (webhookId: string): string => `webhook.headers:${webhookId}`,
  named: (secretId: string): string => `webhook_secret.value:${secretId}`,
  personalContext: (userId: string): string => `personal_webhook.context:${userId}`,
};

/** Where webhooks keep secrets, for the rotation of keys. */
export const sealedWebhookColumns: readonly SealedColumn[] = [
  { table: 'webhook', column: 'password_encrypted', key: 'id', purpose: secretPurpose.password },
  { table: 'webhook', column: 'authorization_header_encrypted', key: 'id', purpose: secretPurpose.authorization },
  { table: 'webhook', column: 'signing_secret_encrypted', key: 'id', purpose: secretPurpose.signing },
  { table: 'webhook', column: 'headers_encrypted', key: 'id', purpose: secretPurpose.headers },
  { table: 'webhook_secret', column: 'value_encrypted', key: 'id', purpose: secretPurpose.named },
  { table: 'personal_webhook_link', column: 'context_encrypted', key: 'user_id', purpose: secretPurpose.personalContext },
];
