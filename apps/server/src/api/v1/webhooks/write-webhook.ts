import { sql } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import type { Tx } from '../../../platform/db/database.ts';
import type { SecretBox } from '../../../platform/secrets.ts';
import { createWebhook, findWebhook, saveWebhook, type Webhook } from '../../../webhooks/index.ts';
import { conflictOfFields, fieldErrors } from '../conventions/api-error.ts';
import type { Caller } from '../conventions/caller.ts';
import type { BodyOf } from '../conventions/fields.ts';
import { checkTeam } from '../conventions/team-field.ts';
import { checkVisible } from '../conventions/visibility.ts';
import { PLACEHOLDER, presetValues, type webhookFields } from './webhook-fields.ts';

export interface WebhooksDeps {
  readonly clock: Clock;
  readonly secrets: SecretBox;
  readonly syntaxError: (source: string) => string | null;
}

export type WebhookFields = ReturnType<typeof webhookFields>;
export type WebhookBody = BodyOf<WebhookFields>;

export const NAME_TAKEN = conflictOfFields('The fields name, organization must make a unique set.');

const SECRETS = { password: 'password', authorization_header: 'authorizationHeader', signing_secret: 'signingSecret' } as const;
type SecretKey = keyof typeof SECRETS;

export async function addWebhook(
  tx: Tx,
  { clock, secrets, syntaxError }: WebhooksDeps,
  caller: Caller,
  body: WebhookBody & Required<Pick<WebhookBody, 'name' | 'url' | 'http_method' | 'trigger_type'>>,
  teamKey = 'team',
): Promise<Webhook> {
  await checkReferences(tx, caller, body, teamKey);
  const source = body.id == null ? null : await copiedWebhook(tx, secrets, caller, body.id);
  const secret = (key: SecretKey): string | null => {
    if (body[key] !== PLACEHOLDER) return body[key] || null;
    if (source === null) throw fieldErrors({ [key]: ['This field may not be a placeholder.'] });
    return source[SECRETS[key]];
  };
  const preset = body.preset ?? null;
  const made = await createWebhook(
    tx,
    { secrets, syntaxError },
    caller.org,
    {
      name: body.name,
      url: body.url,
      trigger: body.trigger_type,
      method: body.http_method,
      teamId: body.team ?? null,
      userId: caller.userId,
      integrationIds: body.integration_filter ?? [],
      headers: body.headers ?? null,
      data: body.data ?? null,
      forwardAll: body.forward_all ?? true,
      triggerTemplate: body.trigger_template ?? null,
      username: body.username ?? null,
      password: secret('password'),
      authorizationHeader: secret('authorization_header'),
      signingSecret: secret('signing_secret'),
      isEnabled: body.is_webhook_enabled ?? true,
      implicitEvents: body.implicit_events ?? false,
      includeEmails: body.include_emails ?? true,
      labels: body.labels ?? [],
      preset,
      ...presetValues(preset),
    },
    clock.now(),
  );
  if (made.ok) return made.webhook;
  if (made.reason === 'name_taken') throw NAME_TAKEN;
  throw new Error(`a webhook that passed its checks was refused: ${made.reason}`);
}

/** The webhook whose secrets a copy takes over: one that the caller sees. */
async function copiedWebhook(tx: Tx, secrets: SecretBox, caller: Caller, id: string): Promise<Webhook | null> {
  const webhook = await findWebhook(tx, caller.org, id, secrets);
  if (webhook === null || webhook.sourceIntegrationId !== null) return null;
  await checkVisible(tx, caller, 'webhooks', id);
  return webhook;
}

export async function changeWebhook(
  tx: Tx,
  { secrets }: WebhooksDeps,
  caller: Caller,
  webhook: Webhook,
  body: WebhookBody,
  teamKey = 'team',
): Promise<Webhook> {
  await checkReferences(tx, caller, body, teamKey);
  if (body.is_webhook_enabled === null) throw fieldErrors({ is_webhook_enabled: ['This field may not be null.'] });
  if (body.preset != null && webhook.preset !== null && body.preset !== webhook.preset)
    throw fieldErrors({ preset: ['This field once set cannot be modified.'] });
  const given = <T>(value: T | undefined, kept: T): T => (value === undefined ? kept : value);
  const secret = (key: SecretKey): string | null => {
    const value = body[key];
    return value === undefined || value === PLACEHOLDER ? webhook[SECRETS[key]] : value || null;
  };
  const preset = body.preset ?? webhook.preset;
  const changed: Webhook = {
    ...webhook,
    name: given(body.name, webhook.name),
    url: given<string | null>(body.url, webhook.url),
    method: given(body.http_method, webhook.method),
    trigger: given(body.trigger_type, webhook.trigger),
    teamId: given(body.team, webhook.teamId),
    data: given(body.data, webhook.data),
    headers: given(body.headers, webhook.headers),
    triggerTemplate: given(body.trigger_template, webhook.triggerTemplate),
    username: given(body.username, webhook.username),
    password: secret('password'),
    authorizationHeader: secret('authorization_header'),
    signingSecret: secret('signing_secret'),
    forwardAll: given(body.forward_all, webhook.forwardAll),
    isEnabled: given(body.is_webhook_enabled, webhook.isEnabled),
    implicitEvents: given(body.implicit_events, webhook.implicitEvents),
    includeEmails: given(body.include_emails, webhook.includeEmails),
    labels: given(body.labels, webhook.labels) ?? [],
    integrationIds: body.integration_filter === undefined ? webhook.integrationIds : (body.integration_filter ?? []),
    preset,
    ...presetValues(preset),
  };
  await saveWebhook(tx, changed, secrets);
  return changed;
}

async function checkReferences(tx: Tx, caller: Caller, body: WebhookBody, teamKey: string): Promise<void> {
  await checkTeam(tx, caller, body.team, teamKey);
  const ids = [...new Set(body.integration_filter ?? [])];
  if (ids.length === 0) return;
  const { rows } = await sql`
    select id from integration where organization_id = ${caller.org} and deleted_at is null and id = any(${ids}::text[])`.execute(
    tx,
  );
  if (rows.length < ids.length) throw fieldErrors({ integration_filter: ['Integration does not exist'] });
}
