import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { viewerOf } from '../../../access/index.ts';
import {
  findGroupIds,
  findLegalHold,
  type LegalHold,
  listLegalHolds,
  releaseLegalHold,
  setLegalHold,
} from '../../../alerting/index.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { notFound } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { readBody, text } from '../conventions/fields.ts';
import { envelope, listOf, pageOf, pageParameters, readWindow } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { apiTime } from '../conventions/times.ts';

const PAGE_SIZE = 50;
const LONGEST_REASON = 1_000;
const IdParams = Type.Object({ id: Type.String() });
const HoldSchema = named(
  'LegalHold',
  Type.Object({
    alert_group_id: Type.String(),
    reason: Type.String(),
    set_by: Type.Union([Type.String(), Type.Null()], { description: 'Id of a person; null: a service account.' }),
    set_at: Type.String({ format: 'date-time' }),
  }),
);
const fields = { reason: text({ max: LONGEST_REASON }) };

const present = (hold: LegalHold) => ({
  alert_group_id: hold.alertGroupId,
  reason: hold.reason,
  set_by: hold.setBy,
  set_at: apiTime(hold.setAt),
});
const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;

/** Legal holds: alert groups that retention leaves alone and nobody wipes or deletes (operations.md 10). */
export function registerLegalHolds(app: FastifyInstance, { db, clock, baseUrl }: ApiDeps): void {
  const tags = ['alert_groups'];
  const read = { permission: 'alert-groups:read' as const };
  const write = { permission: 'other-settings:write' as const };
  const note = (tx: Tx, request: FastifyRequest, name: string, reason: string) =>
    audit(
      tx,
      request,
      { type: 'alert_group', name, resource: { type: 'alert_group', id: idOf(request), name: '' }, note: reason },
      clock,
    );

  app.get(
    '/legal_holds',
    {
      config: read,
      schema: {
        operationId: 'listLegalHolds',
        summary: 'Lists the alert groups under a legal hold, the newest hold first',
        tags,
        querystring: Type.Object(pageParameters),
        response: { 200: listOf(HoldSchema), ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const holds = await listLegalHolds(db, caller.org);
      const viewer = viewerOf(caller);
      const ids = holds.map(({ alertGroupId }) => alertGroupId);
      const seen = new Set(
        viewer === undefined ? ids : await findGroupIds(db, caller.org, { ids, visibleTo: viewer }, ids.length),
      );
      const shown = holds.filter(({ alertGroupId }) => seen.has(alertGroupId)).map(present);
      const page = pageOf(shown, readWindow(request.query as Record<string, unknown>, PAGE_SIZE));
      return sendJson(reply, 200, JSON.stringify(envelope(page, page.rows, baseUrl, request.url)));
    },
  );
  app.get(
    '/alert_groups/:id/legal_hold',
    {
      config: read,
      schema: {
        operationId: 'getLegalHold',
        summary: 'Reads the legal hold of an alert group; 404 where there is none',
        tags,
        params: IdParams,
        response: { 200: HoldSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const hold = await findLegalHold(db, callerOf(request).org, idOf(request));
      if (hold === null) throw notFound();
      return sendJson(reply, 200, JSON.stringify(present(hold)));
    },
  );
  app.put(
    '/alert_groups/:id/legal_hold',
    {
      config: write,
      schema: {
        operationId: 'setLegalHold',
        summary: 'Puts an alert group under a legal hold, or gives the hold another reason',
        tags,
        params: IdParams,
        body: Type.Object({ reason: fields.reason.schema }),
        response: { 200: HoldSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org, userId } = callerOf(request);
      const { reason } = readBody(fields, request.body, ['reason']);
      const hold = await inOneTransaction(db, {}, async (tx) => {
        if (!(await setLegalHold(tx, org, { alertGroupId: idOf(request), reason, setBy: userId, setAt: clock.now() })))
          throw notFound();
        await note(tx, request, 'legal_hold_set', reason);
        return findLegalHold(tx, org, idOf(request));
      });
      if (hold === null) throw notFound();
      return sendJson(reply, 200, JSON.stringify(present(hold)));
    },
  );
  app.delete(
    '/alert_groups/:id/legal_hold',
    {
      config: write,
      schema: {
        operationId: 'releaseLegalHold',
        summary: 'Ends the legal hold of an alert group; retention reaches it with its next run',
        tags,
        params: IdParams,
        response: { 204: Type.Null({ description: 'Nothing.' }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      await inOneTransaction(db, {}, async (tx) => {
        if (!(await releaseLegalHold(tx, org, idOf(request)))) throw notFound();
        await note(tx, request, 'legal_hold_released', '');
      });
      return reply.code(204).send();
    },
  );
}
