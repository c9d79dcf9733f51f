import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  ADDRESS_LIMIT,
  addressKey,
  endSessions,
  idTokenPurpose,
  listOrganizations,
  OidcError,
  providerOfSession,
  readPolicy,
  refund,
  type Session,
  signInWithPassword,
} from '../../../access/index.ts';
import { recordAudit } from '../../../audit/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import { type SecretBox, SecretError } from '../../../platform/secrets.ts';
import { isTimeZone } from '../../../schedules/index.ts';
import { findUser, hashPassword, passwordProblem, type User } from '../../../users/index.ts';
import { ApiError, type ErrorBody, fieldErrors, forbidden } from '../conventions/api-error.ts';
import { callerOf, sessionOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { boolean, custom, nullable, readBody, text } from '../conventions/fields.ts';
import { sendJson } from '../conventions/resource.ts';
import type { AuthContext, AuthDeps } from './auth-context.ts';
import {
  auditOwn,
  beginSession,
  refuseCrossSite,
  sessionEvent,
  setCookie,
  sourceOf,
  throttle,
  tooManyAttempts,
} from './begin-session.ts';
import { presentSession, type SessionDeps, SessionSchema } from './present-session.ts';

import { USER_REFUSALS } from './user-refusals.ts';

const tags = ['auth'];
const isPublic = { isPublic: true } as const;

const Methods = named(
  'SignInMethods',
  Type.Object({
    product_name: Type.String(),
    setup_needed: Type.Boolean({ description: 'Nobody can sign in yet; the first admin is made by `auth/setup`.' }),
    password: Type.Boolean(),
    passkey: Type.Boolean(),
    oidc: Type.Array(Type.Object({ name: Type.String(), label: Type.String(), url: Type.String() })),
    maintenance_message: Type.Union([Type.String(), Type.Null()]),
  }),
);
const SignedIn = named('SignedIn', Type.Object({ user_id: Type.String() }));
const SignedOut = named(
  'SignedOut',
  Type.Object({ end_session_url: Type.String({ description: 'Send the browser there to sign out at the provider, too.' }) }),
);
const SignInRefused = named(
  'SignInRefused',
  Type.Object({
    detail: Type.String(),
    code: Type.String({ description: '`bad_credentials`, `totp_required` or `throttled`.' }),
    retry_after: Type.Optional(Type.Integer({ description: 'Seconds.' })),
    passkey: Type.Optional(Type.Unknown({ description: 'With `totp_required`: `challenge_id` and `options` for a passkey.' })),
    factors: Type.Optional(
      Type.Array(Type.String(), { description: 'With `totp_required`: `totp`, `passkey`, `recovery_code`.' }),
    ),
  }),
);

/** Passwords are taken as they are typed; the length only bounds the work of hashing. */
const anyPassword = text({ keepSpace: true, max: 1_024 });
const setupFields = {
  code: text({ max: 200 }),
  org_name: text({ max: 200 }),
  name: text({ max: 200, blank: true }),
  email: text({ max: 254 }),
  username: text({ max: 100 }),
  password: anyPassword,
  timezone: nullable(text({ max: 100, blank: true })),
};
const loginFields = {
  login: text({ max: 254 }),
  password: anyPassword,
  totp: nullable(text({ max: 64, blank: true })),
  passkey: custom(Type.Unknown({ description: 'Answer of a passkey as second factor.' }), (raw) => raw),
  remember: boolean(),
};

/** First run, signing in by password, signing out, and the session itself (access.md 7.5, 7.6). */
export function registerSignIn(app: FastifyInstance, deps: SessionDeps & { readonly secrets: SecretBox }): void {
  const { db, clock, auth, baseUrl, secrets } = deps;

  /** Where the browser signs out at the provider that the session began at; null where there is no such place. */
  const endSessionUrl = async (session: Session): Promise<string | null> => {
    const kept = await providerOfSession(db, session);
    const client = kept === null ? undefined : auth.oidc.get(kept.provider);
    if (kept === null || client === undefined) return null;
    try {
      const idToken = secrets.open(kept.sealedIdToken, idTokenPurpose(session.id));
      return await client.endSessionUrl(idToken, `${baseUrl}/login`);
    } catch (err) {
      if (!(err instanceof OidcError || err instanceof SecretError)) throw err;
      app.log.warn({ err, provider: kept.provider }, 'signing out at the provider is not possible');
      return null;
    }
  };

  app.get(
    '/auth/methods',
    {
      config: isPublic,
      schema: { operationId: 'getSignInMethods', summary: 'Tells how people can sign in', tags, response: { 200: Methods } },
    },
    async (_request, reply) => {
      const [organization] = await listOrganizations(db);
      const policy = organization === undefined ? null : await readPolicy(db, organization.id);
      const methods = {
        product_name: 'Tocsin',
        setup_needed: await auth.firstRun.isNeeded(),
        password: policy?.passwordSignIn ?? true,
        passkey: true,
        oidc: providersOf(auth),
        maintenance_message: auth.maintenanceMessage,
      };
      return sendJson(reply.header('cache-control', 'no-store'), 200, JSON.stringify(methods));
    },
  );

  app.post(
    '/auth/setup',
    {
      config: isPublic,
      schema: {
        operationId: 'setUp',
        summary: 'Makes the organization and its first admin, and signs them in',
        tags,
        body: Type.Object(
          Object.fromEntries(
            Object.entries(setupFields).map(([key, { schema }]) => [
              key,
              key === 'timezone' || key === 'name' ? Type.Optional(schema) : schema,
            ]),
          ),
        ),
        response: { 201: SignedIn },
      },
    },
    async (request, reply) => {
      refuseCrossSite(request, baseUrl);
      const body = readBody(setupFields, request.body, ['code', 'org_name', 'email', 'username', 'password']);
      if (!(await auth.firstRun.isNeeded())) throw alreadySetUp();
      const address = addressKey(request.ip);
      await throttle(deps, address, ADDRESS_LIMIT);
      if (!(await auth.firstRun.isCode(body.code))) {
        request.log.warn({ ip: request.ip, request_id: request.id }, 'somebody gave a wrong setup code');
        const [organization] = await listOrganizations(db);
        if (organization !== undefined)
          await inTransaction(db, (tx) =>
            recordAudit(
              tx,
              organization.id,
              sourceOf(request, null),
              sessionEvent('login_failed', null, 'wrong setup code'),
              clock.now(),
            ),
          );
        throw forbidden('The setup code is wrong. The server prints it in its log when it starts.', 'wrong_setup_code');
      }
      const problem = passwordProblem(body.password, body.email);
      const timezone = body.timezone ? body.timezone : null;
      const errors = {
        ...(problem === null ? {} : { password: [problem] }),
        ...(timezone === null || isTimeZone(timezone) ? {} : { timezone: ['This is not the name of a time zone.'] }),
      };
      await refund(db, address);
      if (Object.keys(errors).length > 0) throw fieldErrors(errors);
      const made = await auth.firstRun.create(
        {
          organizationName: body.org_name,
          name: body.name ?? '',
          username: body.username,
          email: body.email,
          passwordHash: await hashPassword(body.password),
          timezone,
          withToken: false,
        },
        async (tx, user, now) => {
          const event = { type: 'user', name: 'user_created', resource: { type: 'user', id: user.id, name: user.username } };
          await recordAudit(tx, user.org, sourceOf(request, user), { ...event, note: 'first run' }, now);
          return beginSession(tx, deps, request, user, { method: 'setup', secondFactor: false });
        },
      );
      if (!made.ok) throw made.reason === 'already_set_up' ? alreadySetUp() : fieldErrors(USER_REFUSALS[made.reason]);
      return sendJson(setCookie(reply, made.also.cookie), 201, JSON.stringify({ user_id: made.user.id }));
    },
  );

  app.post(
    '/auth/login',
    {
      config: isPublic,
      schema: {
        operationId: 'signIn',
        summary: 'Signs a person in and sets the session cookie',
        tags,
        body: Type.Object({
          login: Type.String({ description: 'Username or e-mail address.' }),
          password: Type.String(),
          totp: Type.Optional(Type.Union([Type.String(), Type.Null()], { description: 'Six digits, or a recovery code.' })),
          passkey: Type.Optional(loginFields.passkey.schema),
          remember: Type.Optional(Type.Boolean({ description: 'False: the browser forgets the session when it closes.' })),
        }),
        response: { 200: SignedIn, 401: SignInRefused },
      },
    },
    async (request, reply) => {
      refuseCrossSite(request, baseUrl);
      const body = readBody(loginFields, request.body, ['login', 'password']);
      const [organization] = await listOrganizations(db);
      if (organization === undefined) throw badCredentials();
      const org = organization.id;
      const result = await signInWithPassword(
        { db, clock, secondStep: auth.secondStep },
        {
          org,
          login: body.login,
          password: body.password,
          second: { totp: body.totp ? body.totp : null, passkey: body.passkey ?? null },
          ip: request.ip,
        },
      );
      if (!result.ok) throw await refuseSignIn(deps, request, org, result);
      const { cookie } = await inTransaction(db, (tx) =>
        beginSession(tx, deps, request, result.user, {
          method: 'password',
          secondFactor: result.secondFactor,
          remember: body.remember ?? true,
        }),
      );
      return sendJson(setCookie(reply, cookie), 200, JSON.stringify({ user_id: result.user.id }));
    },
  );

  app.post(
    '/auth/logout',
    {
      config: { permission: 'signed-in', sessionOnly: true, whileViewingAs: true },
      schema: { operationId: 'signOut', summary: 'Ends the session', tags, response: { 200: SignedOut, 204: Type.Null() } },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      const url = await endSessionUrl(session);
      await inTransaction(db, async (tx) => {
        await endSessions(tx, session.org, session.userId, { only: session.id });
        const user = await findUser(tx, session.org, session.userId);
        if (user !== null) await auditOwn(tx, request, session.org, user, sessionEvent('logout', user), clock.now());
      });
      setCookie(reply, auth.cookie.clear());
      return url === null ? reply.code(204).send() : sendJson(reply, 200, JSON.stringify({ end_session_url: url }));
    },
  );

  app.get(
    '/auth/session',
    {
      config: { permission: 'signed-in', sessionOnly: true },
      schema: {
        operationId: 'getSession',
        summary: 'Tells who is signed in, what they may do, and how the organization is set up',
        tags,
        response: { 200: SessionSchema },
      },
    },
    async (request, reply) => {
      const shown = await presentSession(deps, callerOf(request), sessionOf(request), request.lacksSecondFactor);
      return sendJson(reply.header('cache-control', 'no-store'), 200, JSON.stringify(shown));
    },
  );
}

/** Buttons of the sign-in page that lead elsewhere; a reverse proxy that signs people in is one of them. */
const providersOf = (auth: AuthContext) => [
  ...[...auth.oidc.values()].map(({ provider: { name, label } }) => ({ name, label, url: `/auth/oidc/${name}/start` })),
  ...(auth.proxy === null ? [] : [{ name: 'proxy', label: 'your network', url: '/auth/proxy/start' }]),
];

const alreadySetUp = () => new ApiError(409, { detail: 'Tocsin is set up already. Sign in.', code: 'already_set_up' });
const badCredentials = () => new ApiError(401, { detail: 'Name or password is wrong.', code: 'bad_credentials' });

type Refused = Extract<Awaited<ReturnType<typeof signInWithPassword>>, { ok: false }>;

/** The answer to an attempt that failed, which is recorded; names that nobody has are not, for people type passwords there. */
async function refuseSignIn(
  { db, clock, auth }: AuthDeps,
  request: FastifyRequest,
  org: string,
  refused: Refused,
): Promise<ApiError> {
  switch (refused.reason) {
    case 'password_sign_in_disabled':
      return forbidden('Signing in by password is switched off.', 'password_sign_in_disabled');
    case 'throttled':
      return tooManyAttempts(401, refused.retryAfterSeconds);
    case 'second_factor_required':
      return secondFactorNeeded(auth, refused.user, refused.factors, 'Enter the code of your second factor.');
    case 'second_factor_wrong': {
      const event = sessionEvent('login_failed', refused.user, 'second factor');
      await inTransaction(db, (tx) => recordAudit(tx, org, sourceOf(request, null), event, clock.now()));
      return secondFactorNeeded(auth, refused.user, refused.factors, 'This is wrong or was used already.');
    }
    case 'bad_credentials': {
      const { user } = refused;
      const event = sessionEvent('login_failed', user, user === null ? 'unknown name' : null);
      await inTransaction(db, (tx) => recordAudit(tx, org, sourceOf(request, null), event, clock.now()));
      return badCredentials();
    }
  }
}

async function secondFactorNeeded(auth: AuthContext, user: User, factors: readonly string[], detail: string): Promise<ApiError> {
  const asked = await auth.secondStep.ask(user.org, user.id);
  return new ApiError(401, {
    detail,
    code: 'totp_required',
    factors,
    ...(asked === null ? {} : { passkey: { challenge_id: asked.challengeId, options: asked.options as ErrorBody } }),
  });
}
