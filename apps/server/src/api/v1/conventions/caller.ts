import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Permission, Role } from '../../../access/index.ts';
import { type Authentication, roleHas } from '../../../access/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { ApiError, forbidden } from './api-error.ts';

/** Who sent a request that has been let in. */
export interface Caller {
  readonly org: string;
  readonly userId: string;
  readonly role: Role;
  readonly tokenId: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** What the caller must be allowed to do; an API route without it does not start. */
    permission?: Permission;
    /** The handler checks a secret of its own instead. */
    isPublic?: boolean;
  }
}

/** The caller of a request that passed `admit`. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null)
    throw new Error(`${request.routeOptions.url}: no caller; the route was registered outside the API's guard`);
  return request.caller;
}

export interface Guard {
  readonly authenticate: (header: string | undefined) => Promise<Authentication>;
  readonly clock: Clock;
  readonly limitPerMinute: number;
}

const REFUSALS: Record<Extract<Authentication, { ok: false }>['reason'], ApiError> = {
  invalid_token: forbidden('Invalid token.', 'invalid_token'),
  inactive_user: forbidden('Only active users are allowed to perform this action.', 'inactive_user'),
  organization_deleted: new ApiError(404, { detail: 'Not found.' }),
};

/** Authentication, then permission, then the rate limit; only then is the object looked up and the body read. */
export function createAdmission(guard: Guard): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const limiter = createLimiter(guard.limitPerMinute);
  return async (request, reply) => {
    const { permission } = request.routeOptions.config;
    if (permission === undefined) return; // not found and method not allowed answer for themselves
    const found = await guard.authenticate(request.headers.authorization);
    if (!found.ok) throw REFUSALS[found.reason];
    if (!roleHas(found.caller.role, permission)) throw forbidden();
    const seconds = guard.clock.now().getTime() / 1000;
    const { remaining, resetSeconds } = limiter.take(found.caller.tokenId, seconds);
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
    request.caller = found.caller;
  };
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
