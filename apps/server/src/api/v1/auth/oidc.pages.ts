import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  ADDRESS_LIMIT,
  addressKey,
  authenticateRequest,
  idTokenPurpose,
  listOrganizations,
  type OidcClient,
  OidcError,
  type OidcPurpose,
  type OidcSignIn,
  personOfClaims,
  readPolicy,
  rotateSession,
  type Session,
  signInOidc,
  takeAttempt,
} from '../../../access/index.ts';
import { recordAudit } from '../../../audit/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import type { Tx } from '../../../platform/db/database.ts';
import type { SecretBox } from '../../../platform/secrets.ts';
import { single } from '../conventions/pagination.ts';
import type { AuthDeps } from './auth-context.ts';
import { beginSession, sessionEvent, sourceOf } from './begin-session.ts';
import { type SignInProblem, showProblem } from './error-page.ts';
import { beginFlow, endFlow, type OidcFlow } from './oidc-flow.ts';
import { safeNext } from './safe-next.ts';

const PROBLEM_OF = { refused: 'provider_refused', failed: 'provider_failed', unreachable: 'provider_unreachable' } as const;
const STARTS = { ...ADDRESS_LIMIT, attempts: 100 };

type Denied = Extract<OidcSignIn, { ok: false }>;
/** Rolls back what a denied sign-in has done. */
class DeniedError extends Error {
  readonly denied: Denied;
  constructor(denied: Denied) {
    super(denied.reason);
    this.denied = denied;
  }
}

/** The addresses that browsers open to sign in at a provider, and come back to (access.md 7.4). */
export async function oidcPages(
  app: FastifyInstance,
  { ctx: deps }: { ctx: AuthDeps & { readonly secrets: SecretBox } },
): Promise<void> {
  const { db, clock, auth, baseUrl, secrets } = deps;
  const schema = { hide: true };

  const failed = (request: FastifyRequest, reply: FastifyReply, provider: string, err: unknown): FastifyReply => {
    if (!(err instanceof OidcError)) throw err;
    request.log.warn({ err, provider, request_id: request.id }, 'a sign-in by OpenID Connect failed');
    return showProblem(request, reply, PROBLEM_OF[err.reason]);
  };

  app.get('/auth/oidc/:name/start', { schema }, async (request, reply) => {
    const { name } = request.params as { name: string };
    const query = request.query as Record<string, unknown>;
    const client = auth.oidc.get(name);
    if (client === undefined) return showProblem(request, reply, 'unknown_provider');
    const wait = await takeAttempt(db, addressKey(request.ip, 'oidc'), STARTS, clock.now());
    if (wait !== null) return showProblem(request, reply.header('retry-after', wait), 'too_many_attempts');
    const token = single(query.invitation);
    const purpose: OidcPurpose = token === undefined ? { kind: 'sign_in' } : { kind: 'invitation', token };
    try {
      const url = await beginFlow(deps, request, reply, client, purpose, safeNext(single(query.next), baseUrl));
      return reply.header('cache-control', 'no-store').redirect(url, 302);
    } catch (err) {
      return failed(request, reply, name, err);
    }
  });

  app.get('/auth/oidc/:name/callback', { schema }, async (request, reply) => {
    const { name } = request.params as { name: string };
    const state = single((request.query as Record<string, unknown>).state);
    const client = auth.oidc.get(name);
    if (client === undefined) return showProblem(request, reply, 'unknown_provider');
    const flow = state === undefined ? null : await endFlow(deps, request, state, name);
    if (flow === null || state === undefined) return showProblem(request, reply, 'state_expired');
    try {
      return await finish(request, reply, client, flow, state);
    } catch (err) {
      return failed(request, reply, name, err);
    }
  });

  async function finish(request: FastifyRequest, reply: FastifyReply, client: OidcClient, flow: OidcFlow, state: string) {
    const isAgain = flow.purpose.kind === 'link' || flow.purpose.kind === 'proof';
    const { claims, idToken } = await client.finish(new URL(request.url, baseUrl), flow.question, state, isAgain);
    const [organization] = await listOrganizations(db);
    if (organization === undefined) return showProblem(request, reply, 'not_provisioned');
    const session = isAgain ? await sessionOfBrowser(request) : null;
    if (isAgain && (session === null || session.userId !== (flow.purpose as { userId: string }).userId))
      return showProblem(request, reply, 'session_ended');
    const person = personOfClaims(client.provider, claims);
    try {
      const cookie = await inTransaction(db, async (tx) => {
        const result = await signInOidc(tx, organization.id, client.provider, person, flow.purpose, clock.now());
        if (!result.ok) throw new DeniedError(result);
        const set =
          session === null ? await begin(tx, request, client, result, idToken, person.hasSecondFactor) : await renew(tx, session);
        await record(tx, request, result, client.provider.label);
        return set;
      });
      const back = reply.header('cache-control', 'no-store');
      return (cookie === null ? back : back.header('set-cookie', cookie)).redirect(flow.next, 302);
    } catch (err) {
      if (!(err instanceof DeniedError)) throw err;
      return deny(request, reply, organization.id, client, err.denied, person.subject);
    }
  }

  const begin = async (
    tx: Tx,
    request: FastifyRequest,
    { provider }: OidcClient,
    { user }: Extract<OidcSignIn, { ok: true }>,
    idToken: string,
    secondFactor: boolean,
  ): Promise<string> => {
    const sealIdToken = (sessionId: string) => secrets.seal(idToken, idTokenPurpose(sessionId));
    const oidc = { provider: provider.name, sealIdToken };
    return (await beginSession(tx, deps, request, user, { method: 'oidc', secondFactor, oidc })).cookie;
  };

  async function renew(tx: Tx, session: Session): Promise<string | null> {
    const token = await rotateSession(tx, session, clock.now(), { proved: true });
    return token === null ? null : auth.cookie.set(token, (await readPolicy(tx, session.org)).sessionDays * 86_400);
  }

  async function sessionOfBrowser(request: FastifyRequest): Promise<Session | null> {
    const gate = { db, reads: db, clock, cookie: auth.cookie, baseUrl };
    const found = await authenticateRequest(gate, async () => ({ ok: false, reason: 'unauthenticated' }), {
      cookie: request.headers.cookie,
      userAgent: request.headers['user-agent'],
      ip: request.ip,
    });
    // Who looks at the product as a role changes nothing, so there is nobody to link anything to.
    return found.ok && found.session !== undefined && found.session.viewedRole === null ? found.session : null;
  }

  async function record(
    tx: Tx,
    request: FastifyRequest,
    result: Extract<OidcSignIn, { ok: true }>,
    label: string,
  ): Promise<void> {
    const { user, became, changes } = result;
    const resource = { type: 'user', id: user.id, name: user.username };
    const source = sourceOf(request, user);
    const note = `by ${label}`;
    const now = clock.now();
    if (became !== null) await recordAudit(tx, user.org, source, { type: 'user', name: became, resource, note }, now);
    const changed = (name: string, key: string, change: { before: unknown; after: unknown } | null) =>
      change === null
        ? undefined
        : recordAudit(
            tx,
            user.org,
            source,
            { type: 'user', name, resource, before: { [key]: change.before }, after: { [key]: change.after }, note },
            now,
          );
    await changed('role_changed', 'role', changes.role);
    await changed('permissions_changed', 'roles', changes.roles);
    await changed('team_membership_changed', 'teams', changes.teams);
  }

  async function deny(
    request: FastifyRequest,
    reply: FastifyReply,
    org: string,
    { provider }: OidcClient,
    { reason, user }: Denied,
    subject: string,
  ): Promise<FastifyReply> {
    request.log.warn({ provider: provider.name, reason, subject, request_id: request.id }, 'somebody was not let in');
    const problem: SignInProblem = reason;
    await inTransaction(db, (tx) =>
      recordAudit(
        tx,
        org,
        sourceOf(request, null),
        sessionEvent('oidc_denied', user, `${provider.name}: ${reason}`),
        clock.now(),
      ),
    );
    return showProblem(request, reply, problem);
  }
}
