import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { findRoute, type Route, reorderRoutes, routeOrder, updateRoute } from '../../../integrations/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { ApiError, notFound, refusal } from '../conventions/api-error.ts';
import { audit, resourceEvent } from '../conventions/audit.ts';
import { callerOf } from '../conventions/caller.ts';
import { checkUnchanged, sendOne } from '../conventions/etag.ts';
import { idList, readBody } from '../conventions/fields.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { visibleIntegration } from './find-visible.ts';
import { MAX_TERM } from './route-fields.ts';
import { presentRoute, RouteSchema } from './routes.resource.ts';

const OrderSchema = Type.Object({
  order: Type.Array(Type.String({ description: 'Ids of routes as they are tried, without the default one.' })),
});
const IdParams = Type.Object({ id: Type.String() });

/** What can be done with routes beside changing them: a new order for all of them, and terms of the newer kind. */
export function registerRouteActions(app: FastifyInstance, { db, clock }: ApiDeps & { readonly clock: Clock }): void {
  const tags = ['routes'];
  app.get(
    '/integrations/:id/routes_order',
    {
      config: { permission: 'integrations:read' },
      schema: {
        operationId: 'getRoutesOrder',
        summary: 'The order in which the routes of an integration are tried',
        tags,
        params: IdParams,
        response: { 200: OrderSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = await visibleIntegration(db, caller, (request.params as { id: string }).id);
      return sendOne(reply, 200, JSON.stringify({ order: await routeOrder(db, caller.org, id) }));
    },
  );
  app.put(
    '/integrations/:id/routes_order',
    {
      config: { permission: 'integrations:write' },
      schema: {
        operationId: 'putRoutesOrder',
        summary: 'Puts all routes of an integration into an order, unless somebody changed it meanwhile',
        tags,
        params: IdParams,
        body: Type.Object({
          order: Type.Array(Type.String()),
          was: Type.Optional(
            Type.Array(Type.String(), { description: 'The order that was seen; 412 where it is another by now.' }),
          ),
        }),
        response: {
          200: OrderSchema,
          412: Type.Object({ detail: Type.String(), code: Type.String(), order: Type.Array(Type.String()) }),
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { order, was } = readBody({ order: idList(), was: idList() }, request.body, ['order']);
      await inOneTransaction(db, {}, async (tx) => {
        const integration = await visibleIntegration(tx, caller, (request.params as { id: string }).id);
        const before = await routeOrder(tx, caller.org, integration.id);
        await checkUnchanged(tx, request, 'routes_order', integration.id, async () =>
          JSON.stringify({ order: await routeOrder(tx, caller.org, integration.id) }),
        );
        const result = await reorderRoutes(tx, caller.org, integration.id, order, was ?? null);
        if (!result.ok) {
          const detail = 'The object has changed since it was read.';
          throw new ApiError(412, { detail, code: 'conflict', order: result.current });
        }
        const named = { id: integration.id, name: integration.name, team_id: integration.teamId };
        const event = resourceEvent('integration', { ...named, routes: before }, { ...named, routes: order });
        await audit(tx, request, event, clock);
      });
      return sendOne(reply, 200, JSON.stringify({ order }));
    },
  );
  app.post(
    '/routes/:id/convert_from_regex_to_jinja2',
    {
      config: { permission: 'integrations:write' },
      schema: {
        operationId: 'convertRouteToJinja2',
        summary: 'Makes a template of a regular expression; it matches the same alerts',
        tags,
        params: IdParams,
        response: { 200: RouteSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const text = await inOneTransaction(db, {}, async (tx) => {
        const route = await findRoute(tx, caller.org, (request.params as { id: string }).id);
        if (route === null) throw notFound();
        const changed = await updateRoute(tx, caller.org, route, { ...route, ...asTemplate(route) }, null);
        const [before, after] = [route, changed].map((each) => presentRoute(each) as Record<string, unknown>);
        await audit(tx, request, resourceEvent('route', before ?? null, after ?? null), clock);
        return JSON.stringify(after);
      });
      return sendJson(reply, 200, text);
    },
  );
}

/** Searches the same text of the payload as routes by regular expression do. */
function asTemplate(route: Route): Pick<Route, 'routingType' | 'routingRegex'> {
  if (route.isDefault || route.routingType !== 'regex' || route.routingRegex === null)
    throw refusal('Only routes with a regular expression can be converted', 'not_regex');
  const literal = route.routingRegex.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  const template = `{{ payload | json_dumps | regex_search("${literal}") }}`;
  if ([...template].length > MAX_TERM)
    throw refusal(`The template would be longer than ${MAX_TERM} characters`, 'template_too_long');
  return { routingType: 'jinja2', routingRegex: template };
}
