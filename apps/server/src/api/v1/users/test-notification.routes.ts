import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { can } from '../../../access/index.ts';
import { findUser, type User } from '../../../users/index.ts';
import { findPersonalWebhook, findWebhook, testCall, type WebhookDeps } from '../../../webhooks/index.ts';
import { fieldErrors, forbidden, notFound } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf, personOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { bodyObject } from '../conventions/fields.ts';
import { createMinuteLimit } from '../conventions/minute-limit.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';

/** Sends one mail now. @returns what is wrong when it was not taken */
export type SendTestMail = (mail: {
  to: { name: string; address: string };
  subject: string;
  text: string;
  date: Date;
}) => Promise<string | null>;

const TYPES = ['notify_by_email', 'notify_by_webhook'] as const;
const LIMIT_PER_MINUTE = 5;

const TestSchema = named(
  'NotificationTest',
  Type.Object({
    is_accepted: Type.Boolean({ description: 'Whether the mail server or the receiver took it.' }),
    sent_to: Type.Union([Type.String(), Type.Null()]),
    detail: Type.Union([Type.String(), Type.Null()], { description: 'What went wrong.' }),
  }),
);

type Tested = { accepted: boolean; sentTo: string | null; detail: string | null };

/** Tries a channel of a person at once, outside rules and limits of pages (web-ui.md 14). */
export function registerTestNotification(
  app: FastifyInstance,
  deps: ApiDeps & { readonly webhooks: WebhookDeps; readonly sendTestMail: SendTestMail },
): void {
  const { db, clock, webhooks, sendTestMail } = deps;
  const takeOne = createMinuteLimit(LIMIT_PER_MINUTE, clock);

  const byMail = async (user: User): Promise<Tested> => {
    const detail = await sendTestMail({
      to: { name: user.name === '' ? user.username : user.name, address: user.email },
      subject: 'Test of your notifications',
      text: 'This is a test. Pages of Tocsin reach you at this address.',
      date: clock.now(),
    });
    return { accepted: detail === null, sentTo: user.email, detail };
  };
  const byWebhook = async (user: User): Promise<Tested> => {
    const linked = await findPersonalWebhook(db, user.org, user.id, webhooks.secrets);
    const webhook = linked === null ? null : await findWebhook(db, user.org, linked.webhookId, webhooks.secrets);
    if (webhook === null) return { accepted: false, sentTo: null, detail: 'No personal webhook is linked.' };
    const result = await testCall(webhooks, webhook, { alertGroupId: null, userId: user.id });
    if (!result.ok)
      return { accepted: false, sentTo: webhook.name, detail: 'Nothing was sent: the trigger template did not say true.' };
    const { statusCode, attempts } = result.response;
    const accepted = statusCode !== null && statusCode >= 200 && statusCode < 300;
    const failure = attempts.at(-1)?.error ?? (statusCode === null ? 'There was no answer.' : `The answer was ${statusCode}.`);
    return { accepted, sentTo: webhook.name, detail: accepted ? null : failure };
  };

  app.post(
    '/users/:id/test_notification',
    {
      config: { permission: 'user-settings:write', usersOnly: true },
      schema: {
        operationId: 'testNotification',
        summary: "Sends a test over one of a person's channels, at once; five a minute. `current` is the caller",
        tags: ['users'],
        params: Type.Object({ id: Type.String() }),
        body: Type.Object({ type: Type.Union(TYPES.map((type) => Type.Literal(type))) }),
        response: { 200: TestSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id: given } = request.params as { id: string };
      const id = given === 'current' ? personOf(caller) : given;
      const user = await findUser(db, caller.org, id);
      if (user?.isActive !== true) throw notFound();
      if (id !== caller.userId && !can(caller, 'user-settings:admin')) throw forbidden();
      const type = TYPES.find((known) => known === bodyObject(request.body).type);
      if (type === undefined) throw fieldErrors({ type: [`Choose one of ${TYPES.join(', ')}.`] });
      takeOne(`${caller.org} ${id}`);
      const tested = type === 'notify_by_email' ? await byMail(user) : await byWebhook(user);
      await inOneTransaction(db, {}, (tx) =>
        audit(
          tx,
          request,
          {
            type: 'operations',
            name: 'notification_tested',
            resource: { type: 'user', id: user.id, name: user.username },
            note: `${type}: ${tested.detail ?? 'accepted'}`,
          },
          clock,
        ),
      );
      const body = { is_accepted: tested.accepted, sent_to: tested.sentTo, detail: tested.detail };
      return sendJson(reply, 200, JSON.stringify(body));
    },
  );
}
