import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { AuditEvent } from '../../../audit/index.ts';
import type { SecretBox } from '../../../platform/secrets.ts';
import {
  findPersonalWebhook,
  findWebhook,
  linkPersonalWebhook,
  listWebhookResponses,
  unlinkPersonalWebhook,
} from '../../../webhooks/index.ts';
import { fieldErrors, notFound } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf, personOf } from '../conventions/caller.ts';
import { bodyObject } from '../conventions/fields.ts';
import { envelope, listOf, pageParameters, readWindow } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { apiTime } from '../conventions/times.ts';

const PAGE_SIZE = 50;
const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const Nothing = Type.Null({ description: 'Nothing.' });

const ResponseSchema = Type.Object({
  timestamp: Type.String(),
  url: TextOrNull,
  request_trigger: TextOrNull,
  request_headers: TextOrNull,
  request_data: TextOrNull,
  status_code: Type.Union([Type.Integer(), Type.Null()]),
  content: TextOrNull,
  event_data: TextOrNull,
});
const PersonalSchema = Type.Object({
  webhook: TextOrNull,
  context: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
});

const personalWebhookEvent = (userId: string, webhook: string | null): AuditEvent => ({
  type: 'resource',
  name: 'updated',
  resource: { type: 'user', id: userId, name: 'personal webhook' },
  before: null,
  after: { webhook },
});

/** Calls that a webhook has made, and the webhook that pages the caller (outgoing-webhooks.md 10, 14). */
export function registerWebhookCalls(
  app: FastifyInstance,
  { db, baseUrl, secrets, clock }: ApiDeps & { secrets: SecretBox },
): void {
  const tags = ['webhooks'];
  app.get(
    '/webhooks/:id/responses',
    {
      config: { permission: 'outgoing-webhooks:read' },
      schema: {
        operationId: 'listWebhookResponses',
        summary: 'Lists the calls that a webhook has made, newest first',
        tags,
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object(pageParameters),
        response: { 200: listOf(ResponseSchema), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const { id } = request.params as { id: string };
      if ((await findWebhook(db, org, id, secrets)) === null) throw notFound();
      const page = await listWebhookResponses(db, org, id, readWindow(request.query as Record<string, unknown>, PAGE_SIZE));
      const rows = page.rows.map((row) => ({
        timestamp: apiTime(row.at),
        url: row.url,
        request_trigger: row.requestTrigger,
        request_headers: row.requestHeaders,
        request_data: row.requestData,
        status_code: row.statusCode,
        content: row.content,
        event_data: row.eventData,
      }));
      return sendJson(reply, 200, JSON.stringify(envelope(page, rows, baseUrl, request.url)));
    },
  );
  app.get(
    '/webhooks/current_personal_notification',
    {
      config: { permission: 'user-settings:read', usersOnly: true },
      schema: {
        operationId: 'getPersonalWebhook',
        summary: 'Reads the webhook that pages the caller',
        tags,
        response: { 200: PersonalSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const [org, userId] = [caller.org, personOf(caller)];
      const linked = await findPersonalWebhook(db, org, userId, secrets);
      return sendJson(reply, 200, JSON.stringify({ webhook: linked?.webhookId ?? null, context: linked?.context ?? null }));
    },
  );
  app.post(
    '/webhooks/set_personal_notification',
    {
      config: { permission: 'user-settings:write', usersOnly: true },
      schema: {
        operationId: 'setPersonalWebhook',
        summary: 'Sets the webhook that pages the caller, with values that it sends as `event.user`; a null webhook unlinks',
        tags,
        body: Type.Object({
          webhook: TextOrNull,
          context: Type.Optional(Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()])),
        }),
        response: { 200: Nothing, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const [org, userId] = [caller.org, personOf(caller)];
      const body = bodyObject(request.body);
      if (body.webhook === undefined || body.webhook === '') throw fieldErrors({ webhook: 'This field is required.' });
      await inOneTransaction(db, {}, async (tx) => {
        if (body.webhook === null) {
          await unlinkPersonalWebhook(tx, org, userId);
          return audit(tx, request, personalWebhookEvent(userId, null), clock);
        }
        const linked = await linkPersonalWebhook(
          tx,
          org,
          userId,
          { webhookId: String(body.webhook), context: body.context },
          secrets,
        );
        if (linked.ok) return audit(tx, request, personalWebhookEvent(userId, String(body.webhook)), clock);
        throw linked.reason === 'invalid_context'
          ? fieldErrors({ context: 'Invalid context.' })
          : fieldErrors({ webhook: 'Webhook not found.' });
      });
      return reply.code(200).send();
    },
  );
}
