import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Tx } from '../../../platform/db/database.ts';
import {
  findCall,
  findResponse,
  findWebhook,
  listWebhookResponses,
  resendCall,
  testCall,
  triggerManually,
  type Webhook,
  type WebhookDeps,
  type WebhookResponse,
} from '../../../webhooks/index.ts';
import { ApiError, notFound, refusal } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { bodyObject } from '../conventions/fields.ts';
import { envelope, listOf, pageParameters, readWindow } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { apiTime, apiTimeOrNull } from '../conventions/times.ts';
import { checkVisible } from '../conventions/visibility.ts';

const PAGE_SIZE = 50;
const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const IntOrNull = Type.Union([Type.Integer(), Type.Null()]);
const IdParams = Type.Object({ id: Type.String() });
const DeliveryParams = Type.Object({ id: Type.String(), delivery_id: Type.String() });

const ResponseSchema = named(
  'WebhookResponse',
  Type.Object({
    timestamp: Type.String(),
    url: TextOrNull,
    request_trigger: TextOrNull,
    request_headers: TextOrNull,
    request_data: TextOrNull,
    status_code: IntOrNull,
    content: TextOrNull,
    event_data: TextOrNull,
    delivery_id: TextOrNull,
    alert_group_id: TextOrNull,
    trigger_type: Type.String({ description: 'What happened: of "status change" the concrete transition.' }),
    attempts: Type.Array(Type.Object({ timestamp: Type.String(), status_code: IntOrNull, error: TextOrNull }), {
      description: 'All attempts of the call; the other keys tell of the newest.',
    }),
  }),
);
const DeliverySchema = named('WebhookDelivery', Type.Object({ delivery_id: Type.String() }));
const StatusSchema = named(
  'WebhookDeliveryStatus',
  Type.Object({
    delivery_id: Type.String(),
    alert_group_id: Type.String(),
    state: Type.Union(['owed', 'sending', 'delivered', 'failed', 'skipped'].map((state) => Type.Literal(state))),
    attempts: Type.Integer(),
    next_attempt_at: TextOrNull,
    status_code: IntOrNull,
    reason: TextOrNull,
    response: Type.Union([ResponseSchema, Type.Null()]),
  }),
);
const TestSchema = named(
  'WebhookTest',
  Type.Object({
    is_sent: Type.Boolean({ description: 'False: the trigger template did not say true.' }),
    response: Type.Union([ResponseSchema, Type.Null()]),
  }),
);

const presentResponse = (row: WebhookResponse) => ({
  timestamp: apiTime(row.at),
  url: row.url,
  request_trigger: row.requestTrigger,
  request_headers: row.requestHeaders,
  request_data: row.requestData,
  status_code: row.statusCode,
  content: row.content,
  event_data: row.eventData,
  delivery_id: row.deliveryId,
  alert_group_id: row.alertGroupId,
  trigger_type: row.trigger,
  attempts: row.attempts.map(({ at, status_code, error }) => ({ timestamp: apiTime(new Date(at)), status_code, error })),
});

/** Calls of webhooks: the log, calls by hand, tests and repetitions (outgoing-webhooks.md 10, 13.2, 20.4). */
export function registerWebhookCalls(
  app: FastifyInstance,
  { db, clock, baseUrl, webhooks: deps }: ApiDeps & { webhooks: WebhookDeps },
): void {
  const tags = ['webhooks'];
  const found = async (request: FastifyRequest): Promise<Webhook> => {
    const { id } = request.params as { id: string };
    const webhook = await findWebhook(db, callerOf(request).org, id, deps.secrets);
    if (webhook === null || webhook.sourceIntegrationId !== null) throw notFound();
    return webhook;
  };
  const noteInAudit = (tx: Tx, request: FastifyRequest, webhook: Webhook, note: string) =>
    audit(
      tx,
      request,
      {
        type: 'operations',
        name: 'webhook_triggered',
        resource: { type: 'outgoing_webhook', id: webhook.id, name: webhook.name, teamId: webhook.teamId },
        note,
      },
      clock,
    );

  app.get(
    '/webhooks/:id/responses',
    {
      config: { permission: 'outgoing-webhooks:read' },
      schema: {
        operationId: 'listWebhookResponses',
        summary: 'Lists the calls that a webhook has made, newest first',
        tags,
        params: IdParams,
        querystring: Type.Object(pageParameters),
        response: { 200: listOf(ResponseSchema), ...errorResponses },
      },
    },
    async (request, reply) => {
      const webhook = await found(request);
      const window = readWindow(request.query as Record<string, unknown>, PAGE_SIZE);
      const page = await listWebhookResponses(db, webhook.organizationId, webhook.id, window);
      return sendJson(reply, 200, JSON.stringify(envelope(page, page.rows.map(presentResponse), baseUrl, request.url)));
    },
  );
  app.get(
    '/webhooks/:id/deliveries/:delivery_id',
    {
      config: { permission: 'outgoing-webhooks:read' },
      schema: {
        operationId: 'getWebhookDelivery',
        summary: 'Tells how a call stands, with its answer',
        tags,
        params: DeliveryParams,
        response: { 200: StatusSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { organizationId, id } = await found(request);
      const deliveryId = (request.params as { delivery_id: string }).delivery_id;
      const call = await findCall(db, organizationId, id, deliveryId);
      if (call === null) throw notFound();
      const response = await findResponse(db, organizationId, id, deliveryId);
      const body = {
        delivery_id: call.deliveryId,
        alert_group_id: call.alertGroupId,
        state: call.state,
        attempts: call.attempts,
        next_attempt_at: apiTimeOrNull(call.nextAt),
        status_code: call.statusCode,
        reason: call.reason,
        response: response === null ? null : presentResponse(response),
      };
      return sendJson(reply, 200, JSON.stringify(body));
    },
  );
  app.post(
    '/webhooks/:id/deliveries/:delivery_id/resend',
    {
      config: { permission: 'outgoing-webhooks:write' },
      schema: {
        operationId: 'resendWebhookDelivery',
        summary: 'Makes a call again, for the same event, under a delivery id of its own',
        tags,
        params: DeliveryParams,
        response: { 200: DeliverySchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const webhook = await found(request);
      const deliveryId = (request.params as { delivery_id: string }).delivery_id;
      const again = await inOneTransaction(db, {}, async (tx) => {
        const result = await resendCall(tx, webhook, deliveryId, clock.now());
        if (result.ok) await noteInAudit(tx, request, webhook, `resent ${deliveryId} as ${result.deliveryId}`);
        return result;
      });
      if (again.ok) return sendJson(reply, 200, JSON.stringify({ delivery_id: again.deliveryId }));
      throw again.reason === 'not_found' ? notFound() : refusal('This webhook is disabled.', 'webhook_disabled');
    },
  );
  app.post(
    '/webhooks/:id/trigger_manual',
    {
      config: { permission: { anyOf: ['alert-groups:write', 'outgoing-webhooks:write'] } },
      schema: {
        operationId: 'triggerWebhook',
        summary: 'Calls a webhook of trigger "escalation" for one alert group',
        tags,
        params: IdParams,
        body: Type.Object({ alert_group: Type.String() }),
        response: { 200: DeliverySchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const webhook = await found(request);
      const { alert_group: groupId } = bodyObject(request.body);
      if (webhook.trigger !== 0) throw new ApiError(400, { trigger_type: 'This webhook is not manually triggerable.' });
      if (groupId === undefined || groupId === null || groupId === '')
        throw new ApiError(400, { alert_group: 'This field is required.' });
      if (typeof groupId !== 'string' || groupId.includes('\0')) throw notFound();
      await checkVisible(db, caller, 'alert_groups', groupId);
      const result = await inOneTransaction(db, {}, async (tx) => {
        const triggered = await triggerManually(tx, webhook, groupId, caller.userId, clock.now());
        if (triggered.ok) await noteInAudit(tx, request, webhook, `for alert group ${groupId}`);
        return triggered;
      });
      if (result.ok) return sendJson(reply, 200, JSON.stringify({ delivery_id: result.deliveryId }));
      throw result.reason === 'disabled' ? refusal('This webhook is disabled.', 'webhook_disabled') : notFound();
    },
  );
  app.post(
    '/webhooks/:id/test',
    {
      config: { permission: 'outgoing-webhooks:write' },
      schema: {
        operationId: 'testWebhook',
        summary: 'Calls a webhook once, now, marked as a test, for a given alert group or a made-up one',
        tags,
        params: IdParams,
        body: Type.Object({ alert_group: Type.Optional(TextOrNull) }),
        response: { 200: TestSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const webhook = await found(request);
      const { alert_group: given } = bodyObject(request.body);
      if (given !== undefined && given !== null && (typeof given !== 'string' || given.includes('\0'))) throw notFound();
      const alertGroupId = given ? given : null;
      if (alertGroupId !== null) await checkVisible(db, caller, 'alert_groups', alertGroupId);
      const result = await testCall(deps, webhook, { alertGroupId, userId: caller.userId });
      if (!result.ok && result.reason === 'group_not_found') throw notFound();
      await inOneTransaction(db, {}, (tx) => noteInAudit(tx, request, webhook, 'test'));
      const response = result.ok ? presentResponse(result.response) : null;
      return sendJson(reply, 200, JSON.stringify({ is_sent: result.ok, response }));
    },
  );
}
