import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import { rowsById } from '../platform/db/page.ts';
import type { UserTable } from './tables.ts';
import type { User } from './user.ts';

const fromRow = (row: Selectable<UserTable>): User => ({
  org: row.organization_id,
  id: row.id,
  grafanaId: row.grafana_id,
  username: row.username,
  email: row.email,
  name: row.name,
  role: row.role,
  timezone: row.timezone,
  avatarUrl: row.avatar_url,
  verifiedPhoneNumber: row.verified_phone_number,
  isActive: row.is_active,
  createdAt: row.created_at,
});

/** The user with this id, active or not; null when there is none. */
export async function findUser(db: Db | Tx, org: string, id: string): Promise<User | null> {
  const row = await db.selectFrom('users').selectAll().where('organization_id', '=', org).where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** The active user with this username or e-mail address, in any case of letters. Imported people may share one: addresses are whose they are. */
export async function findUserByLogin(db: Db | Tx, org: string, login: string): Promise<User | null> {
  const rows = await db
    .selectFrom('users')
    .selectAll()
    .where('organization_id', '=', org)
    .where('is_active', '=', true)
    .where(({ eb, fn, or }) =>
      or([eb(fn('lower', ['username']), '=', login.toLowerCase()), eb(fn('lower', ['email']), '=', login.toLowerCase())]),
    )
    .execute();
  const isOf = (name: string) => name.toLowerCase() === login.toLowerCase();
  const row = rows.find((one) => isOf(login.includes('@') ? one.email : one.username)) ?? rows[0];
  return row === undefined ? null : fromRow(row);
}

/** The active user with this e-mail address, whatever the case of its letters; null when there is none. */
export async function findUserByEmail(db: Db | Tx, org: string, email: string): Promise<User | null> {
  const query = db
    .selectFrom('users')
    .selectAll()
    .where('organization_id', '=', org)
    .where(sql<boolean>`lower(email) = lower(${email})`);
  const row = await query.where('is_active', '=', true).executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** Those of the given users that exist, active or not, by id. */
export async function findUsers(db: Db | Tx, org: string, ids: readonly string[]): Promise<Map<string, User>> {
  const rows = await rowsById<Selectable<UserTable>>(db, 'users', org, ids);
  return new Map(rows.map((row) => [row.id, fromRow(row)]));
}

export async function insertUser(tx: Tx, user: User, passwordHash: string | null): Promise<void> {
  await tx
    .insertInto('users')
    .values({
      organization_id: user.org,
      id: user.id,
      grafana_id: user.grafanaId,
      username: user.username,
      email: user.email,
      name: user.name,
      role: user.role,
      timezone: user.timezone,
      avatar_url: user.avatarUrl,
      password_hash: passwordHash,
      unverified_phone_number: null,
      verified_phone_number: user.verifiedPhoneNumber,
      is_active: user.isActive,
      created_at: user.createdAt,
      deactivated_at: null,
    })
    .execute();
}

/** The active admins, oldest first. */
export async function listAdmins(db: Db | Tx, org: string): Promise<User[]> {
  const rows = await db
    .selectFrom('users')
    .selectAll()
    .where('organization_id', '=', org)
    .where('role', '=', 'admin')
    .where('is_active', '=', true)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(fromRow);
}

/** What a password is checked against, and whether its owner may sign in: active, and not only invited or imported. */
export async function passwordHashOf(
  db: Db | Tx,
  org: string,
  id: string,
): Promise<{ passwordHash: string | null; isWelcome: boolean } | null> {
  const row = await db
    .selectFrom('users')
    .select(['password_hash as passwordHash', 'is_active as isActive', 'state'])
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : { passwordHash: row.passwordHash, isWelcome: row.isActive && row.state === 'active' };
}

/** @param passwordHash as made by `hashPassword` */
export async function setPasswordHash(tx: Db | Tx, org: string, id: string, passwordHash: string): Promise<void> {
  await tx
    .updateTable('users')
    .set({ password_hash: passwordHash })
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .execute();
}

/** Whether anybody may sign in, in any organization; nobody may on an empty installation. */
export async function hasActiveUser(db: Db | Tx): Promise<boolean> {
  const row = await db
    .selectFrom('users')
    .innerJoin('organization', 'organization.id', 'users.organization_id')
    .select('users.id')
    .where('users.is_active', '=', true)
    .where('users.state', '=', 'active')
    .where('organization.deleted_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
