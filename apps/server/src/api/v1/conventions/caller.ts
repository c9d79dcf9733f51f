import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type Authentication,
  type Caller,
  type Credentials,
  meets,
  type Refusal,
  type Requirement,
} from '../../../access/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { ApiError, forbidden } from './api-error.ts';

export type { Caller };

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** What the caller must be allowed to do; an API route without it does not start. */
    permission?: Requirement;
    /** Refuses service accounts, because the action must have a human author (access.md 6.2). */
    usersOnly?: UsersOnly;
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
}

const invalidToken = forbidden('Invalid token.', 'invalid_token');
const REFUSALS: Record<Refusal, ApiError> = {
  invalid_token: invalidToken,
  inactive_user: forbidden('Only active users are allowed to perform this action.', 'inactive_user'),
  organization_deleted: new ApiError(404, { detail: 'Not found.' }),
  organization_not_found: forbidden('Organization not found.', 'organization_not_found'),
};

const firstOf = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header);

/** What a request says of its sender. */
export const credentialsOf = ({ headers }: FastifyRequest): Credentials => ({
  authorization: headers.authorization,
  cookie: headers.cookie,
  grafanaUrl: firstOf(headers['x-grafana-url']),
  userAgent: headers['user-agent'],
});

/** Authentication, then permission, then the rate limit; only then is the object looked up and the body read. */
export function createAdmission(guard: Guard): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const limiter = createLimiter(guard.limitPerMinute);
  return async (request, reply) => {
    const { permission, usersOnly } = request.routeOptions.config;
    if (permission === undefined) return; // not found and method not allowed answer for themselves
    const found = await guard.authenticate(credentialsOf(request));
    if (!found.ok) throw REFUSALS[found.reason];
    const { caller } = found;
    if (usersOnly !== undefined) refuseServiceAccounts(caller, usersOnly);
    if (!meets(caller.permissions, permission)) throw forbidden();
    const seconds = guard.clock.now().getTime() / 1000;
    const { remaining, resetSeconds } = limiter.take(caller.tokenId ?? caller.sessionId ?? caller.org, seconds);
    reply.header('RateLimit-Limit', guard.limitPerMinute);
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
  };
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
    take(key: string, seconds: number): { remaining: number; resetSeconds: number } {
      const current = Math.floor(seconds / 60);
      if (current !== window) {
        window = current;
        taken = new Map();
      }
      const count = (taken.get(key) ?? 0) + 1;
      taken.set(key, count);
      return { remaining: limit - count, resetSeconds: Math.max(1, Math.ceil((current + 1) * 60 - seconds)) };
    },
  };
}
