import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { viewerOf } from '../../../access/index.ts';
import { memberText } from '../../../integrations/index.ts';
import {
  contextOfNewest,
  findWebhook,
  PREVIEWED,
  previewWebhookTemplate,
  TRIGGERS,
  type TriggerType,
  type WebhookDeps,
} from '../../../webhooks/index.ts';
import { fieldErrors, notFound } from '../conventions/api-error.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { bodyObject, isObject } from '../conventions/fields.ts';
import { API_BODY_LIMIT } from '../conventions/request-bodies.ts';
import { type ApiDeps, errorResponses, sendJson } from '../conventions/resource.ts';

const PreviewSchema = Type.Object({
  preview: Type.Union([Type.String(), Type.Null()], { description: 'The result, or the text of the error.' }),
  is_truthy: Type.Optional(Type.Boolean({ description: 'Of trigger templates: whether the webhook is called.' })),
  warnings: Type.Optional(Type.Array(Type.String(), { description: 'What works, and probably not as meant.' })),
});
const PresetSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  logo: Type.String(),
  description: Type.String(),
  controlled_fields: Type.Array(Type.String()),
});

/** Source: outgoing-webhooks.md 2. */
const TRIGGER_LABELS: Readonly<Record<`${TriggerType}`, string>> = {
  0: 'Manual or escalation step',
  1: 'Alert Group Created',
  2: 'Acknowledged',
  3: 'Resolved',
  4: 'Silenced',
  5: 'Unsilenced',
  6: 'Unresolved',
  7: 'Unacknowledged',
  8: 'Status change',
  9: 'Personal notification',
  10: 'Resolution note added',
  11: 'Incident declared',
  12: 'Incident changed',
  13: 'Incident resolved',
};

const PRESETS = [
  {
    id: 'simple_webhook',
    name: 'Simple',
    logo: 'webhook',
    description: 'Posts everything that is known of an alert group to a URL, from an escalation step or by hand.',
    controlled_fields: [
      'trigger_type',
      'http_method',
      'integration_filter',
      'headers',
      'username',
      'password',
      'authorization_header',
      'trigger_template',
      'forward_all',
      'data',
    ],
  },
  {
    id: 'advanced_webhook',
    name: 'Advanced',
    logo: 'webhook',
    description: 'Any trigger, method, headers and body, by templates.',
    controlled_fields: [],
  },
];

const FilterSchema = named(
  'WebhookListFilter',
  Type.Object({
    name: Type.String({ description: 'The parameter of the list.' }),
    type: Type.Union(['search', 'team_select', 'options', 'labels'].map((type) => Type.Literal(type))),
    href: Type.Optional(Type.String({ description: 'Where its values are listed.' })),
    options: Type.Optional(Type.Array(Type.Object({ value: Type.String(), display_name: Type.String() }))),
  }),
);

const LIST_FILTERS = [
  { name: 'search', type: 'search' },
  { name: 'team', type: 'team_select', href: '/api/v1/teams/' },
  {
    name: 'trigger_type',
    type: 'options',
    options: Object.entries(TRIGGERS).map(([number, value]) => ({
      value,
      display_name: TRIGGER_LABELS[number as `${TriggerType}`],
    })),
  },
  { name: 'integration', type: 'options', href: '/api/v1/integrations/' },
  { name: 'label', type: 'labels', href: '/api/v1/labels/keys' },
];

/** What a form for webhooks needs: presets, and templates tried out (outgoing-webhooks.md 12, 16.2). */
export function registerWebhookPreviews(
  app: FastifyInstance,
  { db, webhooks: deps, alertBodyLimit }: ApiDeps & { webhooks: WebhookDeps; alertBodyLimit: number },
): void {
  const tags = ['webhooks'];
  app.get(
    '/webhooks/preset_options',
    {
      config: { permission: 'outgoing-webhooks:read' },
      schema: {
        operationId: 'listWebhookPresets',
        summary: 'Lists the presets of webhooks, with the fields that each sets itself',
        tags,
        response: { 200: Type.Array(PresetSchema), ...errorResponses },
      },
    },
    async (_request, reply) => sendJson(reply, 200, JSON.stringify(PRESETS)),
  );
  app.get(
    '/webhooks/filters',
    {
      config: { permission: 'outgoing-webhooks:read' },
      schema: {
        operationId: 'listWebhookFilters',
        summary: 'Lists what the list of webhooks can be narrowed by',
        tags,
        response: { 200: Type.Array(FilterSchema), ...errorResponses },
      },
    },
    async (_request, reply) => sendJson(reply, 200, JSON.stringify(LIST_FILTERS)),
  );
  app.post(
    '/webhooks/:id/preview_template',
    {
      config: { permission: 'outgoing-webhooks:write' },
      bodyLimit: API_BODY_LIMIT + alertBodyLimit,
      schema: {
        operationId: 'previewWebhookTemplate',
        summary: 'Renders a template of a webhook, or of a `new` one, as it would be sent',
        tags,
        params: Type.Object({ id: Type.String() }),
        body: Type.Object({
          template_name: Type.String({ examples: [...PREVIEWED] }),
          template_body: Type.String(),
          payload: Type.Optional(
            Type.Unknown({ description: 'What templates see: an object or its JSON text. Left out: of the newest alert group.' }),
          ),
        }),
        response: { 200: PreviewSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { org, userId } = caller;
      const { id } = request.params as { id: string };
      const webhook = id === 'new' ? null : await findWebhook(db, org, id, deps.secrets);
      if (webhook === null && id !== 'new') throw notFound();
      const body = bodyObject(request.body);
      const { template_body: source, template_name: wanted, payload } = body;
      const answer = (text: string | null, more: object = {}) => sendJson(reply, 200, JSON.stringify({ preview: text, ...more }));
      if (typeof source !== 'string' || source === '' || typeof wanted !== 'string' || wanted === '') return answer(null);
      const name = PREVIEWED.find((known) => known === wanted);
      if (name === undefined) throw fieldErrors({ template_name: 'Unknown template name' });
      const context =
        payload === undefined
          ? await contextOfNewest(deps, org, webhook, userId, viewerOf(caller))
          : readPayload(payload, request.bodyText);
      if (context === null) return answer(source);
      const { text, fires, warnings } = await previewWebhookTemplate(deps, org, name, source, context);
      return answer(text, {
        ...(fires === undefined ? {} : { is_truthy: fires }),
        ...(warnings.length === 0 ? {} : { warnings }),
      });
    },
  );
}

/** What was pasted, by name as JSON text; null when it is empty. */
function readPayload(payload: unknown, bodyText: string): ReadonlyMap<string, string> | null {
  const [value, text] = typeof payload === 'string' ? parsed(payload) : [payload, memberText(bodyText, 'payload') ?? '{}'];
  if (!isObject(value)) {
    if (!value) return null;
    throw fieldErrors({ payload: 'Could not parse json' });
  }
  const names = Object.keys(value);
  return names.length === 0 ? null : new Map(names.map((name) => [name, memberText(text, name) ?? 'null']));
}

function parsed(text: string): [unknown, string] {
  if (text.trim() === '') return [null, ''];
  try {
    return [JSON.parse(text), text];
  } catch {
    throw fieldErrors({ payload: 'Could not parse json' });
  }
}
