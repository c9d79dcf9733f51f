import { sql } from 'kysely';
import type { Tx } from '../../platform/db/database.ts';
import { createTeam, hasOtherAdmin, type Role, type User } from '../../users/index.ts';
import { assignRoles, listRoles, rolesOf } from '../roles/role-store.ts';
import { mappedRoles, mappedTeams, type OidcProvider, rolesOfMap } from './provider.ts';

type Change<T> = { readonly before: T; readonly after: T } | null;

/** What a person's groups have changed; null where nothing. */
export interface GroupChanges {
  readonly role: Change<Role>;
  /** Ids of added roles. */
  readonly roles: Change<readonly string[]>;
  /** Names of teams. */
  readonly teams: Change<readonly string[]>;
}

/**
 * Gives a person the roles and teams that their groups map to, and takes away those that former groups gave. What was given by hand
 * stays. The last admin stays one.
 * @param former the groups of the last sign-in
 */
export async function applyGroups(
  tx: Tx,
  user: User,
  provider: OidcProvider,
  groups: readonly string[],
  former: readonly string[],
  now: Date,
): Promise<GroupChanges> {
  return {
    role: await applyRole(tx, user, provider, groups),
    roles: await applyAddedRoles(tx, user, provider, groups, now),
    teams: await applyTeams(tx, user, provider, groups, former, now),
  };
}

/** Without a map, roles are given by people. */
async function applyRole(tx: Tx, user: User, provider: OidcProvider, groups: readonly string[]): Promise<Change<Role>> {
  if (provider.roleMap.length === 0) return null;
  const after = mappedRoles(provider.roleMap, groups).role ?? provider.defaultRole;
  if (after === null || after === user.role) return null;
  if (user.role === 'admin' && !(await hasOtherAdmin(tx, user.org, user.id))) return null;
  await tx.updateTable('users').set({ role: after }).where('organization_id', '=', user.org).where('id', '=', user.id).execute();
  return { before: user.role, after };
}

async function applyAddedRoles(
  tx: Tx,
  user: User,
  provider: OidcProvider,
  groups: readonly string[],
  now: Date,
): Promise<Change<readonly string[]>> {
  const managed = rolesOfMap(provider.roleMap);
  if (managed.length === 0) return null;
  const roles = await listRoles(tx, user.org);
  const idsOf = (names: readonly string[]) => {
    const wanted = new Set(names.map((name) => name.toLowerCase()));
    return roles.filter(({ id, name }) => wanted.has(name.toLowerCase()) || wanted.has(id.toLowerCase())).map(({ id }) => id);
  };
  const before = (await rolesOf(tx, user.org, 'user', [user.id])).get(user.id) ?? [];
  const byHand = before.filter((id) => !idsOf(managed).includes(id));
  const after = [...new Set([...byHand, ...idsOf(mappedRoles(provider.roleMap, groups).added)])].sort();
  if (after.join() === [...before].sort().join()) return null;
  await assignRoles(tx, user.org, { type: 'user', id: user.id }, after, now);
  return { before, after };
}

async function applyTeams(
  tx: Tx,
  { org, id }: User,
  { teamMap }: OidcProvider,
  groups: readonly string[],
  former: readonly string[],
  now: Date,
): Promise<Change<readonly string[]>> {
  const wanted = mappedTeams(teamMap, groups);
  const gone = mappedTeams(teamMap, former).filter((name) => !wanted.includes(name));
  if (wanted.length + gone.length === 0) return null;
  const existing = new Set(
    (
      await tx
        .selectFrom('team')
        .select('name')
        .where('organization_id', '=', org)
        .where('name', 'in', [...wanted, ''])
        .execute()
    ).map(({ name }) => name),
  );
  if (teamMap === '*') {
    for (const name of wanted.filter((each) => !existing.has(each))) await createTeam(tx, org, { name, email: null }, now);
  }
  const namesNow = async () =>
    (
      await sql<{ name: string }>`
        select t.name from team_member m join team t on t.organization_id = m.organization_id and t.id = m.team_id
        where m.organization_id = ${org} and m.user_id = ${id} order by t.name`.execute(tx)
    ).rows.map(({ name }) => name);
  const before = await namesNow();
  await sql`insert into team_member (organization_id, team_id, user_id)
    select ${org}, id, ${id} from team where organization_id = ${org} and name = any(${[...wanted]}::text[])
    on conflict do nothing`.execute(tx);
  await sql`delete from team_member m using team t
    where m.organization_id = ${org} and m.user_id = ${id} and t.organization_id = ${org} and t.id = m.team_id
      and t.name = any(${gone}::text[])`.execute(tx);
  const after = await namesNow();
  return after.join('\n') === before.join('\n') ? null : { before, after };
}
