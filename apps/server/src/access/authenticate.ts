import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db/database.ts';
import type { Role } from '../users/index.ts';
import { findToken, touchToken } from './tokens.ts';

export type Authentication =
  | { ok: true; caller: { org: string; userId: string; role: Role; tokenId: string } }
  | { ok: false; reason: 'invalid_token' | 'inactive_user' | 'organization_deleted' };

const LAST_USED_EVERY_MS = 60_000;

/** The token in an Authorization header: bare, or after `Bearer` or `Token`; null when there is none. */
export function tokenFromHeader(header: string | undefined): string | null {
  const parts = (header ?? '').trim().split(/\s+/);
  if (parts.length === 2 && /^(bearer|token)$/i.test(parts[0] ?? '')) return parts[1] ?? null;
  return parts.length === 1 && parts[0] !== '' ? (parts[0] ?? null) : null;
}

/** Whom an Authorization header speaks for. Asks the database each time, so that a revoked token fails at once. */
export async function authenticate(deps: { db: Db; clock: Clock }, header: string | undefined): Promise<Authentication> {
  const text = tokenFromHeader(header);
  if (text === null || !/^[0-9A-Za-z_-]{16,256}$/.test(text)) return { ok: false, reason: 'invalid_token' };
  const found = await findToken(deps.db, text);
  const now = deps.clock.now();
  if (found === null || (found.expiresAt !== null && found.expiresAt <= now)) return { ok: false, reason: 'invalid_token' };
  if (found.organizationDeletedAt !== null) return { ok: false, reason: 'organization_deleted' };
  if (!found.isActive) return { ok: false, reason: 'inactive_user' };
  const { org, userId, role, tokenId, lastUsedAt } = found;
  if (lastUsedAt === null || now.getTime() - lastUsedAt.getTime() >= LAST_USED_EVERY_MS)
    await touchToken(deps.db, org, tokenId, now);
  return { ok: true, caller: { org, userId, role, tokenId } };
}
