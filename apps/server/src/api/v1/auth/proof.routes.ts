import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { ACCOUNT_LIMIT, accountKey, forgive, readPolicy, rotateSession, takeAttempt } from '../../../access/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import { findUser, passwordHashOf } from '../../../users/index.ts';
import { fieldErrors, notFound } from '../conventions/api-error.ts';
import { sessionOf } from '../conventions/caller.ts';
import { custom, nullable, readBody, text } from '../conventions/fields.ts';
import type { AuthDeps } from './auth-context.ts';
import { setCookie, tooManyAttempts } from './begin-session.ts';
import { checkOwnPassword } from './password.routes.ts';

const fields = {
  password: nullable(text({ keepSpace: true, max: 1_024, blank: true })),
  totp: nullable(text({ max: 64, blank: true })),
  passkey: custom(Type.Unknown({ description: 'Answer of a passkey: `challenge_id` and `response`.' }), (raw) => raw),
};

/** Renews a session's proof of who its person is, before something sensitive (access.md 7.3). */
export function registerProof(app: FastifyInstance, deps: AuthDeps): void {
  const { db, clock, auth } = deps;
  app.post(
    '/auth/proof',
    {
      config: { permission: 'signed-in', sessionOnly: true },
      schema: {
        operationId: 'proveIdentity',
        summary: 'Proves again who one is, by password or second factor; sensitive actions ask for it after 15 minutes',
        tags: ['auth'],
        body: Type.Partial(Type.Object(Object.fromEntries(Object.entries(fields).map(([key, { schema }]) => [key, schema])))),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      const { org, userId } = session;
      const { password, totp, passkey } = readBody(fields, request.body);
      const user = await findUser(db, org, userId);
      if (user === null) throw notFound();
      if (password) {
        const stored = await passwordHashOf(db, org, userId);
        if (stored?.passwordHash == null) throw fieldErrors({ password: ['You have no password here.'] });
        await checkOwnPassword(deps, user, stored.passwordHash, password, 'password');
      } else {
        const key = accountKey(org, userId);
        const wait = await takeAttempt(db, key, ACCOUNT_LIMIT, clock.now());
        if (wait !== null) throw tooManyAttempts(429, wait);
        const proved = await auth.secondStep.check(org, userId, { totp: totp ? totp : null, passkey: passkey ?? null });
        if (proved !== true)
          throw fieldErrors(proved === null ? { password: ['This field is required.'] } : { totp: ['The code is wrong.'] });
        await forgive(db, key);
      }
      const { sessionDays } = await readPolicy(db, org);
      const token = await inTransaction(db, (tx) => rotateSession(tx, session, clock.now(), { proved: true }));
      if (token === null) throw notFound();
      return setCookie(reply, auth.cookie.set(token, sessionDays * 86_400))
        .code(204)
        .send();
    },
  );
}
