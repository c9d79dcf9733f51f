import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../platform/log.ts';
import { createHub, type Hub } from '../platform/notify.ts';
import { type ApiUser, type ApiWorld, startApi } from '../testing/api.ts';
import { recordNewAddress } from '../token-events.ts';
import { createTokenMemory, setRoleSubjects } from './index.ts';

let api: ApiWorld;
let hub: Hub;
let noor: ApiUser;

beforeAll(async () => {
  api = await startApi();
  hub = createHub(api.connection, createLogger({ level: 'silent' }));
  noor = await api.user('noor', 'editor');
});
afterAll(async () => {
  await hub.close();
  await api[Symbol.asyncDispose]();
});

const memory = (listens: boolean) =>
  createTokenMemory({ db: api.db, clock: api.clock, hub: listens ? hub : null, onNewAddress: recordNewAddress });
const knock = (at: ReturnType<typeof memory>, user = noor) => at.authenticate({ authorization: user.token });
const may = async (at: ReturnType<typeof memory>, permission: 'integrations:write') => {
  const found = await knock(at);
  return found.ok && found.caller.permissions.has(permission);
};
const give = (roleId: string, users: readonly string[]) =>
  api.db.transaction().execute((tx) => setRoleSubjects(tx, api.admin.org, roleId, 'user', users, api.clock.now()));
/** Until everything that was announced has been heard. */
const heard = () => hub.ready();

describe('a known token', () => {
  test('is answered without the database', async () => {
    const at = memory(false);
    expect(await may(at, 'integrations:write')).toBe(false);
    await give('fixed:integrations-editor', [noor.id]);
    expect(await may(at, 'integrations:write')).toBe(false); // from memory, because nobody told it
    at.forget(api.admin.org);
    expect(await may(at, 'integrations:write')).toBe(true);
    await give('fixed:integrations-editor', []);
  });

  test('is read again within five seconds even if nobody says that its rights changed', async () => {
    const at = memory(false);
    expect((await knock(at)).ok).toBe(true);
    await api.db.updateTable('api_token').set({ revoked_at: api.clock.now() }).where('user_id', '=', noor.id).execute();
    expect((await knock(at)).ok).toBe(true);
    api.clock.advance({ seconds: 5 });
    expect(await knock(at)).toEqual({ ok: false, reason: 'invalid_token' });
    await api.db.updateTable('api_token').set({ revoked_at: null }).where('user_id', '=', noor.id).execute();
  });

  test('ends when its time comes, whatever is remembered', async () => {
    const brief = await api.user('brief', 'viewer');
    await api.db
      .updateTable('api_token')
      .set({ expires_at: new Date(api.clock.now().getTime() + 1_000) })
      .where('user_id', '=', brief.id)
      .execute();
    const at = memory(false);
    expect((await knock(at, brief)).ok).toBe(true);
    api.clock.advance({ seconds: 1 });
    expect((await knock(at, brief)).ok).toBe(false);
  });
});

test.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
  [
    'a revocation',
    () => api.db.updateTable('api_token').set({ revoked_at: api.clock.now() }).where('user_id', '=', noor.id).execute(),
    () => api.db.updateTable('api_token').set({ revoked_at: null }).where('user_id', '=', noor.id).execute(),
  ],
  [
    'a person who left',
    () => api.db.updateTable('users').set({ is_active: false }).where('id', '=', noor.id).execute(),
    () => api.db.updateTable('users').set({ is_active: true }).where('id', '=', noor.id).execute(),
  ],
  [
    'a deleted organization',
    () => api.db.updateTable('organization').set({ deleted_at: api.clock.now() }).execute(),
    () => api.db.updateTable('organization').set({ deleted_at: null }).execute(),
  ],
])('%s is heard of at once on every process', async (_what, change, back) => {
  const processes = [memory(true), memory(true)];
  await heard();
  for (const one of processes) expect((await knock(one)).ok).toBe(true);
  await change();
  await heard();
  for (const one of processes) expect((await knock(one)).ok).toBe(false);
  await back();
  await heard();
  for (const one of processes) expect((await knock(one)).ok).toBe(true);
});

test('added roles, memberships of teams with roles, and the switch of the organization are heard of at once', async () => {
  const at = memory(true);
  const team = (await api.admin.post('teams/', { name: 'installers' })).body.id;
  const steps: [() => Promise<unknown>, boolean][] = [
    [() => give('fixed:integrations-editor', [noor.id]), true],
    [() => give('fixed:integrations-editor', []), false],
    [() => api.admin.put('roles/fixed:integrations-editor/assignments', { teams: [team] }), false],
    [() => api.admin.patch(`teams/${team}`, { members: [noor.id] }), true],
    [() => api.admin.patch('organizations/current/settings', { rbac_enabled: false }), false],
    [() => api.admin.patch('organizations/current/settings', { rbac_enabled: true }), true],
    [() => api.admin.delete(`teams/${team}`), false],
  ];
  for (const [index, [change, expected]] of steps.entries()) {
    await may(at, 'integrations:write');
    await change();
    await heard();
    expect(await may(at, 'integrations:write'), `step ${index}`).toBe(expected);
  }
});
