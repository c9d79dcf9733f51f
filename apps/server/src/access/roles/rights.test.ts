import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUser, type ApiWorld, startApi } from '../../testing/api.ts';
import { createRole, FIXED_ROLES, loadUserRights, parsePermission, setRoleSubjects } from '../index.ts';
import type { Permission } from '../permissions.ts';

let api: ApiWorld;
let vera: ApiUser;
let nils: ApiUser;
const now = () => api.clock.now();
const inTx = <T>(work: Parameters<ReturnType<ApiWorld['db']['transaction']>['execute']>[0]) =>
  api.db.transaction().execute(work) as Promise<T>;

beforeAll(async () => {
  api = await startApi();
  vera = await api.user('vera', 'viewer');
  nils = await api.user('nils', 'none');
});
afterAll(() => api[Symbol.asyncDispose]());

const give = (roleId: string, type: 'user' | 'team', ...ids: string[]) =>
  inTx(async (tx) => setRoleSubjects(tx, api.admin.org, roleId, type, ids, now()));
const mayBeNotified = async (id: string) =>
  (await api.db.selectFrom('users').select('may_be_notified').where('id', '=', id).executeTakeFirstOrThrow()).may_be_notified;
const permissionsOf = async (id: string) =>
  (await loadUserRights(api.db, api.admin.org, id))?.permissions ?? new Set<Permission>();

test('a permission goes by three names', () => {
  for (const name of ['alert-groups:write', 'grafana-oncall-app.alert-groups:write', 'grafana-irm-app.alert-groups:write'])
    expect(parsePermission(name)).toBe('alert-groups:write');
  expect(parsePermission('grafana-labels-app.label:read')).toBe('label:read');
  for (const name of ['plugins.app:access', 'alert-groups', 'x.alert-groups:write', 'toString', ''])
    expect(parsePermission(name)).toBeNull();
});

describe('who may be notified', () => {
  test('follows the basic role', async () => {
    expect([await mayBeNotified(api.admin.id), await mayBeNotified(vera.id), await mayBeNotified(nils.id)]).toEqual([
      true,
      false,
      false,
    ]);
    await api.db.updateTable('users').set({ role: 'editor' }).where('id', '=', nils.id).execute();
    expect(await mayBeNotified(nils.id)).toBe(true);
    await api.db.updateTable('users').set({ role: 'none' }).where('id', '=', nils.id).execute();
    expect(await mayBeNotified(nils.id)).toBe(false);
  });

  test.each(FIXED_ROLES.map((role) => [role.name, role] as const))('follows the fixed role %s', async (_name, role) => {
    await give(role.id, 'user', vera.id);
    expect(await mayBeNotified(vera.id)).toBe(role.permissions.includes('notifications:read'));
    expect((await permissionsOf(vera.id)).has('notifications:read')).toBe(role.permissions.includes('notifications:read'));
    await give(role.id, 'user');
    expect(await mayBeNotified(vera.id)).toBe(false);
  });

  test('follows a custom role of a team, its members, and the switch of the organization', async () => {
    const org = api.admin.org;
    const team = (await api.admin.post('teams/', { name: 'night' })).body.id as string;
    const role = await inTx<{ id: string }>((tx) =>
      createRole(tx, org, { name: 'Night', description: '', permissions: ['notifications:read'] }, now()),
    );
    await give(role.id, 'team', team);
    expect(await mayBeNotified(nils.id)).toBe(false);
    await sql`insert into team_member (organization_id, team_id, user_id) values (${org}, ${team}, ${nils.id})`.execute(api.db);
    expect(await mayBeNotified(nils.id)).toBe(true);
    await api.db.updateTable('organization').set({ rbac_enabled: false }).where('id', '=', org).execute();
    expect([await mayBeNotified(nils.id), await mayBeNotified(api.admin.id)]).toEqual([false, true]);
    expect((await permissionsOf(nils.id)).size).toBe(0);
    await api.db.updateTable('organization').set({ rbac_enabled: true }).where('id', '=', org).execute();
    expect(await mayBeNotified(nils.id)).toBe(true);
    await api.db.updateTable('role').set({ permissions: [] }).where('id', '=', role.id).execute();
    expect(await mayBeNotified(nils.id)).toBe(false);
    await api.db
      .updateTable('role')
      .set({ permissions: ['notifications:read'] })
      .where('id', '=', role.id)
      .execute();
    await sql`delete from team_member where user_id = ${nils.id}`.execute(api.db);
    expect(await mayBeNotified(nils.id)).toBe(false);
  });
});
