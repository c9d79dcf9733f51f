import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { Type } from 'typebox';
import {
  createRole,
  deleteRole,
  findRole,
  listRoles,
  type RoleInfo,
  type SubjectType,
  setRoleSubjects,
  subjectsOfRole,
  updateRole,
} from '../../../access/index.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { ApiError, fieldErrors, forbidden, notFound } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { type Caller, callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { checkUnchanged, sendOne } from '../conventions/etag.ts';
import { idList, missingReference, readBody, text } from '../conventions/fields.ts';
import { pageOf, single } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, inOneTransaction, type Resource } from '../conventions/resource.ts';
import { checkAsStrong, checkMayGrant } from './grants.ts';
import { permissionNames, permissionsField } from './permission-names.ts';

const fields = { name: text({ max: 100 }), description: text({ max: 500, blank: true }), permissions: permissionsField };

const RoleSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.String(),
  is_fixed: Type.Boolean({ description: 'Comes with the program and is not edited.' }),
  permissions: Type.Array(Type.String()),
});

const fixedIsFixed = () => forbidden('Fixed roles cannot be changed.', 'fixed_role');

/** Fixed and custom roles (access.md 5.5). */
export const rolesResource = ({ clock }: Pick<ApiDeps, 'clock'>): Resource<RoleInfo, typeof fields, 'name' | 'permissions'> => ({
  path: 'roles',
  name: 'role',
  read: 'roles:write',
  write: 'roles:write',
  needsProof: true,
  pageSize: 100,
  item: RoleSchema,
  filters: { name: Type.Optional(Type.String()) },
  fields,
  required: { create: ['name', 'permissions'] },
  uniques: { role_name_key: fieldErrors({ name: ['A role with this name already exists.'] }) },
  async list(db, caller, query, window) {
    const name = single(query.name) || undefined;
    const all = await listRoles(db, caller.org);
    return pageOf(name === undefined ? all : all.filter((role) => role.name.toLowerCase() === name.toLowerCase()), window);
  },
  get: (db, caller, id) => findRole(db, caller.org, id),
  async present(db, caller, rows) {
    const nameOf = await permissionNames(db, caller.org);
    return rows.map((role) => ({
      id: role.id,
      name: role.name,
      description: role.description,
      is_fixed: role.isFixed,
      permissions: role.permissions.map(nameOf),
    }));
  },
  async create(tx, caller, body) {
    checkMayGrant(caller, body.permissions);
    const { name, description = '', permissions } = body;
    return createRole(tx, caller.org, { name, description, permissions }, clock.now());
  },
  async update(tx, caller, role, body) {
    if (role.isFixed) throw fixedIsFixed();
    const permissions = body.permissions ?? role.permissions;
    const added = permissions.filter((permission) => !role.permissions.includes(permission));
    const taken = role.permissions.filter((permission) => !permissions.includes(permission));
    checkMayGrant(caller, [...added, ...taken]);
    if (taken.length > 0)
      for (const holder of await subjectsOfRole(tx, caller.org, role.id)) await checkAsStrong(tx, caller, holder);
    const values = { name: body.name ?? role.name, description: body.description ?? role.description, permissions };
    return updateRole(tx, caller.org, role.id, values, clock.now());
  },
  async remove(tx, caller, role) {
    if (role.isFixed) throw fixedIsFixed();
    if (await deleteRole(tx, caller.org, role.id)) return;
    throw new ApiError(409, { detail: 'The role is in use; take it from its holders first.', code: 'role_in_use' });
  },
});

const HOLDERS = { users: 'user', teams: 'team', service_accounts: 'service_account' } as const satisfies Record<
  string,
  SubjectType
>;
const holderFields = { users: idList(), teams: idList(), service_accounts: idList() };
const ids = Type.Array(Type.String());
const HoldersSchema = named('RoleHolders', Type.Object({ users: ids, teams: ids, service_accounts: ids }));
const IdParams = Type.Object({ id: Type.String() });

/** Who has a role: people, teams (each member has it) and service accounts. */
export function registerRoleHolders(app: FastifyInstance, { db, clock }: ApiDeps): void {
  const tags = ['roles'];
  const holdersOf = async (at: Parameters<typeof subjectsOfRole>[0], caller: Caller, id: string) => {
    const subjects = await subjectsOfRole(at, caller.org, id);
    const of = (type: SubjectType) => subjects.filter((subject) => subject.type === type).map((subject) => subject.id);
    return { users: of('user'), teams: of('team'), service_accounts: of('service_account') };
  };
  app.get(
    '/roles/:id/assignments',
    {
      config: { permission: 'roles:write' },
      schema: {
        operationId: 'getRoleAssignments',
        summary: 'Tells who has a role',
        tags,
        params: IdParams,
        response: { 200: HoldersSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = request.params as { id: string };
      if ((await findRole(db, caller.org, id)) === null) throw notFound();
      return sendOne(reply, 200, JSON.stringify(await holdersOf(db, caller, id)));
    },
  );
  app.put(
    '/roles/:id/assignments',
    {
      config: { permission: 'roles:write', needsProof: true },
      schema: {
        operationId: 'updateRoleAssignments',
        summary: 'Sets who has a role; lists that are left out stay as they are',
        tags,
        params: IdParams,
        body: Type.Object(
          { users: Type.Optional(ids), teams: Type.Optional(ids), service_accounts: Type.Optional(ids) },
          { title: 'RoleHoldersUpdate' },
        ),
        response: { 200: HoldersSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = request.params as { id: string };
      const body = readBody(holderFields, request.body);
      const answer = await inOneTransaction(db, {}, async (tx) => {
        const role = await findRole(tx, caller.org, id);
        if (role === null) throw notFound();
        checkMayGrant(caller, role.permissions);
        await checkUnchanged(tx, request, 'role_assignments', id, async () => JSON.stringify(await holdersOf(tx, caller, id)));
        const before = await holdersOf(tx, caller, id);
        for (const [key, type] of Object.entries(HOLDERS)) {
          const wanted = body[key as keyof typeof HOLDERS];
          if (wanted === undefined) continue;
          const added = wanted.filter((one) => !before[key as keyof typeof HOLDERS].includes(one));
          if (!(await allThere(tx, caller.org, type, added))) throw missingReference(key);
          const taken = before[key as keyof typeof HOLDERS].filter((one) => !wanted.includes(one));
          for (const subjectId of taken) await checkAsStrong(tx, caller, { type, id: subjectId });
          await setRoleSubjects(tx, caller.org, id, type, wanted, clock.now());
        }
        const after = await holdersOf(tx, caller, id);
        const resource = { type: 'role', id, name: role.name };
        await audit(tx, request, { type: 'access', name: 'role_assigned', resource, before, after }, clock);
        return after;
      });
      return sendOne(reply, 200, JSON.stringify(answer));
    },
  );
}

const LIVE = {
  user: sql`select id from users where organization_id = `,
  team: sql`select id from team where organization_id = `,
  service_account: sql`select id from service_account where deleted_at is null and organization_id = `,
} as const;

/** Whether all of the subjects are there; people who left count as gone. */
async function allThere(tx: Tx, org: string, type: SubjectType, wanted: readonly string[]): Promise<boolean> {
  const unique = [...new Set(wanted)];
  const active = type === 'user' ? sql`and is_active` : sql``;
  const { rows } = await sql`${LIVE[type]} ${org} and id = any(${unique}::text[]) ${active} for share`.execute(tx);
  return rows.length === unique.length;
}
