import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import {
  ACCOUNT_LIMIT,
  accountKey,
  addressKey,
  createPasswordReset,
  endSessions,
  findPasswordReset,
  forgive,
  HOURLY_LIMIT,
  listOrganizations,
  readPolicy,
  resetPassword,
  rotateSession,
  takeAttempt,
} from '../../../access/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import type { Tx } from '../../../platform/db/database.ts';
import {
  findUser,
  hashPassword,
  passwordHashOf,
  passwordProblem,
  setPasswordHash,
  type User,
  verifyPassword,
} from '../../../users/index.ts';
import { refuseNarrowed } from '../access/grants.ts';
import { ApiError, fieldErrors, forbidden, notFound } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf, sessionOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { nullable, readBody, text } from '../conventions/fields.ts';
import { requireRecentProof } from '../conventions/proof.ts';
import { sendJson } from '../conventions/resource.ts';
import type { AuthDeps } from './auth-context.ts';
import { auditOwn, refuseCrossSite, sessionEvent, setCookie, throttle, tooManyAttempts } from './begin-session.ts';

const tags = ['auth'];
const anyPassword = text({ keepSpace: true, max: 1_024 });
const forgotFields = { login: text({ max: 254 }), email: text({ max: 254 }) };
const resetFields = { token: text({ max: 200 }), password: anyPassword };
const changeFields = { current_password: nullable(text({ keepSpace: true, max: 1_024, blank: true })), password: anyPassword };
const ResetLink = named('PasswordResetLink', Type.Object({ url: Type.String(), expires_at: Type.String() }));
const Accepted = Type.Object({}, { description: 'The same whether or not there is such a person.' });

/** What a link that lets nobody in is answered with. */
export const LINK_REFUSALS = {
  unknown_link: new ApiError(404, { detail: 'This link does not exist.', code: 'unknown_link' }),
  used_link: new ApiError(410, { detail: 'This link was used already.', code: 'used_link' }),
  expired_link: new ApiError(410, { detail: 'This link has expired. Ask for a new one.', code: 'expired_link' }),
};

/** Passwords: forgotten, reset by a link, changed by their owners (access.md 7.2, 7.6). */
export function registerPasswords(app: FastifyInstance, deps: AuthDeps): void {
  const { db, clock, auth, baseUrl } = deps;

  const tellOwner = async (tx: Tx, user: User) =>
    auth.mail.add(tx, {
      kind: 'password_changed',
      organizationId: user.org,
      id: user.id,
      requestedAt: clock.now().toISOString(),
    });

  app.post(
    '/auth/password/forgot',
    {
      config: { isPublic: true },
      schema: {
        operationId: 'forgotPassword',
        summary: 'Mails a link to set a new password, if there is such a person and a mail server',
        tags,
        body: Type.Partial(
          Type.Object({
            login: Type.String({ description: 'Username or e-mail address.' }),
            email: Type.String({ description: 'The same by another name.' }),
          }),
        ),
        response: { 202: Accepted },
      },
    },
    async (request, reply) => {
      refuseCrossSite(request, baseUrl);
      const { email, login = email } = readBody(forgotFields, request.body);
      if (login === undefined) throw fieldErrors({ login: ['This field is required.'] });
      await throttle(deps, addressKey(request.ip, 'forgot'), HOURLY_LIMIT);
      const [organization] = await listOrganizations(db);
      if (organization !== undefined && auth.mail.isOn()) {
        // The job finds out whether there is such a person, so that the time of the answer does not tell.
        const mail = {
          kind: 'forgot',
          organizationId: organization.id,
          id: login,
          requestedAt: clock.now().toISOString(),
        } as const;
        await inTransaction(db, (tx) => auth.mail.add(tx, mail));
      }
      return sendJson(reply, 202, '{}');
    },
  );

  app.post(
    '/auth/password/reset',
    {
      config: { isPublic: true },
      schema: {
        operationId: 'resetPassword',
        summary: 'Sets a password by a link that was mailed or handed over; ends all sessions',
        tags,
        body: Type.Object({ token: Type.String(), password: Type.String() }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      refuseCrossSite(request, baseUrl);
      const { token, password } = readBody(resetFields, request.body, ['token', 'password']);
      const address = addressKey(request.ip, 'reset');
      await throttle(deps, address, HOURLY_LIMIT);
      const found = await findPasswordReset(db, token, clock.now());
      if (!found.ok) throw LINK_REFUSALS[found.reason];
      const passwordHash = await hashPassword(password); // costs, so only holders of a link cause it
      const result = await inTransaction(db, async (tx) => {
        const now = clock.now();
        const done = await resetPassword(tx, token, password, passwordHash, now);
        if (!done.ok) return done;
        await tellOwner(tx, done.user);
        await auditOwn(tx, request, done.user.org, done.user, sessionEvent('password_changed', done.user, 'by a link'), now);
        return done;
      });
      if (result.ok || result.reason === 'bad_password') await forgive(db, address);
      if (!result.ok)
        throw result.reason === 'bad_password' ? fieldErrors({ password: [result.problem] }) : LINK_REFUSALS[result.reason];
      return setCookie(reply, auth.cookie.clear()).code(204).send();
    },
  );

  app.post(
    '/auth/password',
    {
      config: { permission: 'signed-in', sessionOnly: true },
      schema: {
        operationId: 'changePassword',
        summary: "Changes one's own password and ends all one's other sessions",
        tags,
        body: Type.Object({
          current_password: Type.Optional(changeFields.current_password.schema),
          password: Type.String(),
        }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      const { current_password: current, password } = readBody(changeFields, request.body, ['password']);
      const user = await findUser(db, session.org, session.userId);
      const stored = await passwordHashOf(db, session.org, session.userId);
      if (user === null || stored === null) throw notFound();
      if (stored.passwordHash === null) requireRecentProof(request, clock.now());
      else await checkOwnPassword(deps, user, stored.passwordHash, current ?? '', 'current_password');
      const problem = passwordProblem(password, user.email);
      if (problem !== null) throw fieldErrors({ password: [problem] });
      const passwordHash = await hashPassword(password);
      const { sessionDays } = await readPolicy(db, user.org);
      const token = await inTransaction(db, async (tx) => {
        const now = clock.now();
        await setPasswordHash(tx, user.org, user.id, passwordHash);
        await endSessions(tx, user.org, user.id, { except: session.id });
        const rotated = await rotateSession(tx, session, now, { proved: true });
        await tellOwner(tx, user);
        await auditOwn(tx, request, user.org, user, sessionEvent('password_changed', user), now);
        return rotated;
      });
      return setCookie(reply, token === null ? auth.cookie.clear() : auth.cookie.set(token, sessionDays * 86_400))
        .code(204)
        .send();
    },
  );

  app.post(
    '/users/:id/password_reset',
    {
      config: { permission: 'admin:admin', needsProof: true },
      schema: {
        operationId: 'createPasswordResetLink',
        summary: 'Makes a link by which the person can set a new password, to be handed over; it works for 30 minutes',
        tags: ['users'],
        params: Type.Object({ id: Type.String() }),
        response: { 201: ResetLink },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { org } = caller;
      refuseNarrowed(caller, 'links to set passwords');
      const user = await findUser(db, org, (request.params as { id: string }).id);
      if (user?.isActive !== true) throw notFound();
      if ((await passwordHashOf(db, org, user.id))?.isWelcome !== true)
        throw forbidden('This person was not claimed yet: invite them.', 'not_claimed');
      const made = await inTransaction(db, async (tx) => {
        const now = clock.now();
        const link = await createPasswordReset(tx, org, user.id, now);
        await audit(tx, request, sessionEvent('password_reset_requested', user, 'link made by hand'), clock);
        return link;
      });
      const body = { url: `${baseUrl}/reset/${made.token}`, expires_at: made.expiresAt.toISOString() };
      return sendJson(reply.header('cache-control', 'no-store'), 201, JSON.stringify(body));
    },
  );
}

/** Checks a person's own password against guessing by whoever sits at their screen. */
export async function checkOwnPassword(
  { db, clock }: AuthDeps,
  user: User,
  passwordHash: string,
  given: string,
  field: string,
): Promise<void> {
  const key = accountKey(user.org, user.id);
  const wait = await takeAttempt(db, key, ACCOUNT_LIMIT, clock.now());
  if (wait !== null) throw tooManyAttempts(429, wait);
  if (!(await verifyPassword(given, passwordHash))) throw fieldErrors({ [field]: ['The password is wrong.'] });
  await forgive(db, key);
}
