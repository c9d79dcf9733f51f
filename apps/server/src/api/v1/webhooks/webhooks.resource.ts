import { type TSchema, Type } from 'typebox';
import { visibleTo } from '../../../access/index.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import {
  deleteWebhook,
  findWebhook,
  listWebhooks,
  loadHealth,
  TRIGGERS,
  type TriggerType,
  type Webhook,
  type WebhookFilter,
  type WebhookHealth,
} from '../../../webhooks/index.ts';
import { readLabels } from '../alert-groups/group-filters.ts';
import type { Caller } from '../conventions/caller.ts';
import type { BodyOf } from '../conventions/fields.ts';
import { repeated, single } from '../conventions/pagination.ts';
import type { Resource } from '../conventions/resource.ts';
import { readTeamFilter } from '../conventions/team-field.ts';
import {
  ACTION_TEAM_KEY,
  ActionSchema,
  actionFields,
  presentAction,
  presentWebhook,
  SIMPLE_CONTROLS,
  WebhookSchema,
  webhookFields,
} from './webhook-fields.ts';
import {
  addWebhook,
  changeWebhook,
  NAME_TAKEN,
  type WebhookBody,
  type WebhookFields,
  type WebhooksDeps,
} from './write-webhook.ts';

type Query = Readonly<Record<string, unknown>>;
type Present = (webhook: Webhook, health: WebhookHealth | undefined, now: Date) => Record<string, unknown>;

const FILTERS: Readonly<Record<string, TSchema>> = {
  name: Type.Optional(Type.String()),
  team_id: Type.Optional(Type.String()),
};

async function readFilter(db: Db, caller: Caller, query: Query): Promise<WebhookFilter> {
  const name = single(query.name) || undefined;
  const teamId = await readTeamFilter(db, caller, query);
  const search = single(query.search)?.trim() || undefined;
  const integrationIds = repeated(query.integration);
  const triggers = repeated(query.trigger_type);
  const teams = repeated(query.team).filter((team) => team !== '');
  const labels = readLabels(query.label);
  return {
    ...(name === undefined ? {} : { name }),
    ...(teamId === undefined ? {} : { teamId }),
    ...(teams.length === 0 ? {} : { teamIds: teams.map((team) => (team === 'null' ? null : team)) }),
    ...(labels === null ? {} : { labels }),
    ...(search === undefined ? {} : { search }),
    ...(integrationIds.length === 0 ? {} : { integrationIds }),
    ...(triggers.length === 0 ? {} : { triggers: triggers.flatMap(triggersNamed) }),
    ...visibleTo(caller),
  };
}

/** Triggers by public name or internal number; an unknown word names none. */
const triggersNamed = (word: string): TriggerType[] =>
  Object.entries(TRIGGERS).flatMap(([number, name]) => (word === name || word === number ? [Number(number) as TriggerType] : []));

async function presentAll(db: Db | Tx, deps: WebhooksDeps, caller: Caller, rows: readonly Webhook[], present: Present) {
  const health = await loadHealth(
    db,
    caller.org,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => present(row, health.get(row.id), deps.clock.now()));
}

/** Outgoing webhooks (http-api-alerting.md 2.9, outgoing-webhooks.md 17). Those of two-way integrations are not here. */
export const webhooksResource = (deps: WebhooksDeps): Resource<Webhook, WebhookFields, 'name' | 'url'> => ({
  path: 'webhooks',
  name: 'webhook',
  auditType: 'outgoing_webhook',
  read: 'outgoing-webhooks:read',
  write: 'outgoing-webhooks:write',
  pageSize: 50,
  item: WebhookSchema,
  filters: {
    ...FILTERS,
    search: Type.Optional(Type.String({ description: 'Part of the name, or an id.' })),
    team: Type.Optional(Type.Array(Type.String(), { description: 'Ids of teams, or `null`; may be repeated.' })),
    label: Type.Optional(Type.Array(Type.String(), { description: '`key:value`; may be repeated.' })),
    trigger_type: Type.Optional(Type.Array(Type.String(), { description: 'Names of triggers; may be repeated.' })),
    integration: Type.Optional(
      Type.Array(Type.String(), { description: 'Called for one of these integrations; may be repeated.' }),
    ),
  },
  fields: webhookFields(deps.syntaxError),
  required: { create: ['name', 'url'] },
  alsoRequired: ({ preset }) => (preset === 'simple_webhook' ? [] : ['http_method', 'trigger_type']),
  ignored: ({ preset }, stored) =>
    (preset || stored?.preset) === 'simple_webhook' ? [...SIMPLE_CONTROLS, 'username', 'forward_all'] : [],
  uniques: { webhook_organization_id_name_key: NAME_TAKEN },
  async list(db, caller, query, window) {
    return listWebhooks(db, caller.org, { ...(await readFilter(db, caller, query)), ordinary: true }, window, deps.secrets);
  },
  async get(db, caller, id) {
    const webhook = await findWebhook(db, caller.org, id, deps.secrets);
    return webhook?.sourceIntegrationId === null ? webhook : null;
  },
  present: (db, caller, rows) => presentAll(db, deps, caller, rows, presentWebhook),
  create: (tx, caller, { http_method = 'POST', trigger_type = 0, ...others }) =>
    addWebhook(tx, deps, caller, { ...others, http_method, trigger_type }),
  update: (tx, caller, webhook, body) => changeWebhook(tx, deps, caller, webhook, body),
  remove: (tx, caller, webhook) => deleteWebhook(tx, caller.org, webhook, deps.clock.now()),
});

type ActionFields = ReturnType<typeof actionFields>;

/** A body of `actions` in the words of `webhooks`. */
function asWebhook(body: BodyOf<ActionFields>): WebhookBody {
  const { team_id, user, forward_whole_payload, ...others } = body;
  return {
    ...others,
    ...(team_id === undefined ? {} : { team: team_id }),
    ...(user === undefined ? {} : { username: user }),
    ...(forward_whole_payload === undefined ? {} : { forward_all: forward_whole_payload }),
  };
}

/** The deprecated name of webhooks (http-api-alerting.md 2.10): same objects, older keys, tokens of people only. */
export const actionsResource = (deps: WebhooksDeps): Resource<Webhook, ActionFields, 'name' | 'url'> => ({
  path: 'actions',
  name: 'action',
  auditType: 'outgoing_webhook',
  read: 'outgoing-webhooks:read',
  write: 'outgoing-webhooks:write',
  usersOnly: true,
  pageSize: 50,
  item: ActionSchema,
  filters: FILTERS,
  fields: actionFields(deps.syntaxError),
  required: { create: ['name', 'url'] },
  ignored: (_body, stored) => (stored?.preset === 'simple_webhook' ? [...SIMPLE_CONTROLS, 'user', 'forward_whole_payload'] : []),
  uniques: { webhook_organization_id_name_key: NAME_TAKEN },
  async list(db, caller, query, window) {
    return listWebhooks(db, caller.org, await readFilter(db, caller, query), window, deps.secrets);
  },
  get: (db, caller, id) => findWebhook(db, caller.org, id, deps.secrets),
  present: (db, caller, rows) => presentAll(db, deps, caller, rows, presentAction),
  create: (tx, caller, body) => {
    const { http_method = 'POST', trigger_type = 0, ...others } = asWebhook(body);
    return addWebhook(
      tx,
      deps,
      caller,
      { ...others, name: body.name, url: body.url, http_method, trigger_type },
      ACTION_TEAM_KEY,
    );
  },
  update: (tx, caller, webhook, body) => changeWebhook(tx, deps, caller, webhook, asWebhook(body), ACTION_TEAM_KEY),
  remove: (tx, caller, webhook) => deleteWebhook(tx, caller.org, webhook, deps.clock.now()),
});
