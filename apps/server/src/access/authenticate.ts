import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db/database.ts';
import type { Caller, Via } from './caller.ts';
import { permissionsOfRole } from './permissions.ts';
import { findToken, touchToken } from './tokens.ts';

/** What a request brings along to say who sent it. */
export interface Credentials {
  readonly authorization?: string | undefined;
  readonly cookie?: string | undefined;
  /** `X-Grafana-URL`, which existing clients send. */
  readonly grafanaUrl?: string | undefined;
  readonly userAgent?: string | undefined;
}

export type Refusal = 'invalid_token' | 'inactive_user' | 'organization_deleted' | 'organization_not_found';

export type Authentication = { readonly ok: true; readonly caller: Caller } | { readonly ok: false; readonly reason: Refusal };

const LAST_USED_EVERY_MS = 60_000;

/** The token in an Authorization header: bare, or after `Bearer` or `Token`; null when there is none. */
export function tokenFromHeader(header: string | undefined): string | null {
  const parts = (header ?? '').trim().split(/\s+/);
  if (parts.length === 2 && /^(bearer|token)$/i.test(parts[0] ?? '')) return parts[1] ?? null;
  return parts.length === 1 && parts[0] !== '' ? (parts[0] ?? null) : null;
}

const viaOf = (userAgent: string | undefined): Via => (userAgent?.includes('terraform-provider-grafana') ? 'terraform' : 'api');

/** Whom the credentials of a request speak for. Asks the database each time, so that a revoked token fails at once. */
export async function authenticate(deps: { db: Db; clock: Clock }, credentials: Credentials): Promise<Authentication> {
  const text = tokenFromHeader(credentials.authorization);
  if (text === null || !/^[0-9A-Za-z_-]{16,256}$/.test(text)) return { ok: false, reason: 'invalid_token' };
  const found = await findToken(deps.db, text);
  const now = deps.clock.now();
  if (found === null || (found.expiresAt !== null && found.expiresAt <= now)) return { ok: false, reason: 'invalid_token' };
  if (found.organizationDeletedAt !== null) return { ok: false, reason: 'organization_deleted' };
  if (!found.isActive) return { ok: false, reason: 'inactive_user' };
  const { org, userId, role, tokenId, lastUsedAt } = found;
  if (lastUsedAt === null || now.getTime() - lastUsedAt.getTime() >= LAST_USED_EVERY_MS)
    await touchToken(deps.db, org, tokenId, now);
  const caller: Caller = {
    org,
    actor: { type: 'user', userId },
    userId,
    role,
    permissions: permissionsOfRole(role),
    via: viaOf(credentials.userAgent),
    tokenId,
    sessionId: null,
    availableTeams: role === 'admin' ? 'all' : (found.teamIds ?? []),
    visibility: 'all',
  };
  return { ok: true, caller };
}
