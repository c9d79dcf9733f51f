import { Type } from 'typebox';
import {
  HTTP_METHODS,
  type HttpMethod,
  isUnhealthy,
  TRIGGERS,
  type TriggerType,
  type Webhook,
  type WebhookHealth,
} from '../../../webhooks/index.ts';
import { refusal } from '../conventions/api-error.ts';
import { boolean, custom, type Field, Invalid, idList, nullable, pythonType, text } from '../conventions/fields.ts';
import { teamField } from '../conventions/team-field.ts';
import { apiTime, apiTimeOrNull } from '../conventions/times.ts';
import { LabelsSchema, labelsField, presentLabels, staticValueError } from '../integrations/labels-field.ts';

/** What stands for a secret in answers; sent back on an update it keeps what is stored. */
export const PLACEHOLDER = '*'.repeat(16);

const TRIGGER_NAMES = Object.values(TRIGGERS);
/** Those that the text of an error names, which clients match on. */
const CLASSIC_TRIGGERS = TRIGGER_NAMES.filter((name) => name !== 'resolution note added' && !name.startsWith('incident '));
const quoted = (words: readonly string[]): string => `[${words.map((word) => `'${word}'`).join(', ')}]`;

const method: Field<HttpMethod> = custom(Type.Union(HTTP_METHODS.map((known) => Type.Literal(known))), (raw) => {
  if (raw === null) throw new Invalid(['This field may not be null.']);
  const found = HTTP_METHODS.find((known) => known === raw);
  if (found === undefined) throw new Invalid([`Must be one of ${quoted(HTTP_METHODS)}`]);
  return found;
});

export const triggerField: Field<TriggerType> = custom(Type.Union(TRIGGER_NAMES.map((name) => Type.Literal(name))), (raw) => {
  if (raw === null) throw new Invalid(['This field may not be null.']);
  const found = Object.entries(TRIGGERS).find(([, name]) => name === raw);
  if (found === undefined) throw refusal(`trigger_type must one of ${quoted(CLASSIC_TRIGGERS)}`, 'invalid_trigger_type');
  return Number(found[0]) as TriggerType;
});

/** Ids of integrations; what is no id at all is none either, and must not widen the filter to all of them. */
const integrationFilter: Field<readonly string[]> = custom(Type.Array(Type.String()), (raw) => {
  if (!Array.isArray(raw)) throw new Invalid([`Expected a list of items but got type "${pythonType(raw)}".`]);
  const ids = idList().read(raw);
  if (ids.length < raw.length) throw new Invalid(['Integration does not exist']);
  return ids;
});

/** `""` is stored as null. */
const emptyIsNull = (field: Field<string>): Field<string | null> => {
  const base = nullable(field);
  return custom(base.schema, (raw) => base.read(raw) || null);
};

/** A template: its syntax is checked, in the words `Template Error: …`. */
const template = (syntaxError: (source: string) => string | null, options: { blank: boolean }): Field<string> =>
  custom(Type.String(), (raw) => {
    const source = text({ blank: options.blank }).read(raw);
    const wrong = syntaxError(source);
    if (wrong !== null) throw new Invalid([`Template Error: ${wrong}`]);
    return source;
  });

const PRESETS_ELSEWHERE = ['incident_webhook', 'grafana_sift', 'grafana_assistant'];
const preset: Field<string | null> = custom(Type.Union([Type.String(), Type.Null()]), (raw) => {
  if (raw === null || raw === '') return null;
  if (raw === 'advanced_webhook' || raw === 'simple_webhook') return raw;
  if (PRESETS_ELSEWHERE.some((known) => known === raw)) throw new Invalid(['Preset is not available on this server']);
  throw new Invalid(['Unknown preset']);
});

/** Fields of `webhooks` (http-api-alerting.md 2.9). */
export const webhookFields = (syntaxError: (source: string) => string | null) => ({
  name: text({ max: 100 }),
  url: template(syntaxError, { blank: false }),
  http_method: method,
  trigger_type: triggerField,
  team: teamField,
  data: emptyIsNull(template(syntaxError, { blank: true })),
  headers: emptyIsNull(template(syntaxError, { blank: true })),
  trigger_template: emptyIsNull(template(syntaxError, { blank: true })),
  username: nullable(text({ max: 100, blank: true })),
  password: nullable(text({ max: 1000, blank: true, keepSpace: true })),
  authorization_header: nullable(text({ max: 2000, blank: true, keepSpace: true })),
  forward_all: boolean(),
  is_webhook_enabled: nullable(boolean()),
  integration_filter: nullable(integrationFilter),
  preset,
  signing_secret: nullable(text({ max: 1000, blank: true, keepSpace: true })),
  implicit_events: boolean(),
  include_emails: boolean(),
  labels: labelsField(staticValueError),
  id: custom<string | null>(
    Type.String({ description: 'On creation: the webhook that secrets given as sixteen asterisks are copied from.' }),
    (raw) => (typeof raw === 'string' && !raw.includes('\0') ? raw : null),
  ),
});

/** Fields of the deprecated `actions` (http-api-alerting.md 2.10): the same with older names, and no preset. */
export const actionFields = (syntaxError: (source: string) => string | null) => {
  const { team, username, forward_all, preset: _preset, ...others } = webhookFields(syntaxError);
  return { ...others, team_id: team, user: username, forward_whole_payload: forward_all };
};

/** Key that `actions` has for the team. */
export const ACTION_TEAM_KEY = 'team_id';

/** Fields that the simple preset sets itself, by the names of `webhooks` and of `actions` (http-api-alerting.md 2.9). */
export const SIMPLE_CONTROLS = [
  'trigger_type',
  'http_method',
  'integration_filter',
  'headers',
  'password',
  'authorization_header',
  'trigger_template',
  'data',
] as const;

/** What a preset sets whatever was sent. */
export const presetValues = (
  name: string | null,
): Partial<Omit<Webhook, 'url' | 'name' | 'createdAt' | 'id' | 'organizationId' | 'isLegacy'>> =>
  name === 'simple_webhook'
    ? {
        trigger: 0,
        method: 'POST',
        forwardAll: true,
        integrationIds: [],
        headers: null,
        username: null,
        password: null,
        authorizationHeader: null,
        signingSecret: null,
        triggerTemplate: null,
        data: null,
      }
    : {};

const TextOrNull = Type.Union([Type.String(), Type.Null()]);

const HealthSchema = Type.Object({
  last_call_at: Type.String({ format: 'date-time' }),
  last_status_code: Type.Union([Type.Integer(), Type.Null()]),
  last_error: TextOrNull,
  failures_in_row: Type.Integer(),
  failing_since: TextOrNull,
  is_unhealthy: Type.Boolean({ description: 'Fifty failures in a row over a day.' }),
});

export const WebhookSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  is_webhook_enabled: Type.Boolean(),
  team: TextOrNull,
  data: TextOrNull,
  username: TextOrNull,
  password: TextOrNull,
  authorization_header: TextOrNull,
  trigger_template: TextOrNull,
  headers: TextOrNull,
  url: TextOrNull,
  forward_all: Type.Boolean(),
  http_method: Type.String(),
  trigger_type: Type.String(),
  integration_filter: Type.Union([Type.Array(Type.String()), Type.Null()]),
  preset: TextOrNull,
  schedule_filter: Type.Null(),
  signing_secret: TextOrNull,
  implicit_events: Type.Boolean({ description: 'Of "status change": also what other actions undo, time-outs and wipes.' }),
  include_emails: Type.Boolean({ description: 'Whether requests tell the e-mail addresses of people.' }),
  labels: LabelsSchema,
  health: Type.Union([HealthSchema, Type.Null()]),
});

/** Schema of `actions`. */
export const ActionSchema = (() => {
  const { team, username, forward_all, preset: _preset, schedule_filter: _filter, ...others } = WebhookSchema.properties;
  return Type.Object({ ...others, team_id: team, user: username, forward_whole_payload: forward_all });
})();

const presentHealth = (health: WebhookHealth | undefined, now: Date) =>
  health === undefined
    ? null
    : {
        last_call_at: apiTime(health.lastAt),
        last_status_code: health.lastStatusCode,
        last_error: health.lastError,
        failures_in_row: health.failuresInRow,
        failing_since: apiTimeOrNull(health.failingSince),
        is_unhealthy: isUnhealthy(health, now),
      };

export const presentWebhook = (webhook: Webhook, health: WebhookHealth | undefined, now: Date): Record<string, unknown> => ({
  id: webhook.id,
  name: webhook.name,
  is_webhook_enabled: webhook.isEnabled,
  team: webhook.teamId,
  data: webhook.data,
  username: webhook.username,
  password: webhook.password === null ? null : PLACEHOLDER,
  authorization_header: webhook.authorizationHeader === null ? null : PLACEHOLDER,
  trigger_template: webhook.triggerTemplate,
  headers: webhook.headers,
  url: webhook.url,
  forward_all: webhook.forwardAll,
  http_method: webhook.method,
  trigger_type: TRIGGERS[webhook.trigger],
  integration_filter: webhook.integrationIds.length === 0 ? null : webhook.integrationIds,
  preset: webhook.preset,
  schedule_filter: null,
  signing_secret: webhook.signingSecret === null ? null : PLACEHOLDER,
  implicit_events: webhook.implicitEvents,
  include_emails: webhook.includeEmails,
  labels: presentLabels(webhook.labels),
  health: presentHealth(health, now),
});

/** As `actions` shows it. */
export function presentAction(webhook: Webhook, health: WebhookHealth | undefined, now: Date): Record<string, unknown> {
  const {
    team,
    username,
    forward_all,
    preset: _preset,
    schedule_filter: _filter,
    ...others
  } = presentWebhook(webhook, health, now);
  return { ...others, team_id: team, user: username, forward_whole_payload: forward_all };
}
