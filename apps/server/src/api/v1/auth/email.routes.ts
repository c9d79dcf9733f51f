import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { addressKey, confirmEmail, forgive, HOURLY_LIMIT } from '../../../access/index.ts';
import { ApiError } from '../conventions/api-error.ts';
import { named } from '../conventions/describe.ts';
import { readBody, text } from '../conventions/fields.ts';
import { inOneTransaction, sendJson } from '../conventions/resource.ts';
import type { AuthDeps } from './auth-context.ts';
import { auditOwn, refuseCrossSite, throttle } from './begin-session.ts';
import { LINK_REFUSALS } from './password.routes.ts';

const fields = { token: text({ max: 200 }) };
const taken = new ApiError(409, { detail: 'Somebody else has this address by now.', code: 'email_taken' });

/** Confirms a changed e-mail address by the link that was mailed to it (access.md 3.1). */
export function registerEmailConfirmation(app: FastifyInstance, deps: AuthDeps): void {
  const { db, clock, baseUrl } = deps;
  app.post(
    '/auth/email/confirm',
    {
      config: { isPublic: true },
      schema: {
        operationId: 'confirmEmail',
        summary: 'Makes a changed e-mail address a person’s, by the link that was mailed to it',
        tags: ['auth'],
        body: Type.Object({ token: Type.String() }),
        response: { 200: named('ConfirmedEmail', Type.Object({ email: Type.String() })) },
      },
    },
    async (request, reply) => {
      refuseCrossSite(request, baseUrl);
      const { token } = readBody(fields, request.body, ['token']);
      const address = addressKey(request.ip, 'email');
      await throttle(deps, address, HOURLY_LIMIT);
      const done = await inOneTransaction(db, { users_email_key: taken }, async (tx) => {
        const now = clock.now();
        const result = await confirmEmail(tx, token, now);
        if (!result.ok) return result;
        const { user, before } = result;
        const resource = { type: 'user', id: user.id, name: user.username };
        const event = {
          type: 'user',
          name: 'email_confirmed',
          resource,
          before: { email: before },
          after: { email: user.email },
        };
        await auditOwn(tx, request, user.org, user, event, now);
        return result;
      });
      if (!done.ok) throw LINK_REFUSALS[done.reason];
      await forgive(db, address);
      return sendJson(reply, 200, JSON.stringify({ email: done.user.email }));
    },
  );
}
