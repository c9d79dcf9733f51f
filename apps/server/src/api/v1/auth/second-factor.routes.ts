import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  ACCOUNT_LIMIT,
  accountKey,
  addPasskey,
  askForRegistration,
  beginTotp,
  countRecoveryCodes,
  createRecoveryCodes,
  forgive,
  listPasskeys,
  type Passkey,
  passkeySite,
  readPolicy,
  readTotp,
  removePasskeys,
  removeRecoveryCodes,
  removeSecondFactors,
  removeTotp,
  renamePasskey,
  rotateSession,
  type Session,
  takeAttempt,
  useTotp,
} from '../../../access/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import type { Tx } from '../../../platform/db/database.ts';
import type { SecretBox } from '../../../platform/secrets.ts';
import { findUser, type User } from '../../../users/index.ts';
import { ApiError, fieldErrors, notFound } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf, sessionOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { object, readBody, text } from '../conventions/fields.ts';
import { inOneTransaction, sendJson } from '../conventions/resource.ts';
import type { AuthDeps } from './auth-context.ts';
import { sessionEvent, setCookie, tooManyAttempts } from './begin-session.ts';

const Nullable = Type.Union([Type.String(), Type.Null()]);
const PasskeySchema = named(
  'Passkey',
  Type.Object({
    id: Type.String(),
    name: Type.String(),
    is_synced: Type.Boolean({ description: 'Whether its maker copies it to other devices.' }),
    created_at: Type.String(),
    last_used_at: Nullable,
  }),
);
const StateSchema = named(
  'SecondFactors',
  Type.Object({
    totp: Type.Boolean({ description: 'Whether one-time codes of an app are asked for.' }),
    passkeys: Type.Array(PasskeySchema),
    recovery_codes_left: Type.Integer(),
    required: Type.Boolean({ description: 'Whether the organization asks this person for one.' }),
  }),
);
const CodesSchema = named(
  'RecoveryCodes',
  Type.Object({ recovery_codes: Type.Array(Type.String(), { description: 'Shown once.' }) }),
);
const OptionsSchema = named(
  'PasskeyOptions',
  Type.Object({ challenge_id: Type.String(), options: Type.Unknown({ description: 'For `navigator.credentials`.' }) }),
);
const IdParams = Type.Object({ id: Type.String() });

const presentPasskey = (passkey: Passkey) => ({
  id: passkey.id,
  name: passkey.name,
  is_synced: passkey.isSynced,
  created_at: passkey.createdAt.toISOString(),
  last_used_at: passkey.lastUsedAt?.toISOString() ?? null,
});

const codeFields = { code: text({ max: 16 }) };
const nameField = text({ max: 100 });
const passkeyFields = { challenge_id: text({ max: 200 }), response: object(), name: nameField };

/** Second factors and passkeys of the person who is signed in, and their removal by admins (access.md 7.1, 7.3). */
export function registerSecondFactors(app: FastifyInstance, deps: AuthDeps & { readonly secrets: SecretBox }): void {
  const { db, clock, auth, baseUrl, secrets } = deps;
  const tags = ['auth'];
  const own = { permission: 'signed-in', sessionOnly: true } as const;
  const sensitive = { ...own, needsProof: true } as const;
  const site = passkeySite(baseUrl);

  const personOf = async (session: Session): Promise<User> => {
    const user = await findUser(db, session.org, session.userId);
    if (user === null) throw notFound();
    return user;
  };
  const record = async (tx: Tx, request: FastifyRequest, name: string, note: string) =>
    audit(tx, request, sessionEvent(name, await findUser(tx, sessionOf(request).org, sessionOf(request).userId), note), clock);
  /** The session has another cookie from now on, because its person may do more or less than before. */
  const renewed = async (tx: Tx, session: Session, secondFactor: boolean): Promise<string> => {
    const token = await rotateSession(tx, session, clock.now(), { secondFactor });
    const { sessionDays } = await readPolicy(tx, session.org);
    return token === null ? auth.cookie.clear() : auth.cookie.set(token, sessionDays * 86_400);
  };
  /** Recovery codes go with the last factor. */
  const forgetCodesOfNobody = async (tx: Tx, { org, userId }: Session): Promise<boolean> => {
    const left = ((await readTotp(tx, org, userId))?.isConfirmed ?? false) || (await listPasskeys(tx, org, userId)).length > 0;
    if (!left) await removeRecoveryCodes(tx, org, userId);
    return left;
  };

  app.get(
    '/auth/second_factors',
    {
      config: own,
      schema: {
        operationId: 'getSecondFactors',
        summary: "Tells one's own second factors",
        tags,
        response: { 200: StateSchema },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      const { org, userId } = session;
      const [totp, passkeys, codes, policy] = await Promise.all([
        readTotp(db, org, userId),
        listPasskeys(db, org, userId),
        countRecoveryCodes(db, org, userId),
        readPolicy(db, org),
      ]);
      const { role } = callerOf(request);
      const required = policy.secondFactor === 'password_users' || (policy.secondFactor === 'admins' && role === 'admin');
      const state = {
        totp: totp?.isConfirmed ?? false,
        passkeys: passkeys.map(presentPasskey),
        recovery_codes_left: codes,
        required: required && session.method !== 'oidc' && session.method !== 'proxy',
      };
      return sendJson(reply, 200, JSON.stringify(state));
    },
  );

  app.post(
    '/auth/totp',
    {
      config: sensitive,
      schema: {
        operationId: 'beginTotp',
        summary: 'Begins to set up one-time codes; they count once a code has confirmed them',
        tags,
        response: {
          201: named('TotpSetup', Type.Object({ secret: Type.String(), uri: Type.String({ description: 'For a QR code.' }) })),
        },
      },
    },
    async (request, reply) => {
      const user = await personOf(sessionOf(request));
      if ((await readTotp(db, user.org, user.id))?.isConfirmed)
        throw new ApiError(409, { detail: 'One-time codes are set up. Remove them first.', code: 'totp_exists' });
      const begun = await inTransaction(db, (tx) => beginTotp(tx, secrets, user, clock.now()));
      return sendJson(reply.header('cache-control', 'no-store'), 201, JSON.stringify(begun));
    },
  );

  app.post(
    '/auth/totp/confirm',
    {
      config: sensitive,
      schema: {
        operationId: 'confirmTotp',
        summary: 'Confirms one-time codes with one of them; answers recovery codes',
        tags,
        body: Type.Object({ code: Type.String() }),
        response: { 200: CodesSchema },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      const { org, userId } = session;
      const { code } = readBody(codeFields, request.body, ['code']);
      const key = accountKey(org, userId);
      const wait = await takeAttempt(db, key, ACCOUNT_LIMIT, clock.now());
      if (wait !== null) throw tooManyAttempts(429, wait);
      const done = await inTransaction(db, async (tx) => {
        if (!(await useTotp(tx, secrets, { org, userId }, code.replace(/\s/g, ''), clock.now(), true))) return null;
        const codes = await createRecoveryCodes(tx, org, userId);
        const cookie = await renewed(tx, session, true);
        await record(tx, request, 'second_factor_enabled', 'one-time codes');
        return { codes, cookie };
      });
      if (done === null) throw fieldErrors({ code: ['The code is wrong.'] });
      await forgive(db, key);
      return sendJson(setCookie(reply, done.cookie), 200, JSON.stringify({ recovery_codes: done.codes }));
    },
  );

  app.delete(
    '/auth/totp',
    {
      config: sensitive,
      schema: { operationId: 'removeTotp', summary: 'Removes one-time codes', tags, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      const cookie = await inTransaction(db, async (tx) => {
        if (!(await removeTotp(tx, session.org, session.userId))) throw notFound();
        const left = await forgetCodesOfNobody(tx, session);
        const set = await renewed(tx, session, left && session.secondFactor);
        await record(tx, request, 'second_factor_disabled', 'one-time codes');
        return set;
      });
      return setCookie(reply, cookie).code(204).send();
    },
  );

  app.post(
    '/auth/recovery_codes',
    {
      config: sensitive,
      schema: {
        operationId: 'createRecoveryCodes',
        summary: 'Makes new recovery codes; former ones no longer work',
        tags,
        response: { 201: CodesSchema },
      },
    },
    async (request, reply) => {
      const { org, userId } = sessionOf(request);
      if ((await auth.secondStep.factorsOf(org, userId)).length === 0)
        throw new ApiError(409, { detail: 'Set up a second factor first.', code: 'no_second_factor' });
      const codes = await inTransaction(db, async (tx) => {
        const made = await createRecoveryCodes(tx, org, userId);
        await record(tx, request, 'second_factor_enabled', 'new recovery codes');
        return made;
      });
      return sendJson(reply.header('cache-control', 'no-store'), 201, JSON.stringify({ recovery_codes: codes }));
    },
  );

  app.post(
    '/auth/passkeys/registration',
    {
      config: sensitive,
      schema: {
        operationId: 'askForPasskeyRegistration',
        summary: 'Begins to add a passkey',
        tags,
        response: { 201: OptionsSchema },
      },
    },
    async (request, reply) => {
      const asked = await askForRegistration(db, site, await personOf(sessionOf(request)), clock.now());
      const body = { challenge_id: asked.challengeId, options: asked.options };
      return sendJson(reply.header('cache-control', 'no-store'), 201, JSON.stringify(body));
    },
  );

  app.post(
    '/auth/passkeys',
    {
      config: sensitive,
      schema: {
        operationId: 'addPasskey',
        summary: 'Keeps the passkey that the browser has made; answers recovery codes with the first second factor',
        tags,
        body: Type.Object({ challenge_id: Type.String(), response: Type.Unknown(), name: Type.String() }),
        response: { 201: Type.Intersect([PasskeySchema, Type.Object({ recovery_codes: Type.Array(Type.String()) })]) },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      const { org, userId } = session;
      const body = readBody(passkeyFields, request.body, ['challenge_id', 'response', 'name']);
      const known = new ApiError(409, { detail: 'This passkey is known already.', code: 'passkey_exists' });
      const done = await inOneTransaction(db, { user_passkey_credential: known }, async (tx) => {
        const answer = { challengeId: body.challenge_id, response: body.response, name: body.name };
        const passkey = await addPasskey(tx, site, { org, userId }, answer, clock.now());
        if (passkey === null) return null;
        const codes = (await countRecoveryCodes(tx, org, userId)) === 0 ? await createRecoveryCodes(tx, org, userId) : [];
        const cookie = await renewed(tx, session, true);
        await record(tx, request, 'second_factor_enabled', `passkey ${passkey.name}`);
        return { passkey, codes, cookie };
      });
      if (done === null) throw fieldErrors({ response: ['The passkey could not be verified. Try again.'] });
      const shown = { ...presentPasskey(done.passkey), recovery_codes: done.codes };
      return sendJson(setCookie(reply, done.cookie), 201, JSON.stringify(shown));
    },
  );

  app.patch(
    '/auth/passkeys/:id',
    {
      config: own,
      schema: {
        operationId: 'renamePasskey',
        summary: 'Renames a passkey',
        tags,
        params: IdParams,
        body: Type.Object({ name: Type.String() }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { org, userId } = sessionOf(request);
      const { name } = readBody({ name: nameField }, request.body, ['name']);
      const { id } = request.params as { id: string };
      const done = await inTransaction(db, (tx) => renamePasskey(tx, org, userId, id, name));
      if (!done) throw notFound();
      return reply.code(204).send();
    },
  );

  app.delete(
    '/auth/passkeys/:id',
    {
      config: sensitive,
      schema: {
        operationId: 'removePasskey',
        summary: 'Removes a passkey',
        tags,
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      const { id } = request.params as { id: string };
      const cookie = await inTransaction(db, async (tx) => {
        if ((await removePasskeys(tx, session.org, session.userId, id)) === 0) throw notFound();
        const left = await forgetCodesOfNobody(tx, session);
        const set = await renewed(tx, session, left && session.secondFactor);
        await record(tx, request, 'second_factor_disabled', 'passkey');
        return set;
      });
      return setCookie(reply, cookie).code(204).send();
    },
  );

  app.post(
    '/auth/proof/options',
    {
      config: own,
      schema: {
        operationId: 'askForProof',
        summary: "Begins to prove who one is with one of one's passkeys",
        tags,
        response: { 201: OptionsSchema },
      },
    },
    async (request, reply) => {
      const { org, userId } = sessionOf(request);
      const asked = await auth.secondStep.ask(org, userId);
      if (asked === null) throw notFound();
      const body = { challenge_id: asked.challengeId, options: asked.options };
      return sendJson(reply.header('cache-control', 'no-store'), 201, JSON.stringify(body));
    },
  );

  app.delete(
    '/users/:id/second_factors',
    {
      config: { permission: 'admin:admin', needsProof: true },
      schema: {
        operationId: 'removeUserSecondFactors',
        summary: "Removes all of a person's second factors and passkeys, who has lost them",
        tags: ['users'],
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const user = await findUser(db, org, (request.params as { id: string }).id);
      if (user === null) throw notFound();
      await inTransaction(db, async (tx) => {
        if (!(await removeSecondFactors(tx, org, user.id))) throw notFound();
        await audit(tx, request, sessionEvent('second_factor_disabled', user, 'by an admin'), clock);
      });
      return reply.code(204).send();
    },
  );
}
