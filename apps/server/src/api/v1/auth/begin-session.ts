import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type AttemptLimit,
  endSessions,
  findSession,
  type NewSession,
  type Origin,
  readPolicy,
  siteOf,
  startSession,
  takeAttempt,
} from '../../../access/index.ts';
import { type AuditEvent, type AuditSource, recordAudit } from '../../../audit/index.ts';
import type { Tx } from '../../../platform/db/database.ts';
import type { User } from '../../../users/index.ts';
import { ApiError, forbidden } from '../conventions/api-error.ts';
import { factsOf } from '../conventions/caller.ts';
import type { AuthDeps } from './auth-context.ts';

export const originOf = (request: FastifyRequest): Origin => ({
  ip: request.ip,
  userAgent: request.headers['user-agent'] ?? null,
});

/** Refuses what a page of another site had a browser send, where no session's token can tell (access.md 7.7). */
export function refuseCrossSite(request: FastifyRequest, baseUrl: string): void {
  if (siteOf(factsOf(request), baseUrl) === 'cross')
    throw forbidden('The request did not come from a page of this server.', 'csrf');
}

/** Counts an attempt and refuses it when there were too many. */
export async function throttle(deps: AuthDeps, key: string, limit: AttemptLimit): Promise<void> {
  const wait = await takeAttempt(deps.db, key, limit, deps.clock.now());
  if (wait !== null) throw tooManyAttempts(429, wait);
}

export const tooManyAttempts = (status: 401 | 429, seconds: number): ApiError =>
  new ApiError(
    status,
    {
      detail: `Too many attempts. Try again in ${seconds} second${seconds === 1 ? '' : 's'}.`,
      code: 'throttled',
      retry_after: seconds,
    },
    { 'Retry-After': String(seconds) },
  );

/** A person who is not a caller yet, or acts without one, for the audit log. */
export const sourceOf = (request: FastifyRequest, user: Pick<User, 'id' | 'username'> | null): AuditSource => ({
  actor: { type: user === null ? 'system' : 'user', id: user?.id ?? null, name: user?.username ?? 'nobody' },
  via: 'web',
  ip: request.ip,
  userAgent: request.headers['user-agent'] ?? null,
  requestId: request.id,
});

/** An event of the session group about a person (access.md 14.2). */
export const sessionEvent = (
  name: string,
  user: Pick<User, 'id' | 'username'> | null,
  note: string | null = null,
): AuditEvent => ({
  type: 'session',
  name,
  ...(user === null ? {} : { resource: { type: 'user', id: user.id, name: user.username } }),
  note,
});

/** Records something about a person that the person did. */
export const auditOwn = (tx: Tx, request: FastifyRequest, org: string, user: User, event: AuditEvent, now: Date): Promise<void> =>
  recordAudit(tx, org, sourceOf(request, user), event, now);

export interface Begun {
  readonly cookie: string;
}

/**
 * Begins a session for whoever has just proved who they are, in place of the one that the browser had, and records it.
 * @returns the `Set-Cookie` to send once the transaction has committed
 */
export async function beginSession(
  tx: Tx,
  deps: AuthDeps,
  request: FastifyRequest,
  user: User,
  wanted: Pick<NewSession, 'method' | 'secondFactor' | 'oidc'> & { readonly remember?: boolean },
): Promise<Begun> {
  const now = deps.clock.now();
  const former = deps.auth.cookie.read(request.headers.cookie);
  const replaced = former === null ? null : await findSession(tx, former, now);
  if (replaced !== null) await endSessions(tx, replaced.session.org, replaced.session.userId, { only: replaced.session.id });
  const { remember = true, ...how } = wanted;
  const { token } = await startSession(tx, { org: user.org, userId: user.id, origin: originOf(request), ...how }, now);
  const { sessionDays } = await readPolicy(tx, user.org);
  await auditOwn(tx, request, user.org, user, sessionEvent('login_succeeded', user, wanted.method), now);
  return { cookie: deps.auth.cookie.set(token, remember ? sessionDays * 86_400 : null) };
}

export const setCookie = (reply: FastifyReply, cookie: string): FastifyReply =>
  reply.header('set-cookie', cookie).header('cache-control', 'no-store');
