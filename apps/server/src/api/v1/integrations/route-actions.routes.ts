import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { findRoute, type Route, reorderRoutes, routeOrder, updateRoute } from '../../../integrations/index.ts';
import { notFound, refusal } from '../conventions/api-error.ts';
import { audit, resourceEvent } from '../conventions/audit.ts';
import { callerOf } from '../conventions/caller.ts';
import { registerOrder } from '../conventions/order.routes.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { visibleIntegration } from './find-visible.ts';
import { MAX_TERM } from './route-fields.ts';
import { presentRoute, RouteSchema } from './routes.resource.ts';

const IdParams = Type.Object({ id: Type.String() });

/** What can be done with routes beside changing them: a new order for all of them, and terms of the newer kind. */
export function registerRouteActions(app: FastifyInstance, deps: ApiDeps): void {
  const { db, clock } = deps;
  const tags = ['routes'];
  registerOrder(app, deps, {
    path: '/integrations/:id/routes_order',
    title: 'RoutesOrder',
    permissions: { read: 'integrations:read', write: 'integrations:write' },
    tags,
    about: {
      read: 'The order in which the routes of an integration are tried',
      put: 'Puts all routes of an integration into an order',
      ids: 'Ids of routes as they are tried, without the default one.',
    },
    audited: { type: 'integration', field: 'routes' },
    owner: visibleIntegration,
    order: routeOrder,
    reorder: reorderRoutes,
  });
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
