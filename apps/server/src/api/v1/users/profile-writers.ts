import { assignRoles, can, rolesOf } from '../../../access/index.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { findTeam, hasOtherAdmin, type Profile } from '../../../users/index.ts';
import { checkAsStrong, checkMayGrantBasic, checkRoles } from '../access/grants.ts';
import { forbidden } from '../conventions/api-error.ts';
import type { Caller } from '../conventions/caller.ts';
import { missingReference } from '../conventions/fields.ts';
import { lastAdmin } from './deactivate-user.ts';
import type { ProfileBody, profileFields } from './profile-fields.ts';

/** Who writes a field (access.md 3.1): the person and those who manage profiles, the person alone, or those who manage people. */
const WRITERS: Record<keyof typeof profileFields, 'owner_or_admin' | 'owner' | 'manager' | 'roles'> = {
  email: 'owner_or_admin',
  name: 'owner_or_admin',
  timezone: 'owner_or_admin',
  working_hours: 'owner_or_admin',
  unverified_phone_number: 'owner_or_admin',
  hide_phone_number: 'owner',
  avatar_url: 'owner',
  current_team_id: 'owner',
  username: 'manager',
  role: 'manager',
  is_active: 'manager',
  roles: 'roles',
};

/** Fields that people in a browser change only with a recent proof of who they are (access.md 7.3). */
const PROVEN = ['email', 'role', 'roles'] as const;

export const needsProof = (body: ProfileBody): boolean => PROVEN.some((key) => body[key] !== undefined);

const isManager = (caller: Caller): boolean => can(caller, 'user-settings:admin') || can(caller, 'users:write');

/** Fails when the caller may not write what the body says of a person. */
export async function checkWriter(tx: Tx, caller: Caller, profile: Profile, body: ProfileBody): Promise<void> {
  const isOwner = caller.userId === profile.id;
  const allowed = {
    owner: isOwner && can(caller, 'user-settings:write'),
    owner_or_admin: (isOwner && can(caller, 'user-settings:write')) || isManager(caller),
    manager: can(caller, 'users:write'),
    roles: can(caller, 'roles:write') || can(caller, 'users:write'),
  };
  for (const key of Object.keys(body) as (keyof ProfileBody)[]) if (!allowed[WRITERS[key]]) throw forbidden();
  if (Object.keys(body).length === 0 && !allowed.owner_or_admin) throw forbidden();
  if (!isOwner && (body.email !== undefined || body.username !== undefined || body.is_active !== undefined))
    await checkAsStrong(tx, caller, { type: 'user', id: profile.id });
  if (body.role !== undefined && body.role !== profile.role) {
    await checkAsStrong(tx, caller, { type: 'user', id: profile.id });
    checkMayGrantBasic(caller, body.role);
    if (profile.isActive && profile.role === 'admin' && !(await hasOtherAdmin(tx, caller.org, profile.id))) throw lastAdmin();
  }
  if (typeof body.current_team_id === 'string' && (await findTeam(tx, caller.org, body.current_team_id)) === null)
    throw missingReference('current_team_id');
}

/** Gives a person exactly these added roles, as far as the caller may give and take them. */
export async function setRoles(tx: Tx, caller: Caller, profile: Profile, roleIds: readonly string[], now: Date): Promise<void> {
  const had = (await rolesOf(tx, caller.org, 'user', [profile.id])).get(profile.id) ?? [];
  await checkRoles(tx, caller, roleIds, had);
  if (had.some((id) => !roleIds.includes(id))) await checkAsStrong(tx, caller, { type: 'user', id: profile.id });
  await assignRoles(tx, caller.org, { type: 'user', id: profile.id }, roleIds, now);
}
