import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
let viewer: ApiUser;
beforeAll(async () => {
  api = await startApi();
  viewer = await api.user('vic', 'viewer');
});
afterAll(() => api[Symbol.asyncDispose]());

let counter = 0;
async function integration() {
  counter += 1;
  return (await api.admin.post('integrations/', { type: 'webhook', name: `guarded ${counter}` })).body;
}
const MASK = '*'.repeat(16);
const secret = { id: expect.stringMatching(/^Y/), secret: MASK, created_at: '2026-03-02T09:00:00Z', last_used_at: null };

test('a guard is set, read with its secrets masked, and dropped', async () => {
  const { id } = await integration();
  const path = `integrations/${id}/guard/`;
  const empty = { hmac: null, authorization: null, allowed_addresses: [], allowed_topics: [] };
  expect((await viewer.get(path)).body).toEqual(empty);
  expect((await viewer.put(path, {})).status).toBe(403);
  const set = await api.admin.put(path, {
    hmac: { header: 'X-Hub-Signature-256', prefix: 'sha256=', secret: 'the signing secret' },
    allowed_addresses: ['10.0.0.0/8'],
    allowed_topics: ['arn:aws:sns:eu-west-1:123456789012:oncall'],
  });
  const hmac = {
    header: 'X-Hub-Signature-256',
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: 'sha256=',
    signed_text: '{body}',
    timestamp_header: null,
    tolerance_seconds: 300,
    secrets: [secret],
  };
  expect(set.body).toEqual({
    ...empty,
    hmac,
    allowed_addresses: ['10.0.0.0/8'],
    allowed_topics: ['arn:aws:sns:eu-west-1:123456789012:oncall'],
  });
  expect((await viewer.get(path)).body).toEqual(set.body);
  expect((await api.admin.put(path, { hmac: { ...hmac, secret: MASK } })).body).toEqual(set.body);
  const added = await api.admin.put(path, { authorization: { kind: 'basic', username: 'sender', secret: 'the password' } });
  expect(added.body.authorization).toEqual({ kind: 'basic', username: 'sender', secrets: [secret] });
  expect(
    (await api.admin.put(path, { hmac: null, authorization: null, allowed_addresses: [], allowed_topics: null })).body,
  ).toEqual(empty);
  expect(await api.db.selectFrom('integration_secret').select('id').where('integration_id', '=', id).execute()).toEqual([]);
  const records = await api.db.selectFrom('audit_record').selectAll().execute();
  expect(records.filter((record) => record.action_name === 'integration_guard_changed')).toHaveLength(4);
  expect(JSON.stringify(records)).not.toMatch(/the signing secret|the password/);
});

test.each<[object, object]>([
  [{ hmac: { header: 'X-Sig' } }, { hmac: { secret: ['This field is required.'] } }],
  [{ hmac: { secret: 'long enough' } }, { hmac: { header: ['This field is required.'] } }],
  [
    { hmac: { header: 'no header', secret: 'short' } },
    { hmac: { header: ['Not the name of a header.'], secret: ['Ensure this field has at least 8 characters.'] } },
  ],
  [
    { hmac: { header: 'a', algorithm: 'md5', secret: 'long enough' } },
    { hmac: { algorithm: ['Must be one of: sha256, sha1, sha512.'] } },
  ],
  [{ hmac: { header: 'a', signed_text: 'body', secret: 'long enough' } }, { hmac: { signed_text: ['Must contain {body}.'] } }],
  [
    { hmac: { header: 'a', signed_text: '{timestamp}{body}', secret: 'long enough' } },
    { hmac: { signed_text: ['{timestamp} and timestamp_header go together.'] } },
  ],
  [
    { hmac: { header: 'a', timestamp_header: 'b', tolerance_seconds: 5, secret: 'long enough' } },
    { hmac: { tolerance_seconds: ['Must be a whole number from 10 to 86400.'] } },
  ],
  [{ hmac: [] }, { hmac: ['Expected a dictionary of items but got type "list".'] }],
  [{ authorization: { kind: 'digest', secret: 'long enough' } }, { authorization: { kind: ['Must be one of: bearer, basic.'] } }],
  [
    { authorization: { kind: 'basic', username: 'a:b', secret: 'long enough' } },
    { authorization: { username: ['A name without a colon is required.'] } },
  ],
  [
    { allowed_addresses: ['10.0.0.0/40'] },
    { allowed_addresses: ['"10.0.0.0/40": not an address or a network such as 10.0.0.0/8'] },
  ],
  [{ allowed_addresses: '10.0.0.0/8' }, { allowed_addresses: ['Expected a list of items but got type "str".'] }],
  [{ allowed_topics: ['oncall'] }, { allowed_topics: ['"oncall": not the ARN of a topic'] }],
])('a guard like %j is refused and leaves nothing', async (body, error) => {
  const { id } = await integration();
  const answer = await api.admin.put(`integrations/${id}/guard/`, body);
  expect([answer.status, answer.body]).toEqual([400, error]);
  expect((await viewer.get(`integrations/${id}/guard/`)).body.hmac).toBeNull();
});

test('two secrets are live at most, the last one stays, and a made one is shown once', async () => {
  const { id } = await integration();
  const secrets = `integrations/${id}/guard/secrets/`;
  expect((await api.admin.post(secrets, { kind: 'hmac' })).body).toMatchObject({
    detail: 'The guard does not ask for such a secret',
  });
  expect((await api.admin.post(secrets, { kind: 'party' })).body).toEqual({ kind: ['"party" is not a valid choice.'] });
  await api.admin.put(`integrations/${id}/guard/`, { authorization: { kind: 'bearer', secret: 'the first one' } });
  const made = await api.admin.post(secrets, { kind: 'authorization' });
  expect([made.status, made.body]).toEqual([201, { ...secret, secret: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
  expect((await api.admin.post(secrets, { kind: 'authorization' })).status).toBe(400);
  const { secrets: live } = (await viewer.get(`integrations/${id}/guard/`)).body.authorization;
  const first = live.find((each: { id: string }) => each.id !== made.body.id);
  expect((await viewer.delete(`${secrets}${made.body.id}/`)).status).toBe(403);
  expect((await api.admin.delete(`${secrets}${first.id}/`)).status).toBe(204);
  expect((await api.admin.delete(`${secrets}${first.id}/`)).status).toBe(404);
  expect((await api.admin.delete(`${secrets}${made.body.id}/`)).status).toBe(400);
});

test('the key in the link is replaced, and the old link shows until when it works', async () => {
  const made = await integration();
  const path = `integrations/${made.id}/rotate_token/`;
  expect((await viewer.post(path)).status).toBe(403);
  expect((await api.admin.post(path, { overlap_seconds: -1 })).status).toBe(400);
  const rotated = await api.admin.post(path, { overlap_seconds: 3_600 });
  expect(rotated.body.link).not.toBe(made.link);
  expect(rotated.body.previous_link).toEqual({ expires_at: '2026-03-02T10:00:00Z', last_used_at: null });
  expect(rotated.body).toMatchObject({ id: made.id, name: made.name });
  api.clock.advance({ seconds: 3_600 });
  expect((await viewer.get(`integrations/${made.id}/`)).body).not.toHaveProperty('previous_link');
  expect((await api.admin.post(path)).body.previous_link.expires_at).toBe('2026-03-03T10:00:00Z');
  expect((await api.admin.post(`integrations/${made.id}/revoke_previous_token/`)).body).not.toHaveProperty('previous_link');
  const audit = await api.db
    .selectFrom('audit_record')
    .select('action_name')
    .where('resource_id', '=', made.id)
    .orderBy('seq')
    .execute();
  expect(audit.map((row) => row.action_name)).toEqual([
    'created',
    'integration_token_rotated',
    'integration_token_rotated',
    'integration_token_revoked',
  ]);
});
