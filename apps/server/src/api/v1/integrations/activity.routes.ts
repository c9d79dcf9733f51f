import type { FastifyInstance } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { visibleTo } from '../../../access/index.ts';
import {
  groupsByRoute,
  type IntegrationCounters,
  integrationCounters,
  listDeletedCalls,
  listReceived,
} from '../../../integrations/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { callerOf } from '../conventions/caller.ts';
import { repeated } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, sendJson } from '../conventions/resource.ts';
import { apiTime, apiTimeOrNull } from '../conventions/times.ts';
import { visibleIntegration } from './find-visible.ts';

const Null = Type.Null();
const counters = {
  alerts_count: Type.Integer(),
  alert_groups_count: Type.Integer(),
  alerts_24h: Type.Integer(),
  alert_groups_24h: Type.Integer(),
  alert_groups_per_day: Type.Array(Type.Integer(), { description: 'Of the last seven times 24 hours, the newest last.' }),
  firing_alert_groups: Type.Integer(),
  unresolved_alert_groups: Type.Integer(),
  last_alert_at: Type.Union([Type.String({ format: 'date-time' }), Null]),
};
const CountersSchema = Type.Object(counters);
const DetailSchema = Type.Object({
  ...counters,
  routes: Type.Record(Type.String(), Type.Object({ alert_groups_24h: Type.Integer() }), { description: 'By id of the route.' }),
});
const ReceivedSchema = Type.Object({
  results: Type.Array(
    Type.Object({
      at: Type.String({ format: 'date-time' }),
      kind: Type.Union(['accepted', 'noted', 'refused', 'parked'].map((kind) => Type.Literal(kind))),
      status: Type.Integer({ description: 'Of the answer to the sender.' }),
      size: Type.Integer({ description: 'Bytes.' }),
      note: Type.Union([Type.String(), Null], { description: 'Why it was refused or parked, or how it was read.' }),
      body_start: Type.String({ description: 'The first kilobyte; empty where a guard refused the request.' }),
      alert_id: Type.Union([Type.String(), Null]),
      alert_group_id: Type.Union([Type.String(), Null]),
    }),
  ),
});

const DeletedCallsSchema = Type.Object({
  results: Type.Array(
    Type.Object({
      integration_id: Type.String(),
      name: Type.String(),
      type: Type.String(),
      deleted_at: Type.String({ format: 'date-time' }),
      calls: Type.Integer({ description: 'Since it was deleted; the newest hundred are kept.' }),
      last_call_at: Type.String({ format: 'date-time' }),
    }),
  ),
});

/** What integrations have sent: counters, and the newest requests with those that were refused. */
export function registerActivity(app: FastifyInstance, { db, clock }: ApiDeps & { readonly clock: Clock }): void {
  const config = { permission: 'integrations:read' as const };
  const schema = (operationId: string, summary: string, response: TSchema, isOne: boolean) => ({
    operationId,
    summary,
    tags: ['integrations'],
    ...(isOne ? { params: Type.Object({ id: Type.String() }) } : {}),
    response: { 200: response, ...errorResponses },
  });
  app.get(
    '/integrations/counters',
    {
      config,
      schema: {
        ...schema(
          'listIntegrationCounters',
          'Counters by id of the integration',
          Type.Record(Type.String(), CountersSchema),
          false,
        ),
        querystring: Type.Object({
          id: Type.Optional(Type.Array(Type.String(), { description: 'May be repeated; all when left out.' })),
        }),
      },
    },
    async (request, reply) => {
      const ids = repeated((request.query as Record<string, unknown>).id);
      const caller = callerOf(request);
      const wanted = { ids: ids.length === 0 ? null : ids, ...visibleTo(caller) };
      const rows = await integrationCounters(db, caller.org, wanted, clock.now());
      return sendJson(reply, 200, JSON.stringify(Object.fromEntries(rows.map((row) => [row.integrationId, present(row)]))));
    },
  );
  app.get(
    '/integrations/deleted_calls',
    {
      config: { permission: 'integrations:write' as const },
      schema: schema('listDeletedCalls', 'Deleted integrations whose URLs are still called', DeletedCallsSchema, false),
    },
    async (request, reply) => {
      const results = (await listDeletedCalls(db, callerOf(request).org)).map((entry) => ({
        integration_id: entry.integrationId,
        name: entry.name,
        type: entry.type,
        deleted_at: apiTime(entry.deletedAt),
        calls: entry.calls,
        last_call_at: apiTime(entry.lastAt),
      }));
      return sendJson(reply, 200, JSON.stringify({ results }));
    },
  );
  app.get(
    '/integrations/:id/counters',
    { config, schema: schema('getIntegrationCounters', 'Counters of one integration and its routes', DetailSchema, true) },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = await visibleIntegration(db, caller, (request.params as { id: string }).id);
      const now = clock.now();
      const [row] = await integrationCounters(db, caller.org, { ids: [id] }, now);
      const routes = [...(await groupsByRoute(db, caller.org, id, now))].map(([route, groups]) => [
        route,
        { alert_groups_24h: groups },
      ]);
      return sendJson(
        reply,
        200,
        JSON.stringify({ ...(row === undefined ? {} : present(row)), routes: Object.fromEntries(routes) }),
      );
    },
  );
  app.get(
    '/integrations/:id/received',
    { config, schema: schema('listReceived', 'The newest hundred requests, refused ones with the reason', ReceivedSchema, true) },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = await visibleIntegration(db, caller, (request.params as { id: string }).id);
      const results = (await listReceived(db, caller.org, id)).map((entry) => ({
        at: apiTime(entry.at),
        kind: entry.kind,
        status: entry.status,
        size: entry.size,
        note: entry.note,
        body_start: entry.bodyStart,
        alert_id: entry.alertId,
        alert_group_id: entry.alertGroupId,
      }));
      return sendJson(reply, 200, JSON.stringify({ results }));
    },
  );
}

const present = (row: IntegrationCounters): Record<string, unknown> => ({
  alerts_count: row.alerts,
  alert_groups_count: row.groups,
  alerts_24h: row.alerts24h,
  alert_groups_24h: row.groups24h,
  alert_groups_per_day: row.groupsPerDay,
  firing_alert_groups: row.firing,
  unresolved_alert_groups: row.unresolved,
  last_alert_at: apiTimeOrNull(row.lastAlertAt),
});
