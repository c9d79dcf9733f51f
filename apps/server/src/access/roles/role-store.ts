import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import { type Permission, parsePermission } from '../permissions.ts';
import { FIXED_ROLES, fixedRole } from './fixed-roles.ts';

export type SubjectType = 'user' | 'team' | 'service_account';
export type Subject = { readonly type: SubjectType; readonly id: string };

export interface RoleInfo {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly Permission[];
  /** Whether it comes with the program and is never edited. */
  readonly isFixed: boolean;
}

type Row = { id: string; name: string; description: string; permissions: string[] };

const COLUMNS = ['id', 'name', 'description', 'permissions'] as const;

const fromRow = (row: Row): RoleInfo => ({
  id: row.id,
  name: row.name,
  description: row.description,
  permissions: row.permissions.map(parsePermission).filter((permission): permission is Permission => permission !== null),
  isFixed: false,
});

/** The fixed roles, then the organization's own by name. */
export async function listRoles(db: Db | Tx, org: string): Promise<RoleInfo[]> {
  const rows = await db
    .selectFrom('role')
    .select(COLUMNS)
    .where('organization_id', '=', org)
    .orderBy('name')
    .orderBy('id')
    .execute();
  return [...FIXED_ROLES.map((role) => ({ ...role, isFixed: true })), ...rows.map(fromRow)];
}

export async function findRole(db: Db | Tx, org: string, id: string): Promise<RoleInfo | null> {
  const fixed = fixedRole(id);
  if (fixed !== null) return { ...fixed, isFixed: true };
  const row = await db
    .selectFrom('role')
    .select(COLUMNS)
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

export type RoleValues = { readonly name: string; readonly description: string; readonly permissions: readonly Permission[] };

/** Adds a role; breaks `role_name_key` when the name is taken. */
export async function createRole(tx: Tx, org: string, values: RoleValues, now: Date): Promise<RoleInfo> {
  const id = newId('RL');
  const { name, description, permissions } = values;
  await tx
    .insertInto('role')
    .values({ organization_id: org, id, name, description, permissions: [...permissions], created_at: now, updated_at: now })
    .execute();
  return { id, ...values, isFixed: false };
}

export async function updateRole(tx: Tx, org: string, id: string, values: RoleValues, now: Date): Promise<RoleInfo> {
  const { name, description, permissions } = values;
  await tx
    .updateTable('role')
    .set({ name, description, permissions: [...permissions], updated_at: now })
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .execute();
  return { id, ...values, isFixed: false };
}

/** Removes a role. @returns false, with nothing removed, while somebody has it */
export async function deleteRole(tx: Tx, org: string, id: string): Promise<boolean> {
  // Whoever assigns the role meanwhile waits for this row, and then finds it gone.
  await tx.selectFrom('role').select('id').where('organization_id', '=', org).where('id', '=', id).forUpdate().execute();
  if ((await subjectsOfRole(tx, org, id)).length > 0) return false;
  await tx.deleteFrom('role').where('organization_id', '=', org).where('id', '=', id).execute();
  return true;
}

/** Who has a role: active people, teams, and service accounts that were not deleted. */
export async function subjectsOfRole(db: Db | Tx, org: string, roleId: string): Promise<Subject[]> {
  const { rows } = await sql<{ type: SubjectType; id: string }>`
    select a.subject_type as type, a.subject_id as id from role_assignment a
    where a.organization_id = ${org} and a.role_id = ${roleId} order by a.subject_type, a.subject_id`.execute(db);
  return rows;
}

/** Ids of the roles that a subject has by itself. */
export async function rolesOf(
  db: Db | Tx,
  org: string,
  type: SubjectType,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  const { rows } = await sql<{ subject_id: string; role_ids: string[] }>`
    select subject_id, array_agg(role_id order by role_id) as role_ids from role_assignment
    where organization_id = ${org} and subject_type = ${type} and subject_id = any(${[...ids]}::text[]) and team_id is null
    group by subject_id`.execute(db);
  return new Map(rows.map((row) => [row.subject_id, row.role_ids]));
}

/** Makes exactly these the subject's roles. The roles must exist. */
export async function assignRoles(tx: Tx, org: string, subject: Subject, roleIds: readonly string[], now: Date): Promise<void> {
  const wanted = [...new Set(roleIds)];
  await sql`select 1 from role where organization_id = ${org} and id = any(${wanted}::text[]) for key share`.execute(tx);
  await sql`
    delete from role_assignment where organization_id = ${org} and subject_type = ${subject.type} and subject_id = ${subject.id}
      and team_id is null and role_id <> all(${wanted}::text[])`.execute(tx);
  await sql`
    insert into role_assignment (organization_id, role_id, subject_type, subject_id, team_id, created_at)
    select ${org}, role_id, ${subject.type}, ${subject.id}, null, ${now} from unnest(${wanted}::text[]) as wanted (role_id)
    on conflict do nothing`.execute(tx);
}

/** Makes exactly these the holders of a role, among holders of their type. The subjects must exist. */
export async function setRoleSubjects(
  tx: Tx,
  org: string,
  roleId: string,
  type: SubjectType,
  ids: readonly string[],
  now: Date,
): Promise<void> {
  const wanted = [...new Set(ids)];
  await sql`select 1 from role where organization_id = ${org} and id = ${roleId} for key share`.execute(tx);
  await sql`
    delete from role_assignment where organization_id = ${org} and role_id = ${roleId} and subject_type = ${type}
      and team_id is null and subject_id <> all(${wanted}::text[])`.execute(tx);
  await sql`
    insert into role_assignment (organization_id, role_id, subject_type, subject_id, team_id, created_at)
    select ${org}, ${roleId}, ${type}, subject_id, null, ${now} from unnest(${wanted}::text[]) as wanted (subject_id)
    on conflict do nothing`.execute(tx);
}
