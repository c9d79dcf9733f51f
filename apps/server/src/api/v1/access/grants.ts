import {
  findRole,
  isOrganizationAdmin,
  loadAccountRights,
  loadUserRights,
  type Permission,
  permissionsOfRole,
  type Role,
  rolesOf,
  type Subject,
} from '../../../access/index.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { listMembers } from '../../../users/index.ts';
import { forbidden, notFound } from '../conventions/api-error.ts';
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

/**
 * Who weakens a stronger person, or could act as them, must be as strong. Added roles count, also those that only a team brings and
 * those that would count if roles did. A team is as strong as its strongest member; people may always step down by themselves.
 * @param leaving a team whose roles do not count
 */
export async function checkAsStrong(tx: Tx, caller: Caller, { type, id }: Subject, leaving: string | null = null): Promise<void> {
  if ((isOrganizationAdmin(caller) && !caller.isNarrowed) || (type === 'user' && id === caller.userId)) return;
  if (type === 'team') {
    for (const { userId } of await listMembers(tx, caller.org, id)) await checkAsStrong(tx, caller, { type: 'user', id: userId });
    return;
  }
  const rights = await (type === 'user' ? loadUserRights : loadAccountRights)(tx, caller.org, id);
  if (rights === null) throw notFound();
  const added = rights.added.filter((role) => leaving === null || role.throughTeamId !== leaving);
  const counted = leaving === null ? rights.permissions : permissionsOfRole(rights.role);
  checkMayGrant(caller, new Set([...counted, ...added.flatMap((role) => role.permissions)]));
}

/**
 * Who lets somebody into a team gives them its roles, so they must have what these carry. Who takes somebody out of a team with roles
 * takes these away, so they must be as strong as that person is without them.
 */
export async function checkMembership(tx: Tx, caller: Caller, teamId: string, userIds: readonly string[]): Promise<void> {
  const roleIds = (await rolesOf(tx, caller.org, 'team', [teamId])).get(teamId) ?? [];
  if (roleIds.length === 0) return;
  const present = new Set((await listMembers(tx, caller.org, teamId)).map((member) => member.userId));
  for (const id of present) if (!userIds.includes(id)) await checkAsStrong(tx, caller, { type: 'user', id }, teamId);
  if (userIds.every((id) => present.has(id))) return;
  for (const id of roleIds) checkMayGrant(caller, (await findRole(tx, caller.org, id))?.permissions ?? []);
}
