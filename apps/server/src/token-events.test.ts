import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTokenMemory } from './access/index.ts';
import { type ApiUser, type ApiWorld, startApi } from './testing/api.ts';
import { recordNewAddress, tellOfTokens } from './token-events.ts';

let api: ApiWorld;
let noor: ApiUser;
let told: { to: string; subject: string; text: string }[] = [];
beforeAll(async () => {
  api = await startApi();
  noor = await api.user('noor', 'editor');
});
afterAll(() => api[Symbol.asyncDispose]());

async function tell(): Promise<typeof told> {
  told = [];
  const tellPerson = async (_tx: unknown, { userId, subject, text }: { userId: string; subject: string; text: string }) => {
    told.push({ to: userId, subject, text });
  };
  const notifyAdmins = async (_tx: unknown, { subject, text }: { subject: string; text: string }) => {
    told.push({ to: 'admins', subject, text });
  };
  await tellOfTokens({ db: api.db, tellPerson, notifyAdmins }, api.clock.now());
  return told;
}
const inDays = (days: number) => new Date(api.clock.now().getTime() + days * 86_400_000).toISOString();

test('owners hear 14 and 3 days before a token ends, once each, and not of tokens made for less', async () => {
  await api.admin.post('tokens/', { name: 'quarter', expires_at: inDays(90) });
  await api.admin.post('tokens/', { name: 'week', expires_at: inDays(7) });
  await api.admin.post('tokens/', { name: 'day', expires_at: inDays(1) });
  await api.admin.post('tokens/', { name: 'forever' });
  const revoked = (await api.admin.post('tokens/', { name: 'revoked', expires_at: inDays(90) })).body.id;
  expect((await api.admin.delete(`tokens/${revoked}`)).status).toBe(204);
  const account = (await api.admin.post('service_accounts/', { name: 'pipeline' })).body.id;
  await api.admin.post(`service_accounts/${account}/tokens`, { name: 'deploy', expires_at: inDays(16) });
  expect(await tell()).toEqual([]);
  api.clock.advance({ days: 4 });
  expect((await tell()).map(({ to, subject }) => [to, subject]).sort()).toEqual([
    [api.admin.id, 'API token week expires on 2026-03-09'],
    ['admins', 'API token deploy expires on 2026-03-18'],
  ]);
  expect(told.find(({ to }) => to === 'admins')?.text).toContain('of the service account pipeline');
  expect(await tell()).toEqual([]);
  api.clock.advance({ days: 72 });
  expect(await tell()).toMatchObject([{ to: api.admin.id, subject: 'API token quarter expires on 2026-05-31' }]);
  api.clock.advance({ days: 11 });
  expect(await tell()).toMatchObject([{ subject: 'API token quarter expires on 2026-05-31' }]);
  api.clock.advance({ days: 3 });
  expect(await tell()).toEqual([]);
});

test('a token that is used from another address tells its owner and the audit log, once for an address or an IPv6 network', async () => {
  const at = [1, 2].map(() => createTokenMemory({ db: api.db, clock: api.clock, hub: null, onNewAddress: recordNewAddress }));
  const knock = (ip: string) => Promise.all(at.map((memory) => memory.authenticate({ authorization: noor.token, ip })));
  await knock('192.0.2.1');
  await knock('192.0.2.1');
  expect(await tell()).toEqual([]);
  await knock('2001:db8:0:7::1');
  await knock('2001:db8:0:7:ffff::2');
  expect(await tell()).toMatchObject([{ to: noor.id, text: expect.stringContaining('2001:db8:0:7::1') }]);
  expect(await tell()).toEqual([]);
  await knock('192.0.2.1');
  expect(await tell()).toEqual([]);
  const { results } = (await api.admin.get('audit/?action=token_used_from_new_address')).body;
  expect(results).toMatchObject([
    {
      actor: { id: noor.id, name: 'noor' },
      ip: '2001:db8:0:7::1',
      resource: { type: 'public_api_token' },
      note: '2001:db8:0:7::1',
    },
  ]);
  for (let n = 0; n < 60; n += 1) await at[0]?.authenticate({ authorization: noor.token, ip: `198.51.100.${n}` });
  expect((await api.admin.get('audit/?action=token_used_from_new_address')).body.count).toBe(49);
});
