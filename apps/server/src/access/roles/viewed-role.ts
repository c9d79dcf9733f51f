import type { Db, Tx } from '../../platform/db/database.ts';
import { ROLES, type Role } from '../../users/index.ts';
import { type Permission, permissionsOfRole, withImplied } from '../permissions.ts';
import { BASIC_NAMES } from './fixed-roles.ts';
import type { Rights } from './rights.ts';
import { findRole } from './role-store.ts';

/** A role that an admin looks at the product as: a basic one (`basic:viewer`), a fixed one, or one of the organization. */
export interface ViewedRole {
  readonly id: string;
  readonly name: string;
  readonly basic: Role;
  readonly permissions: ReadonlySet<Permission>;
}

const BASIC = 'basic:';

/** The role of an id; null when there is none. A fixed or own role counts alone, as beside the basic role None. */
export async function findViewedRole(db: Db | Tx, org: string, id: string): Promise<ViewedRole | null> {
  const basic = id.startsWith(BASIC) ? ROLES.find((role) => id === `${BASIC}${role}`) : undefined;
  if (basic !== undefined) return { id, name: BASIC_NAMES[basic], basic, permissions: permissionsOfRole(basic) };
  const role = await findRole(db, org, id);
  if (role === null) return null;
  const permissions = withImplied([...permissionsOfRole('none'), ...role.permissions]);
  return { id, name: role.name, basic: 'none', permissions };
}

/** Somebody's rights as those of a role, and never more than their own. A role that is gone lets nobody do anything. */
export function rightsAs(rights: Rights, viewed: ViewedRole | null): Rights {
  const own = [...rights.permissions];
  return {
    ...rights,
    role: viewed?.basic ?? 'none',
    added: [],
    permissions: new Set(own.filter((permission) => viewed?.permissions.has(permission) === true)),
  };
}
