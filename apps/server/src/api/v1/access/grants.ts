import { findRole, isOrganizationAdmin, type Permission, permissionsOfRole, type Role } from '../../../access/index.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { forbidden } from '../conventions/api-error.ts';
import type { Caller } from '../conventions/caller.ts';
import { missingReference } from '../conventions/fields.ts';

/** Nobody but an administrator may give what they do not have (access.md 5.5); a token gives no more than it was narrowed to. */
export function checkMayGrant(caller: Caller, permissions: Iterable<Permission>): void {
  if (isOrganizationAdmin(caller) && !caller.isNarrowed) return;
  const missing = [...permissions].filter((permission) => !caller.permissions.has(permission));
  if (missing.length > 0) throw forbidden(`You cannot grant what you do not have: ${missing.join(', ')}.`, 'grant_beyond_own');
}

/** Refuses tokens with narrowed rights what would open a way in with all of somebody's. */
export function refuseNarrowed(caller: Caller, what: string): void {
  if (caller.isNarrowed) throw forbidden(`A token with narrowed rights cannot make ${what}.`, 'narrowed_token');
}

export const checkMayGrantBasic = (caller: Caller, role: Role): void => checkMayGrant(caller, permissionsOfRole(role));

/** Fails when a role is not there, or carries what the caller may not grant. Those that the subject has already are not asked about. */
export async function checkRoles(
  db: Db | Tx,
  caller: Caller,
  roleIds: readonly string[],
  had: readonly string[],
  field = 'roles',
): Promise<void> {
  for (const id of new Set(roleIds)) {
    const role = await findRole(db, caller.org, id);
    if (role === null) throw missingReference(field);
    if (!had.includes(id)) checkMayGrant(caller, role.permissions);
  }
}
