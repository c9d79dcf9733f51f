import { createHash, randomBytes } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import { DEFAULT_POLICY } from './policy.ts';
import type { Origin, Session, SessionMethod } from './session.ts';
import type { UserSessionTable } from './tables.ts';

/** The row's form of a random secret that is only ever looked up. */
export const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** 32 random bytes, in 43 characters that need no escaping anywhere. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

const LONGEST_USER_AGENT = 400;
const agentOf = (origin: Origin): string | null => origin.userAgent?.slice(0, LONGEST_USER_AGENT) ?? null;

const fromRow = (row: Selectable<UserSessionTable>): Session => ({
  org: row.organization_id,
  id: row.id,
  userId: row.user_id,
  csrfToken: row.csrf_token,
  createdAt: row.created_at,
  lastSeenAt: row.last_seen_at,
  provedAt: row.proved_at,
  method: row.method,
  secondFactor: row.second_factor,
  ip: row.ip,
  userAgent: row.user_agent,
  viewedRole: row.viewed_role,
});

export interface NewSession {
  readonly org: string;
  readonly userId: string;
  readonly method: SessionMethod;
  readonly secondFactor: boolean;
  readonly origin: Origin;
  /** By which provider, and how its id token is sealed for the session. */
  readonly oidc?: { readonly provider: string; readonly sealIdToken: (sessionId: string) => Buffer };
}

/** Begins a session. @returns the cookie's value, which is kept nowhere, and the session */
export async function startSession(tx: Tx, wanted: NewSession, now: Date): Promise<{ token: string; session: Session }> {
  const token = newSecret();
  const id = newId('SE');
  const row = await tx
    .insertInto('user_session')
    .values({
      organization_id: wanted.org,
      id,
      user_id: wanted.userId,
      token_hash: digestOf(token),
      previous_token_hash: null,
      rotated_at: now,
      csrf_token: newSecret(),
      created_at: now,
      last_seen_at: now,
      proved_at: now,
      method: wanted.method,
      second_factor: wanted.secondFactor,
      oidc_provider: wanted.oidc?.provider ?? null,
      oidc_id_token_encrypted: wanted.oidc?.sealIdToken(id) ?? null,
      ip: wanted.origin.ip,
      user_agent: agentOf(wanted.origin),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await noteSeen(tx, wanted.org, wanted.userId, now);
  return { token, session: fromRow(row) };
}

export interface FoundSession {
  readonly session: Session;
  /** Whether the person may sign in now: active, claimed, in an organization that is there. */
  readonly isWelcome: boolean;
  /** Whether the organization asks the person for a second factor and they have none. */
  readonly lacksSecondFactor: boolean;
  readonly sessionDays: number;
  readonly sessionIdleDays: number;
}

/** Requests that were under way while the cookie changed. */
const FORMER_COOKIE_MS = 30_000;
const NEVER = new Date(0);

/** The session of a cookie, whether or not it has run out; null when there is none. */
export async function findSession(db: Db | Tx, token: string, now: Date): Promise<FoundSession | null> {
  const hash = digestOf(token);
  const since = new Date(now.getTime() - FORMER_COOKIE_MS);
  const { rows } = await sql<
    Selectable<UserSessionTable> & {
      is_welcome: boolean;
      lacks_second_factor: boolean;
      session_days: number | null;
      session_idle_days: number | null;
    }
  >`
    select s.*, u.is_active and u.state = 'active' and o.deleted_at is null as is_welcome, p.session_days, p.session_idle_days,
      s.method not in ('oidc', 'passkey', 'proxy')
        and coalesce(p.second_factor = 'password_users' or (p.second_factor = 'admins' and u.role = 'admin'), false)
        and not exists (select 1 from user_totp t
          where t.organization_id = s.organization_id and t.user_id = s.user_id and t.confirmed_at is not null)
        and not exists (select 1 from user_passkey k where k.organization_id = s.organization_id and k.user_id = s.user_id)
        as lacks_second_factor
    from user_session s
    join users u on u.organization_id = s.organization_id and u.id = s.user_id
    join organization o on o.id = s.organization_id
    left join sign_in_policy p on p.organization_id = s.organization_id
    where s.token_hash = ${hash} or (s.previous_token_hash = ${hash} and s.rotated_at > ${since})`.execute(db);
  const row = rows[0];
  if (row === undefined) return null;
  const session = fromRow(row);
  return {
    // Who holds on to a former cookie did not see the proof that replaced it.
    session: row.token_hash.equals(hash) ? session : { ...session, provedAt: NEVER },
    isWelcome: row.is_welcome,
    lacksSecondFactor: row.lacks_second_factor,
    sessionDays: row.session_days ?? DEFAULT_POLICY.sessionDays,
    sessionIdleDays: row.session_idle_days ?? DEFAULT_POLICY.sessionIdleDays,
  };
}

/** The person's last sign of life in the web UI; tokens leave it alone (access.md 8). */
async function noteSeen(db: Db | Tx, org: string, userId: string, now: Date): Promise<void> {
  await db.updateTable('users').set({ last_seen_at: now }).where('organization_id', '=', org).where('id', '=', userId).execute();
}

/** Records that a session is in use, and from where. */
export async function touchSession(db: Db, session: Session, origin: Origin, now: Date): Promise<void> {
  await db
    .updateTable('user_session')
    .set({ last_seen_at: now, ip: origin.ip, user_agent: agentOf(origin) })
    .where('organization_id', '=', session.org)
    .where('id', '=', session.id)
    .execute();
  await noteSeen(db, session.org, session.userId, now);
}

/**
 * Gives a session another cookie, because its person has just proved who they are or may now do more. The old cookie works for
 * half a minute more.
 * @returns the new cookie's value; null when the session has ended meanwhile
 */
export async function rotateSession(
  tx: Tx,
  session: Pick<Session, 'org' | 'id'>,
  now: Date,
  changes: { proved?: boolean; secondFactor?: boolean } = {},
): Promise<string | null> {
  const token = newSecret();
  const result = await tx
    .updateTable('user_session')
    .set((eb) => ({
      previous_token_hash: eb.ref('token_hash'),
      token_hash: digestOf(token),
      rotated_at: now,
      ...(changes.proved === true ? { proved_at: now } : {}),
      ...(changes.secondFactor === undefined ? {} : { second_factor: changes.secondFactor }),
    }))
    .where('organization_id', '=', session.org)
    .where('id', '=', session.id)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n ? token : null;
}

/** Has a session look at the product as a role does; null: as its person again. @returns whether that changed anything */
export async function viewAs(tx: Tx, session: Pick<Session, 'org' | 'id'>, roleId: string | null): Promise<boolean> {
  const result = await tx
    .updateTable('user_session')
    .set({ viewed_role: roleId })
    .where('organization_id', '=', session.org)
    .where('id', '=', session.id)
    .where(sql<boolean>`viewed_role is distinct from ${roleId}`)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Sessions of a person, the one used last first. */
export async function listSessions(db: Db | Tx, org: string, userId: string): Promise<Session[]> {
  const rows = await db
    .selectFrom('user_session')
    .selectAll()
    .where('organization_id', '=', org)
    .where('user_id', '=', userId)
    .orderBy('last_seen_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(fromRow);
}

/** Ends sessions of a person: one, all, or all but one. @returns how many there were */
export async function endSessions(
  tx: Tx,
  org: string,
  userId: string,
  which: { readonly only?: string; readonly except?: string } = {},
): Promise<number> {
  let query = tx.deleteFrom('user_session').where('organization_id', '=', org).where('user_id', '=', userId);
  if (which.only !== undefined) query = query.where('id', '=', which.only);
  if (which.except !== undefined) query = query.where('id', '<>', which.except);
  return Number((await query.executeTakeFirst()).numDeletedRows);
}

/** The provider that a session began at, with its sealed id token; null for other sessions. */
export async function providerOfSession(
  db: Db | Tx,
  session: Pick<Session, 'org' | 'id'>,
): Promise<{ provider: string; sealedIdToken: Buffer } | null> {
  const row = await db
    .selectFrom('user_session')
    .select(['oidc_provider as provider', 'oidc_id_token_encrypted as sealedIdToken'])
    .where('organization_id', '=', session.org)
    .where('id', '=', session.id)
    .executeTakeFirst();
  if (row === undefined || row.provider === null || row.sealedIdToken === null) return null;
  return { provider: row.provider, sealedIdToken: row.sealedIdToken };
}
