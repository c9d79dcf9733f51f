import type { Tx } from '../platform/db/database.ts';
import { uniqueViolation } from '../platform/db/unique-violation.ts';
import { newId } from '../platform/ids.ts';
import type { SecretBox } from '../platform/secrets.ts';
import { HTTP_METHODS, type HttpMethod, type TriggerType, type Webhook } from './webhook.ts';
import { insertWebhook } from './webhook-store.ts';

export type NewWebhook = { name: string; url: string; trigger: TriggerType; method?: string } & Partial<
  Pick<
    Webhook,
    | 'teamId'
    | 'userId'
    | 'integrationIds'
    | 'headers'
    | 'data'
    | 'forwardAll'
    | 'triggerTemplate'
    | 'username'
    | 'password'
    | 'authorizationHeader'
    | 'signingSecret'
    | 'preset'
    | 'isEnabled'
    | 'implicitEvents'
    | 'includeEmails'
    | 'labels'
    | 'sourceIntegrationId'
  >
>;

export type CreateWebhookResult =
  | { ok: true; webhook: Webhook }
  | { ok: false; reason: 'invalid_name' | 'invalid_url' | 'invalid_method' | 'name_taken' }
  | { ok: false; reason: 'invalid_template'; field: TemplateField; message: string };
export type TemplateField = (typeof TEMPLATE_FIELDS)[number];

const TEMPLATE_FIELDS = ['url', 'headers', 'data', 'triggerTemplate'] as const;
const MAX_NAME = 100;

const isMethod = (text: string): text is HttpMethod => HTTP_METHODS.some((method) => method === text);

/**
 * Adds a webhook. After `name_taken` the transaction can only be rolled back.
 * @param syntaxError what is wrong with the syntax of a template, null when nothing is
 */
export async function createWebhook(
  tx: Tx,
  deps: { secrets: SecretBox; syntaxError: (source: string) => string | null },
  org: string,
  fields: NewWebhook,
  now: Date,
): Promise<CreateWebhookResult> {
  const method = (fields.method ?? 'POST').toUpperCase();
  if (fields.name.trim() === '' || fields.name.length > MAX_NAME) return { ok: false, reason: 'invalid_name' };
  if (fields.url.trim() === '') return { ok: false, reason: 'invalid_url' };
  if (!isMethod(method)) return { ok: false, reason: 'invalid_method' };
  for (const field of TEMPLATE_FIELDS) {
    const message = deps.syntaxError(fields[field] ?? '');
    if (message !== null) return { ok: false, reason: 'invalid_template', field, message };
  }
  const webhook: Webhook = {
    organizationId: org,
    id: newId('WH'),
    name: fields.name,
    teamId: fields.teamId ?? null,
    userId: fields.userId ?? null,
    url: fields.url,
    method,
    trigger: fields.trigger,
    integrationIds: fields.integrationIds ?? [],
    headers: fields.headers ?? null,
    data: fields.data ?? null,
    forwardAll: fields.forwardAll ?? true,
    triggerTemplate: fields.triggerTemplate ?? null,
    username: fields.username ?? null,
    password: fields.password ?? null,
    authorizationHeader: fields.authorizationHeader ?? null,
    signingSecret: fields.signingSecret ?? null,
    preset: fields.preset ?? null,
    isLegacy: false,
    isEnabled: fields.isEnabled ?? true,
    implicitEvents: fields.implicitEvents ?? false,
    includeEmails: fields.includeEmails ?? true,
    labels: fields.labels ?? [],
    sourceIntegrationId: fields.sourceIntegrationId ?? null,
    createdAt: now,
  };
  try {
    await insertWebhook(tx, webhook, deps.secrets);
    return { ok: true, webhook };
  } catch (err) {
    if (uniqueViolation(err) === null) throw err;
    return { ok: false, reason: 'name_taken' };
  }
}
