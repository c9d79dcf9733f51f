import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { findIntegration, listParkedAlerts, retryParkedAlert } from '../../../integrations/index.ts';
import { notFound } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { envelope, listOf, pageParameters, readWindow } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { apiTime } from '../conventions/times.ts';

const PAGE_SIZE = 50;
const ParkedAlertSchema = named(
  'ParkedAlert',
  Type.Object({
    id: Type.String(),
    received_at: Type.String({ format: 'date-time' }),
    parked_at: Type.String({ format: 'date-time' }),
    error: Type.String(),
    payload: Type.String({ description: 'JSON text, as it was received.' }),
  }),
);

/** Alerts that could not be handled and were put aside (ingest.md B-4): to see, and to try again. */
export function registerParkedAlerts(app: FastifyInstance, { db, baseUrl, clock }: ApiDeps): void {
  const tags = ['integrations'];
  app.get(
    '/integrations/:id/parked_alerts',
    {
      config: { permission: 'integrations:read' },
      schema: {
        operationId: 'listParkedAlerts',
        summary: 'Lists the alerts of an integration that were put aside after five failed tries, newest first',
        tags,
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object(pageParameters),
        response: { 200: listOf(ParkedAlertSchema), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const { id } = request.params as { id: string };
      if ((await findIntegration(db, org, id)) === null) throw notFound();
      const page = await listParkedAlerts(db, org, id, readWindow(request.query as Record<string, unknown>, PAGE_SIZE));
      const rows = page.rows.map((row) => ({
        id: row.id,
        received_at: apiTime(row.receivedAt),
        parked_at: apiTime(row.parkedAt),
        error: row.error,
        payload: row.payload,
      }));
      return sendJson(reply, 200, JSON.stringify(envelope(page, rows, baseUrl, request.url)));
    },
  );
  app.post(
    '/integrations/:id/parked_alerts/:alert/retry',
    {
      config: { permission: 'integrations:write' },
      schema: {
        operationId: 'retryParkedAlert',
        summary: 'Puts a parked alert back behind what its integration has waiting',
        tags,
        params: Type.Object({ id: Type.String(), alert: Type.String() }),
        response: { 200: Type.Null({ description: 'It will be handled at once.' }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const { id, alert } = request.params as { id: string; alert: string };
      await inOneTransaction(db, {}, async (tx) => {
        const integration = await findIntegration(tx, org, id);
        if (integration === null || !(await retryParkedAlert(tx, org, id, alert))) throw notFound();
        const resource = { type: 'integration', id, name: integration.name, teamId: integration.teamId };
        await audit(tx, request, { type: 'operations', name: 'parked_alert_retried', resource, note: alert }, clock);
      });
      return reply.code(200).send();
    },
  );
}
