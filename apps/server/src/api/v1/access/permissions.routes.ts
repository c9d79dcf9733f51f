import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { Type } from 'typebox';
import { can, loadAccountRights, loadUserRights, PERMISSIONS, permissionsOfRole, type Rights } from '../../../access/index.ts';
import { forbidden, notFound } from '../conventions/api-error.ts';
import { type Caller, callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { type ApiDeps, errorResponses, sendJson } from '../conventions/resource.ts';
import { permissionNames } from './permission-names.ts';

const Names = Type.Array(Type.String());
const PermissionsSchema = named(
  'EffectivePermissions',
  Type.Object({
    role: Type.String({ description: 'Basic role.' }),
    roles: Type.Array(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        through_team_id: Type.Union([Type.String(), Type.Null()], { description: 'The team that the person has it through.' }),
      }),
    ),
    permissions: Type.Array(Type.Object({ action: Type.String(), granted_by: Names })),
    teams: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
  }),
);

/** What somebody may do and why: one's own, or that of others for those who manage people (access.md 17.1). */
export function registerPermissions(app: FastifyInstance, { db }: ApiDeps): void {
  app.get(
    '/users/:id/permissions',
    {
      config: { permission: 'signed-in' },
      schema: {
        operationId: 'getUserPermissions',
        summary: 'Tells what a person may do, and by which roles; `current` is the caller, as the token allows',
        tags: ['users'],
        params: Type.Object({ id: Type.String() }),
        response: { 200: PermissionsSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = request.params as { id: string };
      const isSelf = id === 'current' || id === caller.userId;
      if (!isSelf && !can(caller, 'users:write')) throw forbidden();
      const rights = await rightsOf(caller, isSelf, id);
      const effective = isSelf ? caller.permissions : rights.permissions;
      const nameOf = await permissionNames(db, caller.org);
      const sources = sourcesOf(rights);
      const { rows: teams } = await sql<{ id: string; name: string }>`
        select id, name from team where organization_id = ${caller.org} and id = any(${[...(rights.teamIds ?? [])]}::text[]) order by name`.execute(
        db,
      );
      return sendJson(
        reply,
        200,
        JSON.stringify({
          role: rights.role,
          roles: rights.added.map((role) => ({ id: role.id, name: role.name, through_team_id: role.throughTeamId })),
          permissions: PERMISSIONS.filter((permission) => effective.has(permission)).map((permission) => ({
            action: nameOf(permission),
            granted_by: sources.filter((source) => source.permissions.has(permission)).map((source) => source.name),
          })),
          teams,
        }),
      );
    },
  );

  async function rightsOf(caller: Caller, isSelf: boolean, id: string): Promise<Rights> {
    const rights =
      isSelf && caller.actor.type === 'service_account'
        ? await loadAccountRights(db, caller.org, caller.actor.id)
        : await loadUserRights(db, caller.org, isSelf ? (caller.userId ?? '') : id);
    if (rights === null) throw notFound();
    return rights;
  }
}

const sourcesOf = (rights: Rights): { name: string; permissions: ReadonlySet<string> }[] => [
  { name: rights.role.charAt(0).toUpperCase() + rights.role.slice(1), permissions: permissionsOfRole(rights.role) },
  ...(rights.rolesCount ? rights.added.map((role) => ({ name: role.name, permissions: new Set<string>(role.permissions) })) : []),
];
