import { Type } from 'typebox';
import { readOrganizationSettings, visibleTo } from '../../../access/index.ts';
import type { AlertGroupHooks } from '../../../alerting/index.ts';
import { findChain } from '../../../escalation/index.ts';
import {
  createIntegration,
  defaultRoutes,
  deleteIntegration,
  findIntegration,
  heartbeatsOf,
  type Integration,
  type IntegrationHeartbeat,
  integrationTypeOf,
  listIntegrations,
  type Route,
  stopMaintenance,
  updateHeartbeat,
  updateIntegration,
  updateRoute,
} from '../../../integrations/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { actorOf } from '../conventions/actor.ts';
import { refusal } from '../conventions/api-error.ts';
import type { Caller } from '../conventions/caller.ts';
import { type BodyOf, missingReference, readBody, reference } from '../conventions/fields.ts';
import { repeated, single } from '../conventions/pagination.ts';
import type { Resource } from '../conventions/resource.ts';
import { checkTeam, readTeamFilter } from '../conventions/team-field.ts';
import { apiSeconds, apiTime, apiTimeOrNull } from '../conventions/times.ts';
import { DIRECT_PAGING, IntegrationSchema, integrationFields } from './integration-fields.ts';
import { presentLabels } from './labels-field.ts';
import { mergeMessengers, messengerFields, presentMessengers } from './messengers-field.ts';
import { presentTemplates } from './templates-field.ts';

const DEFAULT_HEARTBEAT_SECONDS = 600;
const NAME_TAKEN = 'An integration with this name already exists for this team';
const ONE_DIRECT_PAGING = refusal('Direct paging integration already exists for this team', 'direct_paging_exists');

type Fields = ReturnType<typeof integrationFields>;

export interface IntegrationsDeps {
  readonly clock: Clock;
  readonly hooks: AlertGroupHooks;
  readonly baseUrl: string;
  readonly inboundEmailDomain: string | null;
  readonly syntaxError: (source: string) => string | null;
}

export function integrationsResource({
  clock,
  hooks,
  baseUrl,
  inboundEmailDomain,
  syntaxError,
}: IntegrationsDeps): Resource<Integration, Fields, 'type'> {
  const present = presenter(baseUrl, inboundEmailDomain ?? new URL(baseUrl).hostname, clock);
  return {
    path: 'integrations',
    name: 'integration',
    read: 'integrations:read',
    write: 'integrations:write',
    pageSize: 50,
    item: IntegrationSchema,
    filters: {
      name: Type.Optional(Type.String()),
      team_id: Type.Optional(Type.String()),
      search: Type.Optional(Type.String({ description: 'Part of the name.' })),
      type: Type.Optional(Type.String()),
      label: Type.Optional(
        Type.Array(Type.String(), { description: '`key:value` of a fixed label; all of them must be there.' }),
      ),
      in_maintenance: Type.Optional(Type.Boolean()),
    },
    fields: integrationFields(syntaxError),
    required: { create: ['type'] },
    createOnly: ['type'],
    uniques: { integration_direct_paging: ONE_DIRECT_PAGING },
    async list(db, caller, query, window) {
      const name = single(query.name);
      const [search, type, maintenance] = [query.search, query.type, query.in_maintenance].map(single);
      const labels = repeated(query.label).map(readPair);
      const teamId = await readTeamFilter(db, caller, query);
      return listIntegrations(
        db,
        caller.org,
        {
          ...(name === undefined ? {} : { name }),
          ...(teamId === undefined ? {} : { teamId }),
          ...(search === undefined || search === '' ? {} : { search }),
          ...(type === undefined || type === '' ? {} : { type }),
          ...(labels.length === 0 ? {} : { labels }),
          ...(maintenance === 'true' || maintenance === 'false' ? { inMaintenance: maintenance === 'true' } : {}),
          ...visibleTo(caller),
        },
        window,
      );
    },
    get: (db, caller, id) => findIntegration(db, caller.org, id),
    present,
    async create(tx, caller, body) {
      const type = integrationTypeOf(body.type);
      if (type.slug === DIRECT_PAGING && !(await isDirectPagingManual(tx, caller)))
        throw refusal("Direct paging integrations can't be created", 'direct_paging');
      await checkTeam(tx, caller, body.team_id);
      const route = await readDefaultRoute(tx, caller, body.default_route ?? {});
      const made = await createIntegration(
        tx,
        caller.org,
        {
          type: type.slug,
          title: type.title,
          hasHeartbeat: type.hasHeartbeat,
          name: body.name ?? null,
          descriptionShort: body.description_short ?? null,
          teamId: body.team_id ?? null,
          authorId: caller.userId,
          templates: body.templates?.({}) ?? {},
          groupingScope: body.grouping_scope ?? null,
          allowSourceBasedResolving: body.allow_source_based_resolving ?? true,
          labels: body.labels ?? [],
          dynamicLabels: newDynamicLabels(type.slug, caller, body),
          labelsNotInherited: notInherited([], body),
          multiLabelTemplate: body.alert_group_labels?.template ?? null,
          acknowledgeHosts: body.acknowledge_hosts ?? [],
          defaultRoute: { escalationChainId: route.escalationChainId ?? null, messengers: mergeMessengers({}, route.messengers) },
        },
        clock.now(),
      );
      if (!made.ok) throw refusal(NAME_TAKEN, 'name_taken');
      await setHeartbeat(tx, caller, made.integration.id, body.heartbeat);
      return made.integration;
    },
    async update(tx, caller, stored, body) {
      await checkTeam(tx, caller, body.team_id);
      if (body.default_route !== undefined) await updateDefaultRoute(tx, caller, stored.id, body.default_route);
      const changed = await updateIntegration(
        tx,
        caller.org,
        stored.id,
        {
          ...(body.name === undefined ? {} : { name: body.name }),
          ...(body.description_short === undefined ? {} : { descriptionShort: body.description_short }),
          ...(body.team_id === undefined ? {} : { teamId: body.team_id }),
          ...(body.templates === undefined ? {} : { templates: body.templates(stored.templates) }),
          ...(body.grouping_scope === undefined ? {} : { groupingScope: body.grouping_scope }),
          ...(body.allow_source_based_resolving === undefined
            ? {}
            : { allowSourceBasedResolving: body.allow_source_based_resolving }),
          ...(body.labels === undefined || body.labels === null ? {} : { labels: body.labels }),
          ...(body.dynamic_labels === undefined || body.dynamic_labels === null
            ? {}
            : { dynamicLabels: body.dynamic_labels.map(({ key, value }) => ({ key, template: value })) }),
          labelsNotInherited: notInherited(stored.labelsNotInherited, body),
          ...(body.alert_group_labels?.template === undefined ? {} : { multiLabelTemplate: body.alert_group_labels.template }),
          ...(body.acknowledge_hosts === undefined ? {} : { acknowledgeHosts: body.acknowledge_hosts }),
        },
        clock.now(),
      );
      if (!changed.ok) throw refusal(NAME_TAKEN, 'name_taken');
      await setHeartbeat(tx, caller, stored.id, body.heartbeat);
      return changed.integration;
    },
    async remove(tx, caller, integration) {
      if (integration.type === DIRECT_PAGING && !(await isDirectPagingManual(tx, caller)))
        throw refusal("Direct paging integrations can't be deleted", 'direct_paging');
      await stopMaintenance(tx, { clock, hooks }, caller.org, integration.id, actorOf(caller));
      await deleteIntegration(tx, caller.org, integration.id, clock.now());
    },
  };
}

async function setHeartbeat(
  tx: Tx,
  caller: Caller,
  integrationId: string,
  timeoutSeconds: number | null | undefined,
): Promise<void> {
  if (typeof timeoutSeconds === 'number') await updateHeartbeat(tx, caller.org, integrationId, { timeoutSeconds });
}

/** Integrations that people make in the web UI for Grafana Alerting name their services; what a script sends is taken as it is. */
function newDynamicLabels(
  type: string,
  caller: Caller,
  { dynamic_labels: labels }: BodyOf<Fields>,
): Integration['dynamicLabels'] {
  if (labels === undefined && type === 'grafana_alerting' && caller.via === 'web')
    return [{ key: 'service_name', template: '{{ payload.commonLabels.service_name }}' }];
  return (labels ?? []).map(({ key, value }) => ({ key, template: value }));
}

function notInherited(stored: readonly string[], { alert_group_labels: change }: BodyOf<Fields>): string[] {
  const keys = new Set(stored);
  for (const [key, inherit] of change?.inherit ?? []) {
    if (inherit) keys.delete(key);
    else keys.add(key);
  }
  return [...keys];
}

/** `key:value`; the value may hold colons. */
function readPair(text: string): { key: string; value: string } {
  const at = text.indexOf(':');
  return at === -1 ? { key: text, value: '' } : { key: text.slice(0, at), value: text.slice(at + 1) };
}

/** Whether people make and delete the integrations for direct paging, in place of the server. */
const isDirectPagingManual = async (tx: Tx, caller: Caller): Promise<boolean> =>
  (await readOrganizationSettings(tx, caller.org)).manualDirectPaging;

const defaultRouteFields = { escalation_chain_id: reference({ nullable: true }), ...messengerFields };

/** Errors of the default route are reported at the top level, as clients expect. */
async function readDefaultRoute(tx: Tx, caller: Caller, raw: Readonly<Record<string, unknown>>) {
  const body = readBody(defaultRouteFields, raw) as Record<string, unknown> & { escalation_chain_id?: string | null };
  const chainId = body.escalation_chain_id;
  if (typeof chainId === 'string' && (await findChain(tx, caller.org, chainId)) === null)
    throw missingReference('escalation_chain_id');
  return { escalationChainId: chainId, messengers: body };
}

async function updateDefaultRoute(
  tx: Tx,
  caller: Caller,
  integrationId: string,
  raw: Readonly<Record<string, unknown>>,
): Promise<void> {
  const change = await readDefaultRoute(tx, caller, raw);
  const route = (await defaultRoutes(tx, caller.org, [integrationId])).get(integrationId);
  if (route === undefined) throw new Error(`integration ${integrationId} has no default route`);
  await updateRoute(
    tx,
    caller.org,
    route,
    {
      ...route,
      escalationChainId: change.escalationChainId === undefined ? route.escalationChainId : change.escalationChainId,
      messengers: mergeMessengers(route.messengers, change.messengers),
    },
    null,
  );
}

const presenter =
  (baseUrl: string, emailDomain: string, clock: Clock) =>
  async (db: Db | Tx, caller: Caller, rows: readonly Integration[]): Promise<unknown[]> => {
    const now = clock.now();
    const ids = rows.map((row) => row.id);
    const [routes, heartbeats] = await Promise.all([defaultRoutes(db, caller.org, ids), heartbeatsOf(db, caller.org, ids)]);
    return rows.map((row) => presentOne(row, routes.get(row.id), heartbeats.get(row.id), { baseUrl, emailDomain, now }));
  };

const WITHOUT_LINK = new Set(['inbound_email', 'manual', 'maintenance']);

function presentOne(
  integration: Integration,
  route: Route | undefined,
  heartbeat: IntegrationHeartbeat | undefined,
  { baseUrl, emailDomain, now }: { baseUrl: string; emailDomain: string; now: Date },
): unknown {
  if (route === undefined) throw new Error(`integration ${integration.id} has no default route`);
  const type = integrationTypeOf(integration.type);
  const shownType = integration.type.replace(/^legacy_/, '');
  const link = WITHOUT_LINK.has(integration.type) ? null : `${baseUrl}/integrations/v1/${shownType}/${integration.token}/`;
  const problems = Object.entries(integration.templateErrors).map(([name, error]) => `Template ${name} fails: ${error.message}`);
  return {
    id: integration.id,
    name: integration.name,
    description_short: integration.descriptionShort,
    team_id: integration.teamId,
    link,
    inbound_email: integration.type === 'inbound_email' ? `${integration.token}@${emailDomain}` : null,
    type: shownType,
    default_route: { id: route.id, escalation_chain_id: route.escalationChainId, ...presentMessengers(route.messengers) },
    templates: presentTemplates(integration.templates),
    heartbeat:
      type.hasHeartbeat && link !== null
        ? { link: `${link}heartbeat/`, interval_seconds: heartbeat?.timeoutSeconds ?? DEFAULT_HEARTBEAT_SECONDS }
        : null,
    maintenance_mode: integration.maintenanceMode,
    maintenance_started_at: integration.maintenanceStartedAt === null ? null : apiSeconds(integration.maintenanceStartedAt),
    maintenance_end_at: integration.maintenanceEndsAt === null ? null : apiSeconds(integration.maintenanceEndsAt),
    labels: presentLabels(integration.labels),
    dynamic_labels: presentLabels(integration.dynamicLabels.map(({ key, template }) => ({ key, value: template }))),
    allow_source_based_resolving: integration.allowSourceBasedResolving,
    alert_group_labels: {
      inherit: Object.fromEntries(integration.labels.map(({ key }) => [key, !integration.labelsNotInherited.includes(key)])),
      template: integration.multiLabelTemplate,
    },
    ...(integration.previousToken === null || integration.previousToken.until <= now
      ? {}
      : {
          previous_link: {
            expires_at: apiTime(integration.previousToken.until),
            last_used_at: apiTimeOrNull(integration.previousToken.usedAt),
          },
        }),
    ...(integration.groupingScope === null ? {} : { grouping_scope: integration.groupingScope }),
    ...(integration.acknowledgeHosts.length === 0
      ? {}
      : {
          acknowledge_hosts: integration.acknowledgeHosts.map(({ host, port, plain_http }) => ({
            host: port === null ? host : `${host}:${port}`,
            plain_http,
          })),
        }),
    ...(problems.length === 0 ? {} : { problems }),
  };
}
