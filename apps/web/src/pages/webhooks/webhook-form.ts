import type { Webhook } from '../../api/index.ts';
import { type LabelPair, labelsOf, pairsOf } from '../../features/labels/label-pairs.ts';

export const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const;
/** Requests with these methods have no body. */
export const hasBody = (method: string): boolean => method === 'POST' || method === 'PUT' || method === 'PATCH';

/** undefined keeps what is stored. */
export type Secret = string | undefined;

/** What the form holds, as texts. */
export type WebhookForm = {
  preset: 'simple_webhook' | 'advanced_webhook';
  name: string;
  teamId: string;
  isEnabled: boolean;
  url: string;
  trigger: string;
  method: string;
  integrationIds: readonly string[];
  triggerTemplate: string;
  headers: string;
  forwardAll: boolean;
  data: string;
  username: string;
  password: Secret;
  authorizationHeader: Secret;
  signingSecret: Secret;
  labels: readonly LabelPair[];
};

const kept = (stored: string | null | undefined): Secret => (stored == null ? '' : undefined);

/** Webhooks that were made without a preset have all fields. */
export const formOf = (webhook: Webhook | null): WebhookForm => ({
  preset: webhook === null || webhook.preset === 'simple_webhook' ? 'simple_webhook' : 'advanced_webhook',
  name: webhook?.name ?? '',
  teamId: webhook?.team ?? '',
  isEnabled: webhook?.is_webhook_enabled ?? true,
  url: webhook?.url ?? '',
  trigger: webhook?.trigger_type ?? 'escalation',
  method: webhook?.http_method ?? 'POST',
  integrationIds: webhook?.integration_filter ?? [],
  triggerTemplate: webhook?.trigger_template ?? '',
  headers: webhook?.headers ?? '',
  forwardAll: webhook?.forward_all ?? true,
  data: webhook?.data ?? '',
  username: webhook?.username ?? '',
  password: kept(webhook?.password),
  authorizationHeader: kept(webhook?.authorization_header),
  signingSecret: kept(webhook?.signing_secret),
  labels: pairsOf(webhook?.labels ?? []),
});

const orNull = (text: string): string | null => (text === '' ? null : text);
const secretOf = (name: string, secret: Secret) => (secret === undefined ? {} : { [name]: orNull(secret) });

/** The body of `POST /webhooks` and, without the preset, of `PUT /webhooks/{id}`. The simple preset sets the other fields itself. */
export function bodyOf(form: WebhookForm): Record<string, unknown> {
  const common = {
    name: form.name.trim(),
    team: orNull(form.teamId),
    is_webhook_enabled: form.isEnabled,
    url: form.url.trim(),
    labels: labelsOf(form.labels),
  };
  if (form.preset === 'simple_webhook') return { ...common, trigger_type: 'escalation', http_method: 'POST' };
  return {
    ...common,
    trigger_type: form.trigger,
    http_method: form.method,
    integration_filter: form.integrationIds,
    trigger_template: orNull(form.triggerTemplate),
    headers: orNull(form.headers),
    forward_all: form.forwardAll,
    data: orNull(form.data),
    username: orNull(form.username),
    ...secretOf('password', form.password),
    ...secretOf('authorization_header', form.authorizationHeader),
    ...secretOf('signing_secret', form.signingSecret),
  };
}

/** A new webhook that does the same; secrets cannot be read, so they stay behind. */
export const copyOf = (webhook: Webhook): WebhookForm => ({
  ...formOf(webhook),
  name: `${webhook.name} copy`,
  password: '',
  authorizationHeader: '',
  signingSecret: '',
});
