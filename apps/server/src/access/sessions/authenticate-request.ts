import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Authentication, Credentials } from '../authenticate.ts';
import { callerWith, loadUserRights, NOT_NARROWED } from '../roles/rights.ts';
import { findViewedRole, rightsAs } from '../roles/viewed-role.ts';
import type { SessionCookie } from './cookie.ts';
import { isMeant, type RequestFacts } from './csrf.ts';
import { endOfSession } from './session.ts';
import { findSession, touchSession } from './store.ts';

/** How browsers are known. */
export interface SessionGate {
  readonly db: Db;
  /** For short reads. */
  readonly reads: Db;
  readonly clock: Clock;
  readonly cookie: SessionCookie;
  /** Public base URL, whose pages may send requests. */
  readonly baseUrl: string;
}

const SEEN_EVERY_MS = 60_000;
const READS: RequestFacts = { method: 'GET', host: undefined, origin: undefined, fetchSite: undefined, csrfToken: undefined };

/** Whom a request speaks for: its token if it has an Authorization header, else the session of its cookie (access.md 7.7). */
export function authenticateRequest(
  gate: SessionGate,
  byToken: (credentials: Credentials) => Promise<Authentication>,
  credentials: Credentials,
): Promise<Authentication> {
  const cookie = credentials.authorization === undefined ? gate.cookie.read(credentials.cookie) : null;
  return cookie === null ? byToken(credentials) : bySession(gate, cookie, credentials);
}

/** Asks the database each time, so that an ended session ends at once, everywhere. */
async function bySession(gate: SessionGate, cookie: string, credentials: Credentials): Promise<Authentication> {
  const { db, reads, clock, baseUrl } = gate;
  const now = clock.now();
  const found = await findSession(reads, cookie, now);
  if (found === null || !found.isWelcome || endOfSession(found.session, found) <= now)
    return { ok: false, reason: 'unauthenticated' };
  const { session } = found;
  if (!isMeant(credentials.facts ?? READS, session.csrfToken, baseUrl)) return { ok: false, reason: 'csrf' };
  const rights = await loadUserRights(reads, session.org, session.userId);
  if (rights === null) return { ok: false, reason: 'unauthenticated' };
  if (now.getTime() - session.lastSeenAt.getTime() >= SEEN_EVERY_MS)
    await touchSession(db, session, { ip: credentials.ip ?? null, userAgent: credentials.userAgent ?? null }, now);
  const counted =
    session.viewedRole === null ? rights : rightsAs(rights, await findViewedRole(reads, session.org, session.viewedRole));
  return {
    ok: true,
    caller: callerWith(counted, { via: 'web', sessionId: session.id }, NOT_NARROWED),
    session,
    lacksSecondFactor: found.lacksSecondFactor,
  };
}
