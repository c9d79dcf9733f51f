import { sql } from 'kysely';
import { Type } from 'typebox';
import {
  assignRoles,
  createServiceAccount,
  deleteServiceAccount,
  findServiceAccount,
  listServiceAccounts,
  ROLES,
  type Role,
  rolesOf,
  type ServiceAccount,
  updateServiceAccount,
} from '../../../access/index.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { fieldErrors } from '../conventions/api-error.ts';
import type { Caller } from '../conventions/caller.ts';
import { boolean, custom, idList, invalidChoice, missingReference, nullable, text } from '../conventions/fields.ts';
import { pageOf } from '../conventions/pagination.ts';
import type { ApiDeps, Resource } from '../conventions/resource.ts';
import { apiTime } from '../conventions/times.ts';
import { checkMayGrantBasic, checkRoles } from './grants.ts';

/** A basic role by its name. */
export const roleField = custom<Role>(Type.Union(ROLES.map((role) => Type.Literal(role))), (raw) => {
  const role = ROLES.find((one) => one === raw || ROLES.indexOf(one) === raw || String(ROLES.indexOf(one)) === raw);
  if (role === undefined) throw invalidChoice(raw);
  return role;
});

const fields = {
  name: text({ max: 100 }),
  description: text({ max: 500, blank: true }),
  role: roleField,
  roles: idList(),
  team_ids: nullable(idList()),
  may_act: boolean(),
  is_disabled: boolean(),
};

const AccountSchema = Type.Object({
  id: Type.String(),
  number: Type.Integer({ description: 'The account is `service-account:<number>` in `users/current`.' }),
  name: Type.String(),
  description: Type.String(),
  role: Type.String({ description: 'Basic role: admin, editor, viewer or none.' }),
  roles: Type.Array(Type.String(), { description: 'Ids of added roles.' }),
  team_ids: Type.Union([Type.Array(Type.String()), Type.Null()], { description: 'Teams whose resources it sees; null: all.' }),
  may_act: Type.Boolean({ description: 'May acknowledge, resolve, silence and undo these, and page people.' }),
  is_disabled: Type.Boolean(),
  created_by: Type.Union([Type.String(), Type.Null()]),
  created_at: Type.String(),
});

/** Callers that are no people (access.md 9). */
export const serviceAccountsResource = ({ clock }: Pick<ApiDeps, 'clock'>): Resource<ServiceAccount, typeof fields, 'name'> => ({
  path: 'service_accounts',
  name: 'service account',
  read: 'admin:admin',
  write: 'admin:admin',
  needsProof: true,
  pageSize: 100,
  item: AccountSchema,
  fields,
  required: { create: ['name'] },
  uniques: { service_account_name_key: fieldErrors({ name: ['A service account with this name already exists.'] }) },
  list: async (db, caller, _query, window) => pageOf(await listServiceAccounts(db, caller.org), window),
  get: (db, caller, id) => findServiceAccount(db, caller.org, id),
  async present(db, caller, rows) {
    const ids = rows.map((account) => account.id);
    const roles = await rolesOf(db, caller.org, 'service_account', ids);
    return rows.map((account) => ({
      id: account.id,
      number: account.number,
      name: account.name,
      description: account.description,
      role: account.role,
      roles: roles.get(account.id) ?? [],
      team_ids: account.teamIds,
      may_act: account.mayAct,
      is_disabled: account.isDisabled,
      created_by: account.createdByUserId,
      created_at: apiTime(account.createdAt),
    }));
  },
  async create(tx, caller, body) {
    const values = {
      name: body.name,
      description: body.description ?? '',
      role: body.role ?? 'none',
      teamIds: body.team_ids ?? null,
      mayAct: body.may_act ?? false,
      isDisabled: body.is_disabled ?? false,
    };
    checkMayGrantBasic(caller, values.role);
    await checkRoles(tx, caller, body.roles ?? [], []);
    await checkTeams(tx, caller, values.teamIds ?? []);
    const account = await createServiceAccount(tx, caller.org, values, caller.userId, clock.now());
    await assignRoles(tx, caller.org, { type: 'service_account', id: account.id }, body.roles ?? [], clock.now());
    return account;
  },
  async update(tx, caller, account, body) {
    if (body.role !== undefined && body.role !== account.role) checkMayGrantBasic(caller, body.role);
    if (body.team_ids !== undefined && body.team_ids !== null) await checkTeams(tx, caller, body.team_ids);
    if (body.roles !== undefined) {
      const had = (await rolesOf(tx, caller.org, 'service_account', [account.id])).get(account.id) ?? [];
      await checkRoles(tx, caller, body.roles, had);
      await assignRoles(tx, caller.org, { type: 'service_account', id: account.id }, body.roles, clock.now());
    }
    return updateServiceAccount(tx, caller.org, {
      ...account,
      name: body.name ?? account.name,
      description: body.description ?? account.description,
      role: body.role ?? account.role,
      teamIds: body.team_ids === undefined ? account.teamIds : body.team_ids,
      mayAct: body.may_act ?? account.mayAct,
      isDisabled: body.is_disabled ?? account.isDisabled,
    });
  },
  remove: (tx, caller, account) => deleteServiceAccount(tx, caller.org, account.id, clock.now()),
});

/** Fails when one of the teams is not there. */
export async function checkTeams(tx: Tx, caller: Caller, teamIds: readonly string[]): Promise<void> {
  const wanted = [...new Set(teamIds)];
  const { rows } = await sql`select id from team where organization_id = ${caller.org} and id = any(${wanted}::text[])`.execute(
    tx,
  );
  if (rows.length !== wanted.length) throw missingReference('team_ids');
}
