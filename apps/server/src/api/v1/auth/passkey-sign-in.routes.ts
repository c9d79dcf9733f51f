import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { ADDRESS_LIMIT, addressKey, askForPasskey, checkPasskey, passkeySite, refund } from '../../../access/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import { findUser, passwordHashOf } from '../../../users/index.ts';
import { ApiError } from '../conventions/api-error.ts';
import { named } from '../conventions/describe.ts';
import { boolean, object, readBody, text } from '../conventions/fields.ts';
import { sendJson } from '../conventions/resource.ts';
import type { AuthDeps } from './auth-context.ts';
import { beginSession, refuseCrossSite, setCookie, throttle } from './begin-session.ts';

const fields = { challenge_id: text({ max: 200 }), response: object(), remember: boolean() };

/** Signing in by a passkey alone: it is unlocked on the person's device, so that it stands for two factors. */
export function registerPasskeySignIn(app: FastifyInstance, deps: AuthDeps): void {
  const { db, clock, baseUrl } = deps;
  const tags = ['auth'];
  const config = { isPublic: true } as const;
  const site = passkeySite(baseUrl);
  app.post(
    '/auth/passkeys/options',
    {
      config,
      schema: {
        operationId: 'askForPasskey',
        summary: 'Begins to sign in by a passkey',
        tags,
        response: { 201: named('PasskeySignInOptions', Type.Object({ challenge_id: Type.String(), options: Type.Unknown() })) },
      },
    },
    async (request, reply) => {
      refuseCrossSite(request, baseUrl);
      await throttle(deps, addressKey(request.ip, 'passkey'), { ...ADDRESS_LIMIT, attempts: 100 });
      const asked = await askForPasskey(db, site, null, clock.now());
      const body = { challenge_id: asked.challengeId, options: asked.options };
      return sendJson(reply.header('cache-control', 'no-store'), 201, JSON.stringify(body));
    },
  );
  app.post(
    '/auth/passkeys/login',
    {
      config,
      schema: {
        operationId: 'signInByPasskey',
        summary: 'Signs in whoever has used a passkey of theirs',
        tags,
        body: Type.Object({
          challenge_id: Type.String(),
          response: Type.Unknown({ description: 'As `navigator.credentials.get` gave it.' }),
          remember: Type.Optional(Type.Boolean()),
        }),
        response: { 200: named('SignedIn', Type.Object({ user_id: Type.String() })) },
      },
    },
    async (request, reply) => {
      refuseCrossSite(request, baseUrl);
      const body = readBody(fields, request.body, ['challenge_id', 'response']);
      const address = addressKey(request.ip);
      await throttle(deps, address, ADDRESS_LIMIT);
      const passkey = await checkPasskey(db, site, body, null, clock.now());
      const user = passkey === null ? null : await findUser(db, passkey.org, passkey.userId);
      const isWelcome = user !== null && (await passwordHashOf(db, user.org, user.id))?.isWelcome === true;
      if (user === null || !isWelcome)
        throw new ApiError(401, { detail: 'This passkey does not open anything here.', code: 'bad_credentials' });
      await refund(db, address);
      const { cookie } = await inTransaction(db, (tx) =>
        beginSession(tx, deps, request, user, { method: 'passkey', secondFactor: true, remember: body.remember ?? true }),
      );
      return sendJson(setCookie(reply, cookie), 200, JSON.stringify({ user_id: user.id }));
    },
  );
}
