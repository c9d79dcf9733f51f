import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { AuditEvent } from '../../../audit/index.ts';
import type { SecretBox } from '../../../platform/secrets.ts';
import { findPersonalWebhook, linkPersonalWebhook, unlinkPersonalWebhook } from '../../../webhooks/index.ts';
import { fieldErrors } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf, personOf } from '../conventions/caller.ts';
import { bodyObject } from '../conventions/fields.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const Nothing = Type.Null({ description: 'Nothing.' });
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

/** The webhook that pages the caller (outgoing-webhooks.md 14). */
export function registerPersonalWebhook(app: FastifyInstance, { db, secrets, clock }: ApiDeps & { secrets: SecretBox }): void {
  const tags = ['webhooks'];
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
      if (body.webhook !== null && typeof body.webhook !== 'string') throw fieldErrors({ webhook: 'Webhook not found.' });
      const webhookId = body.webhook;
      await inOneTransaction(db, {}, async (tx) => {
        if (webhookId === null) {
          await unlinkPersonalWebhook(tx, org, userId);
          return audit(tx, request, personalWebhookEvent(userId, null), clock);
        }
        const linked = await linkPersonalWebhook(tx, org, userId, { webhookId, context: body.context }, secrets);
        if (linked.ok) return audit(tx, request, personalWebhookEvent(userId, webhookId), clock);
        throw linked.reason === 'invalid_context'
          ? fieldErrors({ context: 'Invalid context.' })
          : fieldErrors({ webhook: 'Webhook not found.' });
      });
      return reply.code(200).send();
    },
  );
}
