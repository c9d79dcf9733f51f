import { sql } from 'kysely';
import { Type } from 'typebox';
import { fullName, PERMISSIONS, type Permission, parsePermission } from '../../../access/index.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { custom, type Field, Invalid, pythonType } from '../conventions/fields.ts';

/** Rights of the app itself that may come with imported roles, and say nothing here (access.md 5.1). */
const IGNORED = /^plugins\.app:access$/;

/** A list of permission names, bare or under any of the prefixes, without repetitions. */
export const permissionsField: Field<readonly Permission[]> = custom(Type.Array(Type.String()), (raw) => {
  if (!Array.isArray(raw)) throw new Invalid([`Expected a list of items but got type "${pythonType(raw)}".`]);
  const found = new Set<Permission>();
  for (const name of raw) {
    if (typeof name === 'string' && IGNORED.test(name)) continue;
    const permission = typeof name === 'string' ? parsePermission(name) : null;
    if (permission === null) throw new Invalid([`"${String(name)}" is not a permission.`]);
    found.add(permission);
  }
  return PERMISSIONS.filter((permission) => found.has(permission));
});

/** How the organization writes permissions. */
export async function permissionNames(db: Db | Tx, org: string): Promise<(permission: Permission) => string> {
  const { rows } = await sql<{ irm: boolean }>`select is_grafana_irm_enabled as irm from organization where id = ${org}`.execute(
    db,
  );
  const prefix = rows[0]?.irm === true ? 'grafana-irm-app' : 'grafana-oncall-app';
  return (permission) => fullName(permission, prefix);
}
