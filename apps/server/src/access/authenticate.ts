import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db/database.ts';
import type { Caller, Via } from './caller.ts';
import { matchesOrganization } from './organizations.ts';
import { callerWith, loadAccountRights, loadUserRights } from './roles/rights.ts';
import type { RequestFacts } from './sessions/csrf.ts';
import type { Session } from './sessions/session.ts';
import { networkOf } from './sign-in/throttle.ts';
import { isNewAddress, noteAddress, type OnNewAddress } from './token-addresses.ts';
import { findToken, touchToken } from './tokens.ts';

/** What a request brings along to say who sent it. */
export interface Credentials {
  readonly authorization?: string | undefined;
  readonly cookie?: string | undefined;
  /** `X-Grafana-URL`, which existing clients send. */
  readonly grafanaUrl?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly ip?: string | undefined;
  /** What tells whether a request with a session's cookie was meant. */
  readonly facts?: RequestFacts;
}

export type Refusal =
  | 'invalid_token'
  | 'inactive_user'
  | 'organization_deleted'
  | 'organization_not_found'
  | 'unauthenticated'
  | 'csrf';

export type Authentication =
  | {
      readonly ok: true;
      readonly caller: Caller;
      readonly session?: Session;
      /** The organization asks for a second factor and the person has none: nothing but setting one up is allowed. */
      readonly lacksSecondFactor?: boolean;
    }
  | { readonly ok: false; readonly reason: Refusal };

/** A live token and its caller, before what single requests say is looked at. */
export type KnownToken = {
  readonly caller: Caller;
  readonly isActive: boolean;
  readonly isOrganizationDeleted: boolean;
  readonly expiresAt: Date | null;
  lastUsedAt: Date | null;
  knownAddresses: readonly string[];
};

export type TokenDeps = { readonly db: Db; readonly clock: Clock; readonly onNewAddress: OnNewAddress };

const LAST_USED_EVERY_MS = 60_000;

/** The token in an Authorization header: bare, or after `Bearer` or `Token`; null when there is none. */
export function tokenFromHeader(header: string | undefined): string | null {
  const parts = (header ?? '').trim().split(/\s+/);
  if (parts.length === 2 && /^(bearer|token)$/i.test(parts[0] ?? '')) return parts[1] ?? null;
  return parts.length === 1 && parts[0] !== '' ? (parts[0] ?? null) : null;
}

const viaOf = (userAgent: string | undefined): Via => (userAgent?.includes('terraform-provider-grafana') ? 'terraform' : 'api');

/** Reads a token and its owner's rights; null when the text is no live token. */
export async function readToken(db: Db, text: string): Promise<KnownToken | null> {
  const found = await findToken(db, text);
  if (found === null) return null;
  const { org, owner, expiresAt, lastUsedAt, knownAddresses } = found;
  const rights = owner.type === 'user' ? await loadUserRights(db, org, owner.id) : await loadAccountRights(db, org, owner.id);
  if (rights === null) return null;
  const caller = callerWith(rights, { via: 'api', tokenId: found.id }, found.narrowing);
  return {
    caller,
    isActive: rights.isActive,
    isOrganizationDeleted: rights.isOrganizationDeleted,
    expiresAt,
    lastUsedAt,
    knownAddresses,
  };
}

/**
 * Whom the token of a request speaks for.
 * @param read where tokens are known from; the database, asked each time, when left out
 */
export async function authenticate(
  deps: TokenDeps,
  credentials: Credentials,
  read: (text: string) => Promise<KnownToken | null> | KnownToken | null = (text) => readToken(deps.db, text),
): Promise<Authentication> {
  const text = tokenFromHeader(credentials.authorization);
  if (text === null || !/^[\x21-\x7e]{16,512}$/.test(text)) return { ok: false, reason: 'invalid_token' };
  const known = await read(text);
  const now = deps.clock.now();
  if (known === null || (known.expiresAt !== null && known.expiresAt <= now)) return { ok: false, reason: 'invalid_token' };
  if (known.isOrganizationDeleted) return { ok: false, reason: 'organization_deleted' };
  const { caller } = known;
  if (!known.isActive) return { ok: false, reason: caller.actor.type === 'user' ? 'inactive_user' : 'invalid_token' };
  if (caller.actor.type === 'service_account' && !(await matchesOrganization(deps.db, caller.org, credentials.grafanaUrl))) {
    return { ok: false, reason: 'organization_not_found' };
  }
  if (
    caller.tokenId !== null &&
    (known.lastUsedAt === null || now.getTime() - known.lastUsedAt.getTime() >= LAST_USED_EVERY_MS)
  ) {
    known.lastUsedAt = now;
    await touchToken(deps.db, caller.org, caller.tokenId, now, credentials.ip ?? null);
  }
  const { ip } = credentials;
  if (caller.tokenId !== null && ip !== undefined && isNewAddress(known.knownAddresses, ip)) {
    known.knownAddresses = [...known.knownAddresses, networkOf(ip)];
    await noteAddress(deps.db, { org: caller.org, id: caller.tokenId }, caller.actor, ip, now, deps.onNewAddress);
  }
  return { ok: true, caller: { ...caller, via: viaOf(credentials.userAgent) } };
}
