import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import type { Role } from '../../users/index.ts';
import type { Caller, CallerActor, TeamScope, Via } from '../caller.ts';
import { type Permission, parsePermission, permissionsOfRole, withImplied } from '../permissions.ts';
import { fixedRole } from './fixed-roles.ts';

/** What somebody may do now, as the database says. */
export interface Rights {
  readonly org: string;
  readonly actor: CallerActor;
  readonly role: Role;
  /** False for people who left and accounts that are disabled. */
  readonly isActive: boolean;
  readonly isOrganizationDeleted: boolean;
  /** Whether added roles count for this actor. */
  readonly rolesCount: boolean;
  /** Roles beside the basic one, with their permissions. */
  readonly added: readonly GrantedRole[];
  readonly permissions: ReadonlySet<Permission>;
  /** Own teams; for an account the teams it is restricted to, null where it is not. */
  readonly teamIds: readonly string[] | null;
  /** Teams that share their resources with everybody. */
  readonly sharingTeamIds: readonly string[];
}

export interface GrantedRole {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
  /** The team through which the person has it, null for their own. */
  readonly throughTeamId: string | null;
}

/** What a token takes away from its owner's rights (access.md 8). */
export interface Narrowing {
  readonly scopes: readonly string[] | null;
  readonly isReadOnly: boolean;
  readonly teamIds: readonly string[] | null;
  readonly respectsVisibility: boolean;
}

export const NOT_NARROWED: Narrowing = { scopes: null, isReadOnly: false, teamIds: null, respectsVisibility: false };

type AssignedRow = { id: string; name: string | null; permissions: string[] | null; team_id: string | null };

type Row = {
  role: Role;
  is_active: boolean;
  is_organization_deleted: boolean;
  rbac_enabled: boolean;
  team_ids: string[] | null;
  sharing_team_ids: string[];
  assigned: AssignedRow[];
};

const sharingTeams = (org: string) => sql`
  coalesce((select array_agg(t.id) from team t where t.organization_id = ${org} and t.is_sharing_resources_to_all), '{}')`;

const assigned = (where: ReturnType<typeof sql>) => sql`
  coalesce((select json_agg(json_build_object('id', a.role_id, 'name', r.name, 'permissions', r.permissions,
                                              'team_id', case when a.subject_type = 'team' then a.subject_id end)
                            order by a.role_id, a.subject_id)
            from role_assignment a
            left join role r on r.organization_id = a.organization_id and r.id = a.role_id
            where ${where} and a.team_id is null), '[]')`;

/** The rights of a person, null when there is none with this id. Inactive people are found and say so. */
export async function loadUserRights(db: Db | Tx, org: string, userId: string): Promise<Rights | null> {
  const { rows } = await sql<Row>`
    select u.role, u.is_active, o.deleted_at is not null as is_organization_deleted, o.rbac_enabled,
           mine.ids as team_ids, ${sharingTeams(org)} as sharing_team_ids,
           ${assigned(sql`a.organization_id = ${org} and ((a.subject_type = 'user' and a.subject_id = u.id)
                          or (a.subject_type = 'team' and a.subject_id = any(mine.ids)))`)} as assigned
    from users u
    join organization o on o.id = u.organization_id
    cross join lateral (
      select coalesce(array_agg(m.team_id order by m.team_id), '{}') as ids from team_member m
      where m.organization_id = u.organization_id and m.user_id = u.id) mine
    where u.organization_id = ${org} and u.id = ${userId}`.execute(db);
  const row = rows[0];
  return row === undefined ? null : rightsOf(org, { type: 'user', userId }, row);
}

/** The rights of a service account, null when there is none with this id. Its roles count whether or not people's do. */
export async function loadAccountRights(db: Db | Tx, org: string, id: string): Promise<Rights | null> {
  const { rows } = await sql<Row & { name: string; number: number; may_act: boolean }>`
    select s.role, not s.is_disabled as is_active, o.deleted_at is not null as is_organization_deleted, true as rbac_enabled,
           s.team_ids, ${sharingTeams(org)} as sharing_team_ids, s.name, s.number, s.may_act,
           ${assigned(sql`a.organization_id = ${org} and a.subject_type = 'service_account' and a.subject_id = s.id`)} as assigned
    from service_account s join organization o on o.id = s.organization_id
    where s.organization_id = ${org} and s.id = ${id} and s.deleted_at is null`.execute(db);
  const row = rows[0];
  if (row === undefined) return null;
  return rightsOf(org, { type: 'service_account', id, number: row.number, name: row.name, mayAct: row.may_act }, row);
}

function rightsOf(org: string, actor: CallerActor, row: Row): Rights {
  const added = row.assigned.map((role): GrantedRole => {
    const fixed = fixedRole(role.id);
    return {
      id: role.id,
      name: fixed?.name ?? role.name ?? role.id,
      permissions: fixed?.permissions ?? known(role.permissions ?? []),
      throughTeamId: role.team_id,
    };
  });
  return {
    org,
    actor,
    role: row.role,
    isActive: row.is_active,
    isOrganizationDeleted: row.is_organization_deleted,
    rolesCount: row.rbac_enabled,
    added,
    permissions: row.rbac_enabled
      ? withImplied([...permissionsOfRole(row.role), ...added.flatMap((role) => role.permissions)])
      : permissionsOfRole(row.role),
    teamIds: row.team_ids,
    sharingTeamIds: row.sharing_team_ids,
  };
}

const known = (names: readonly string[]): Permission[] =>
  names.map(parsePermission).filter((permission): permission is Permission => permission !== null);

/** A caller with these rights. A session sees what its teams let it see, a token everything unless it asks for less (access.md 4.1). */
export function callerWith(
  rights: Rights,
  entry: { via: Via; tokenId?: string; sessionId?: string },
  narrowing: Narrowing = NOT_NARROWED,
): Caller {
  const seesAll = rights.permissions.has('admin:admin') || rights.teamIds === null;
  const availableTeams = teamsFor(rights, seesAll, narrowing);
  const isChecked = entry.sessionId !== undefined || narrowing.respectsVisibility || narrowing.teamIds !== null;
  return {
    org: rights.org,
    actor: rights.actor,
    userId: rights.actor.type === 'user' ? rights.actor.userId : null,
    role: rights.role,
    permissions: narrowed(rights.permissions, narrowing),
    via: entry.via,
    tokenId: entry.tokenId ?? null,
    sessionId: entry.sessionId ?? null,
    isNarrowed: narrowing.scopes !== null || narrowing.isReadOnly || narrowing.teamIds !== null,
    availableTeams,
    visibility: isChecked || rights.actor.type === 'service_account' ? availableTeams : 'all',
  };
}

function teamsFor(rights: Rights, seesAll: boolean, { teamIds }: Narrowing): TeamScope {
  if (teamIds === null) return seesAll ? 'all' : union(rights.teamIds ?? [], rights.sharingTeamIds);
  const own = seesAll ? teamIds : teamIds.filter((id) => rights.teamIds?.includes(id) === true);
  return union(own, rights.sharingTeamIds);
}

const union = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])];

function narrowed(permissions: ReadonlySet<Permission>, { scopes, isReadOnly }: Narrowing): ReadonlySet<Permission> {
  if (scopes === null && !isReadOnly) return permissions;
  const scope = scopes === null ? null : withImplied(known(scopes));
  return new Set([...permissions].filter((one) => (scope === null || scope.has(one)) && (!isReadOnly || one.endsWith(':read'))));
}
