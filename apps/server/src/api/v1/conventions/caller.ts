import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type Authentication,
  acceptedBy,
  type Caller,
  type Credentials,
  isSafeMethod,
  meets,
  type Refusal,
  type RequestFacts,
  type Requirement,
  rolesGranting,
  type Session,
} from '../../../access/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { ApiError, forbidden } from './api-error.ts';
import type { Contact, ContactsOf } from './contacts.ts';
import { requireRecentProof } from './proof.ts';
import type { NoteRefusal } from './refusals.ts';

export type { Caller };

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
    /** The caller's session, where a cookie let them in. */
    session: Session | null;
    /** The caller has to set up a second factor before anything else. */
    lacksSecondFactor: boolean;
  }
  interface FastifyContextConfig {
    /** What the caller must be allowed to do; an API route without it does not start. */
    permission?: Requirement;
    /** Refuses service accounts, because the action must have a human author (access.md 6.2). */
    usersOnly?: UsersOnly;
    /** Only for people in a browser: a token will not do, and who has no session is told to sign in. */
    sessionOnly?: true;
    /** People in a browser must have proved who they are within the last quarter of an hour (access.md 7.3). */
    needsProof?: true;
    /** Allowed, though it writes, to an admin who looks at the product as a role does. */
    whileViewingAs?: true;
    /** A limit of its own, of each token and session, in place of the general one; routes of one name share it (access.md 13). */
    ownLimit?: { readonly name: string; readonly perMinute: number };
    /** The handler checks a secret of its own instead. */
    isPublic?: boolean;
  }
}

/** `mayAct`: accounts with the switch of access.md 9 pass. `detail`: what others are told, `Invalid token.` when left out. */
export type UsersOnly = true | { readonly mayAct: true; readonly detail?: string };

/** The caller of a request that passed `admit`. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null)
    throw new Error(`${request.routeOptions.url}: no caller; the route was registered outside the API's guard`);
  return request.caller;
}

/** The caller's id as a person, on routes that are for people only. */
export function personOf(caller: Caller): string {
  if (caller.userId === null) throw invalidToken;
  return caller.userId;
}

export interface Guard {
  readonly authenticate: (credentials: Credentials) => Promise<Authentication>;
  readonly clock: Clock;
  readonly limitPerMinute: number;
  /** Of the tokens of an organization that has a limit of its own. */
  readonly limitOf: (org: string) => number | undefined;
  readonly contactsOf: ContactsOf;
  readonly noteRefusal: NoteRefusal;
}

const invalidToken = forbidden('Invalid token.', 'invalid_token');
const REFUSALS: Record<Refusal, ApiError> = {
  invalid_token: invalidToken,
  inactive_user: forbidden('Only active users are allowed to perform this action.', 'inactive_user'),
  organization_deleted: new ApiError(404, { detail: 'Not found.' }),
  organization_not_found: forbidden('Organization not found.', 'organization_not_found'),
  unauthenticated: new ApiError(401, { detail: 'Sign in to go on.', code: 'unauthenticated' }),
  csrf: forbidden('The request did not come from a page of this server, or lacks its X-CSRF-Token.', 'csrf'),
};

const viewingAsRole = forbidden('While you view as a role nothing can be changed. Stop viewing as it first.', 'viewing_as_role');

const firstOf = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header);

/** What a request says of its sender. */
export const credentialsOf = (request: FastifyRequest): Credentials => ({
  authorization: request.headers.authorization,
  cookie: request.headers.cookie,
  grafanaUrl: firstOf(request.headers['x-grafana-url']),
  userAgent: request.headers['user-agent'],
  ip: request.ip,
  facts: factsOf(request),
});

/** What tells whether a page of ours sent a request. */
export const factsOf = ({ headers, host, method }: FastifyRequest): RequestFacts => ({
  method,
  host,
  origin: headers.origin,
  fetchSite: firstOf(headers['sec-fetch-site']),
  csrfToken: firstOf(headers['x-csrf-token']),
});

/** The session of a request on a route for sessions only. */
export function sessionOf(request: FastifyRequest): Session {
  if (request.session === null) throw REFUSALS.unauthenticated;
  return request.session;
}

/** Requests of a session in a minute, which only a page that has run away comes to (access.md 13). */
const SESSION_LIMIT = 1_200;

/** Authentication, then permission, then the rate limit; only then is the object looked up and the body read. */
export function createAdmission(guard: Guard): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const ofTokens = createLimiter(guard.limitPerMinute);
  const ofSessions = createLimiter(Math.max(SESSION_LIMIT, guard.limitPerMinute));
  const ownOnes = new Map<string, ReturnType<typeof createLimiter>>();
  const ownLimiter = ({ name, perMinute }: { name: string; perMinute: number }) => {
    const known = ownOnes.get(name) ?? createLimiter(perMinute);
    ownOnes.set(name, known);
    return known;
  };
  return async (request, reply) => {
    const { permission, usersOnly, sessionOnly, needsProof, ownLimit, whileViewingAs } = request.routeOptions.config;
    if (permission === undefined) return; // not found and method not allowed answer for themselves
    const found = await guard.authenticate(credentialsOf(request));
    if (!found.ok) throw sessionOnly && !request.headers.authorization ? refusalOfSession(found.reason) : REFUSALS[found.reason];
    const { caller, session = null, lacksSecondFactor = false } = found;
    if (sessionOnly && session === null)
      throw forbidden('This is for people who are signed in; tokens cannot do it.', 'session_only');
    if (session !== null && session.viewedRole !== null && !whileViewingAs && !isSafeMethod(request.method)) throw viewingAsRole;
    if (usersOnly !== undefined) refuseServiceAccounts(caller, usersOnly);
    if (!meets(caller.permissions, permission)) {
      await guard.noteRefusal(caller, request);
      throw missingPermission(permission, await guard.contactsOf(caller.org));
    }
    const seconds = guard.clock.now().getTime() / 1000;
    const limiter = ownLimit !== undefined ? ownLimiter(ownLimit) : session === null ? ofTokens : ofSessions;
    const limit = (limiter === ofTokens ? guard.limitOf(caller.org) : undefined) ?? limiter.limit;
    const { remaining, resetSeconds } = limiter.take(caller.tokenId ?? caller.sessionId ?? caller.org, seconds, limit);
    reply.header('RateLimit-Limit', limit);
    reply.header('RateLimit-Remaining', Math.max(0, remaining));
    reply.header('RateLimit-Reset', resetSeconds);
    if (remaining < 0) {
      const wait = `${resetSeconds} second${resetSeconds === 1 ? '' : 's'}`;
      throw new ApiError(
        429,
        { detail: `Request was throttled. Expected available in ${wait}.` },
        { 'Retry-After': String(resetSeconds) },
      );
    }
    request.caller = caller;
    request.session = session;
    request.lacksSecondFactor = lacksSecondFactor;
    if (lacksSecondFactor && !sessionOnly) throw forbidden('Set up a second factor first.', 'second_factor_required');
    if (needsProof) requireRecentProof(request, guard.clock.now());
  };
}

/** Where only a session will do, whoever has none is to sign in. */
const refusalOfSession = (reason: Refusal): ApiError => REFUSALS[reason === 'invalid_token' ? 'unauthenticated' : reason];

/** The refusal of a caller who lacks a permission, with what is needed, which roles grant it and whom to ask (access.md 17.2). */
function missingPermission(requirement: Requirement, contact: readonly Contact[]): ApiError {
  const required = acceptedBy(requirement) ?? [];
  return new ApiError(403, { ...(forbidden().body as object), required, granted_by: rolesGranting(required), contact });
}

function refuseServiceAccounts({ actor }: Caller, usersOnly: UsersOnly): void {
  if (actor.type !== 'service_account') return;
  if (usersOnly === true) throw invalidToken;
  if (actor.mayAct) return;
  throw usersOnly.detail === undefined ? invalidToken : forbidden(usersOnly.detail, 'service_account');
}

/** Counts requests per token in fixed windows of a minute. Each process counts for itself. */
function createLimiter(limit: number) {
  let window = 0;
  let taken = new Map<string, number>();
  return {
    limit,
    take(key: string, seconds: number, most: number): { remaining: number; resetSeconds: number } {
      const current = Math.floor(seconds / 60);
      if (current !== window) {
        window = current;
        taken = new Map();
      }
      const count = (taken.get(key) ?? 0) + 1;
      taken.set(key, count);
      return { remaining: most - count, resetSeconds: Math.max(1, Math.ceil((current + 1) * 60 - seconds)) };
    },
  };
}
