import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { visibleTo } from '../../../access/index.ts';
import { listAlerts, loadAlerts } from '../../../alerting/index.ts';
import { stringifyWithRaw } from '../../../platform/raw-json.ts';
import { notFound } from '../conventions/api-error.ts';
import { callerOf } from '../conventions/caller.ts';
import { sendOne } from '../conventions/etag.ts';
import { envelope, listOf, pageParameters, readWindow, single } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, sendJson } from '../conventions/resource.ts';
import { readRange } from './group-filters.ts';
import { AlertSchema, presentAlert } from './present-group.ts';

const PAGE_SIZE = 50;

/** Alerts with their payloads (http-api-alerting.md 2.6). */
export function registerAlerts(app: FastifyInstance, { db, baseUrl }: ApiDeps): void {
  const config = { permission: 'alert-groups:read' as const };
  const tags = ['alerts'];
  app.get(
    '/alerts',
    {
      config,
      schema: {
        operationId: 'listAlerts',
        summary: 'Lists alerts, newest first',
        tags,
        querystring: Type.Object({
          ...pageParameters,
          id: Type.Optional(Type.String()),
          alert_group_id: Type.Optional(Type.String()),
          integration_id: Type.Optional(Type.String()),
          created_at: Type.Optional(Type.String({ description: '`YYYY-MM-DDTHH:MM:SS_YYYY-MM-DDTHH:MM:SS`, UTC.' })),
          search: Type.Optional(Type.String({ description: 'Part of the raw JSON text of the payload, in any case.' })),
        }),
        response: { 200: listOf(AlertSchema), ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const query = request.query as Record<string, unknown>;
      const given = (name: string): string | undefined => single(query[name]) || undefined;
      const id = given('id');
      const alertGroupId = given('alert_group_id');
      const integrationId = given('integration_id');
      const search = given('search');
      const createdAt = readRange(given('created_at'));
      const filter = {
        ...visibleTo(caller),
        ...(id === undefined ? {} : { ids: [id] }),
        ...(alertGroupId === undefined ? {} : { alertGroupId }),
        ...(integrationId === undefined ? {} : { integrationId }),
        ...(search === undefined ? {} : { search }),
        ...(createdAt === null ? {} : { createdAt }),
      };
      const page = await listAlerts(db, caller.org, filter, readWindow(query, PAGE_SIZE));
      return sendJson(reply, 200, stringifyWithRaw(envelope(page, page.rows.map(presentAlert), baseUrl, request.url)));
    },
  );
  app.get(
    '/alerts/:id',
    {
      config,
      schema: {
        operationId: 'getAlert',
        summary: 'Reads one alert',
        tags,
        params: Type.Object({ id: Type.String() }),
        response: { 200: AlertSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const [alert] = await loadAlerts(db, caller.org, [(request.params as { id: string }).id]);
      if (alert === undefined) throw notFound();
      return sendOne(reply, 200, stringifyWithRaw(presentAlert(alert)));
    },
  );
}
