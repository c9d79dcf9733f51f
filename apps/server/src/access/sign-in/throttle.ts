import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';

/** How many attempts pass before each further one costs waiting, how long, and after what quiet they are forgotten. */
export interface AttemptLimit {
  readonly attempts: number;
  readonly quietMs: number;
  /** Doubled with each attempt beyond the limit. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

const QUARTER_MS = 15 * 60_000;
const HOUR_MS = 3_600_000;
const GROWING = { quietMs: QUARTER_MS, firstDelayMs: 30_000, longestDelayMs: QUARTER_MS };
/** Failures to sign in (access.md 7.2). */
export const ACCOUNT_LIMIT: AttemptLimit = { attempts: 5, ...GROWING };
export const ADDRESS_LIMIT: AttemptLimit = { attempts: 20, ...GROWING };
/** Password resets and acceptances of invitations: five in an hour (access.md 13). */
export const HOURLY_LIMIT: AttemptLimit = {
  attempts: 5,
  quietMs: HOUR_MS,
  firstDelayMs: HOUR_MS / 5,
  longestDelayMs: HOUR_MS / 5,
};

/** Who is counted. An account that is not there counts like one that is, and the row does not tell its name. */
export const accountKey = (org: string, login: string): string =>
  `account:${org}:${createHash('sha256').update(login.trim().toLowerCase()).digest('base64url')}`;

/** Addresses of IPv6 count by their network of 64 bits, all of which one person may have. */
export const addressKey = (ip: string, what = 'address'): string => `${what}:${networkOf(ip)}`;

/** The address, or of IPv6 its network of 64 bits. */
export const networkOf = (ip: string): string => (isIPv6(ip) ? ipv6Network(ip) : ip);

function ipv6Network(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = ip.split('%')[0]?.split('::') ?? [''];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array.from({ length: zeros }, () => '0'), ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

/**
 * Counts an attempt before it is made, so that attempts at the same time count too; one that succeeds is taken back with `forgive`
 * or `refund`. From the limit on, each failure doubles the time to the next attempt.
 * @returns seconds to wait when no attempt is allowed now; null when this one is
 */
export async function takeAttempt(db: Db | Tx, key: string, limit: AttemptLimit, now: Date): Promise<number | null> {
  const { attempts, quietMs, firstDelayMs, longestDelayMs } = limit;
  const over = new Date(now.getTime() - quietMs);
  const { rows } = await sql<{ count: number }>`
    insert into sign_in_attempts as a (key, count, last_at) values (${key}, 1, ${now})
    on conflict (key) do update set
      count = case when greatest(a.last_at, a.blocked_until) <= ${over} then 1 else a.count + 1 end,
      last_at = ${now},
      blocked_until = case
        when greatest(a.last_at, a.blocked_until) <= ${over} or a.count + 1 < ${attempts}::int then null
        else ${now}::timestamptz + interval '1 millisecond'
          * least(${longestDelayMs}::float8, ${firstDelayMs}::float8 * power(2, least(a.count + 1 - ${attempts}::int, 20))) end
    where a.blocked_until is null or a.blocked_until <= ${now}
    returning count`.execute(db);
  if (rows.length > 0) return null;
  const blocked = await db.selectFrom('sign_in_attempts').select('blocked_until').where('key', '=', key).executeTakeFirst();
  const waitMs = (blocked?.blocked_until?.getTime() ?? now.getTime()) - now.getTime();
  return Math.max(1, Math.ceil(waitMs / 1_000));
}

/** The attempt succeeded: what was counted is forgotten. */
export async function forgive(db: Db | Tx, key: string): Promise<void> {
  await db.deleteFrom('sign_in_attempts').where('key', '=', key).execute();
}

/** The attempt was no failure: it is taken off, and those before it stay. */
export async function refund(db: Db | Tx, key: string): Promise<void> {
  await db
    .updateTable('sign_in_attempts')
    .set((eb) => ({ count: eb('count', '-', 1), blocked_until: null }))
    .where('key', '=', key)
    .where('count', '>', 0)
    .execute();
}

/** Deletes what no limit asks for any more. */
export async function forgetAttempts(db: Db, now: Date): Promise<void> {
  const over = new Date(now.getTime() - 2 * HOUR_MS);
  await db.deleteFrom('sign_in_attempts').where('last_at', '<', over).execute();
}
