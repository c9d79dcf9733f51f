import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { ROLES } from '../../users/index.ts';
import { PERMISSIONS, type Permission, permissionsOfRole, withImplied } from '../permissions.ts';
import { FIXED_ROLES } from './fixed-roles.ts';

/** Ids of the active people who have a permission, by their basic role, an added one, or one of a team of theirs. */
export async function usersWith(db: Db | Tx, org: string, permission: Permission): Promise<string[]> {
  const bringing = PERMISSIONS.filter((one) => withImplied([one]).has(permission));
  const basic = ROLES.filter((role) => permissionsOfRole(role).has(permission));
  const fixed = FIXED_ROLES.filter((role) => role.permissions.some((one) => bringing.includes(one))).map((role) => role.id);
  const { rows } = await sql<{ id: string }>`
    with granting as (
      select a.subject_type, a.subject_id from role_assignment a
      join organization o on o.id = a.organization_id and o.rbac_enabled
      where a.organization_id = ${org} and a.team_id is null and (a.role_id = any(${fixed}::text[]) or a.role_id in (
        select r.id from role r where r.organization_id = ${org} and r.permissions && ${bringing}::text[]))
    )
    select u.id from users u where u.organization_id = ${org} and u.is_active and (
      u.role = any(${basic}::text[])
      or u.id in (select subject_id from granting where subject_type = 'user')
      or u.id in (select m.user_id from granting g join team_member m on m.organization_id = ${org} and m.team_id = g.subject_id
                  where g.subject_type = 'team'))
    order by u.id`.execute(db);
  return rows.map((row) => row.id);
}
