import { Type } from 'typebox';
import { visibleTo } from '../../../access/index.ts';
import { findChain } from '../../../escalation/index.ts';
import {
  createRoute,
  deleteRoute,
  findIntegration,
  findRoute,
  listRoutes,
  type Route,
  type RouteFilter,
  rememberLabels,
  updateRoute,
} from '../../../integrations/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { fieldErrors, refusal } from '../conventions/api-error.ts';
import type { Caller } from '../conventions/caller.ts';
import { missingReference } from '../conventions/fields.ts';
import { single } from '../conventions/pagination.ts';
import { positionFields, readPlacement } from '../conventions/position-fields.ts';
import type { Resource } from '../conventions/resource.ts';
import { checkVisible } from '../conventions/visibility.ts';
import { type Matcher, MatchersSchema, presentMatchers } from './labels-field.ts';
import { mergeMessengers, messengerSchemas, presentMessengers } from './messengers-field.ts';
import { readRule, routeFields, type TermChecks } from './route-fields.ts';

type Fields = ReturnType<typeof routeFields> & typeof positionFields;
const TextOrNull = Type.Union([Type.String(), Type.Null()]);

export const RouteSchema = Type.Object({
  id: Type.String(),
  integration_id: Type.String(),
  escalation_chain_id: TextOrNull,
  routing_type: Type.Union([Type.Literal('regex'), Type.Literal('jinja2'), Type.Literal('labels')]),
  routing_regex: TextOrNull,
  routing_labels: Type.Optional(MatchersSchema),
  position: Type.Integer(),
  is_the_last_route: Type.Boolean(),
  ...messengerSchemas,
});

export const presentRoute = (route: Route): unknown => ({
  id: route.id,
  integration_id: route.integrationId,
  escalation_chain_id: route.escalationChainId,
  routing_type: route.routingType,
  routing_regex: route.routingRegex,
  ...(route.routingType === 'labels' ? { routing_labels: presentMatchers(route.routingLabels ?? []) } : {}),
  position: route.position,
  is_the_last_route: route.isDefault,
  ...presentMessengers(route.messengers),
});

/** Keys and values that comparisons name; patterns name no value. */
const namesIn = (matchers: readonly Matcher[]) =>
  matchers.map(({ key, value, match }) => ({ key, value: match === '=' || match === '!=' ? value : null }));

export interface RoutesDeps {
  readonly clock: Clock;
  readonly termChecks: TermChecks;
}

export const routesResource = ({ clock, termChecks }: RoutesDeps): Resource<Route, Fields, 'integration_id'> => ({
  path: 'routes',
  name: 'route',
  read: 'integrations:read',
  write: 'integrations:write',
  pageSize: 25,
  item: RouteSchema,
  filters: {
    integration_id: Type.Optional(Type.String()),
    routing_regex: Type.Optional(Type.String()),
    routing_type: Type.Optional(Type.String()),
  },
  fields: { ...routeFields(termChecks), ...positionFields },
  required: { create: ['integration_id'] },
  alsoRequired: ({ routing_type }) => (routing_type === 'labels' ? [] : ['routing_regex']),
  createOnly: ['integration_id'],
  list(db, caller, query, window) {
    const filter: Record<string, string> = {};
    for (const [key, name] of [
      ['integrationId', 'integration_id'],
      ['routingRegex', 'routing_regex'],
      ['routingType', 'routing_type'],
    ] as const) {
      const value = single(query[name]);
      if (value !== undefined && value !== '') filter[key] = value;
    }
    return listRoutes(db, caller.org, { ...(filter as RouteFilter), ...visibleTo(caller) }, window);
  },
  get: (db, caller, id) => findRoute(db, caller.org, id),
  present: (_db, _caller, rows) => rows.map(presentRoute),
  async create(tx, caller, body) {
    const integrationId = body.integration_id;
    if (integrationId === null || (await findIntegration(tx, caller.org, integrationId)) === null)
      throw missingReference('integration_id');
    await checkVisible(tx, caller, 'integrations', integrationId);
    await checkChain(tx, caller, body.escalation_chain_id);
    const placement = readPlacement(body);
    const type = body.routing_type ?? 'regex';
    if (type !== 'labels' && body.routing_regex === null) throw termIsNull();
    const rule = readRule(type, body.routing_regex ?? null, body.routing_labels ?? null, termChecks);
    await rememberLabels(tx, caller.org, namesIn(rule.routingLabels ?? []), clock.now());
    return createRoute(
      tx,
      caller.org,
      {
        integrationId,
        isDefault: false,
        ...rule,
        escalationChainId: body.escalation_chain_id ?? null,
        messengers: mergeMessengers({}, body as Record<string, unknown>),
      },
      placement,
      clock.now(),
    );
  },
  async update(tx, caller, route, body) {
    await checkChain(tx, caller, body.escalation_chain_id);
    const placement = readPlacement(body);
    const type = route.isDefault ? 'regex' : (body.routing_type ?? route.routingType);
    if (body.routing_regex === null && type !== 'labels') throw termIsNull();
    const term = route.isDefault ? null : (body.routing_regex ?? route.routingRegex);
    const rule = readRule(type, term, body.routing_labels ?? route.routingLabels, termChecks);
    await rememberLabels(tx, caller.org, namesIn(rule.routingLabels ?? []), clock.now());
    return updateRoute(
      tx,
      caller.org,
      route,
      {
        ...rule,
        escalationChainId: body.escalation_chain_id === undefined ? route.escalationChainId : body.escalation_chain_id,
        messengers: mergeMessengers(route.messengers, body as Record<string, unknown>),
      },
      placement,
    );
  },
  async remove(tx, caller, route) {
    if (route.isDefault) throw refusal('Unable to delete default filter', 'default_route');
    await deleteRoute(tx, caller.org, route);
  },
});

const termIsNull = () => fieldErrors({ routing_regex: ['This field may not be null.'] });

async function checkChain(tx: Tx, caller: Caller, id: string | null | undefined): Promise<void> {
  if (typeof id === 'string' && (await findChain(tx, caller.org, id)) === null) throw missingReference('escalation_chain_id');
}
