import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { erasePayloads, setLegalHold } from '../../../alerting/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import { newTimeId } from '../../../platform/ids.ts';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
let admin: ApiUser;
let ben: ApiUser;
let integrationId: string;
beforeAll(async () => {
  api = await startApi();
  admin = api.admin;
  ben = await api.user('ben', 'editor');
  await admin.post('personal_notification_rules/', { user_id: ben.id, type: 'notify_by_email' });
  integrationId = (await admin.post('integrations/', { type: 'webhook', name: 'dock' })).body.id;
});
afterAll(() => api[Symbol.asyncDispose]());

let number = 0;
async function open(key: string, labels: Record<string, string> = {}): Promise<string> {
  number += 1;
  api.clock.advance({ seconds: 60 });
  const now = api.clock.now();
  const id = newTimeId('I', now);
  await sql`insert into alert_group (organization_id, id, number, integration_id, grouping_key, title, labels, is_open_for_grouping, received_at, started_at)
    values (${admin.org}, ${id}, ${number}, ${integrationId}, ${key}, ${`Crane ${number}`}, ${JSON.stringify(labels)}::jsonb, false, ${now}, ${now})`.execute(
    api.db,
  );
  return id;
}

test('the delivery log shows each page of a group, with its person and its state', async () => {
  const id = await open('log');
  await admin.post('escalation', { alert_group_id: id, users: [{ id: ben.id, important: false }] });
  const log = async () => (await admin.get(`alert_groups/${id}/delivery_log`)).body.results;
  expect(await log()).toEqual([
    {
      id: expect.any(Number),
      user: { id: ben.id, username: 'ben' },
      channel: 'email',
      state: 'owed',
      important: false,
      paged: true,
      attempts: 0,
      created_at: expect.any(String),
      next_attempt_at: expect.any(String),
      first_attempt_at: null,
      finished_at: null,
      provider_id: null,
      error_code: null,
      reason: null,
    },
  ]);
  await admin.post(`alert_groups/${id}/resolve`);
  expect(await log()).toMatchObject([{ state: 'cancelled', next_attempt_at: null, reason: 'the alert group was resolved' }]);
});

test('related groups are those of the same key, with their notes, and the open ones with the same labels', async () => {
  const labels = { env: 'prod', quay: 'north' };
  const [old, older] = [await open('same'), await open('same')];
  const twin = await open('other', { ...labels, more: 'x' });
  await open('other', { env: 'prod' });
  const id = await open('same', labels);
  await admin.post(`alert_groups/${old}/resolve`, { resolution_note: 'Freed by hand' });
  const { body } = await admin.get(`alert_groups/${id}/related`);
  expect(body.same_key.count).toBe(2);
  expect(body.same_key.results).toMatchObject([
    { id: older, state: 'firing', notes: [] },
    { id: old, state: 'resolved', resolved_by: admin.id, notes: [{ text: 'Freed by hand', author: admin.id }] },
  ]);
  expect(body.same_labels).toMatchObject({ count: 1, results: [{ id: twin }] });
  expect(body.maintenance).toBeNull();
  await sql`update integration set maintenance_mode = 'debug' where id = ${integrationId}`.execute(api.db);
  expect((await admin.get(`alert_groups/${id}/related`)).body.maintenance).toEqual({ mode: 'debug', ends_at: null });
  await sql`update integration set maintenance_mode = null where id = ${integrationId}`.execute(api.db);
});

test('who acknowledged confirms, others do not', async () => {
  const id = await open('confirm');
  expect((await ben.post(`alert_groups/${id}/confirm_acknowledge`)).status).toBe(400);
  await ben.post(`alert_groups/${id}/acknowledge`);
  expect((await admin.post(`alert_groups/${id}/confirm_acknowledge`)).body).toEqual({
    detail: 'Only who acknowledged the alert group can confirm it',
    code: 'not_acknowledged_by_you',
  });
  expect((await ben.post(`alert_groups/${id}/confirm_acknowledge`)).status).toBe(200);
});

test('other organizations see none of it', async () => {
  const id = await open('hidden');
  const eve = await api.user('eve', 'admin', await api.organization('Elsewhere'));
  for (const path of ['delivery_log', 'related']) expect((await eve.get(`alert_groups/${id}/${path}`)).status).toBe(404);
  expect((await eve.post(`alert_groups/${id}/confirm_acknowledge`)).status).toBe(404);
});

test('without a phone provider, calls and texts fail as the reference says', async () => {
  const relay = async (path: string, body: unknown, user = admin) => {
    const answer = await user.post(path, body);
    return [answer.status, answer.body];
  };
  const message = 'Disk on db-2 is full';
  expect(await relay('make_call', { email: 'nobody@example.net', message })).toEqual([404, { error: 'user-not-found' }]);
  expect(await relay('make_call', { email: 'ben@example.net', message })).toEqual([400, { error: 'number-not-verified' }]);
  expect(await relay('send_sms', { email: 'ben@example.net', message })).toEqual([404, { error: 'user-not-found' }]);
  await sql`update users set verified_phone_number = '+4712345678' where id = ${ben.id}`.execute(api.db);
  for (const path of ['make_call', 'send_sms'])
    expect(await relay(path, { email: 'ben@example.net', message })).toEqual([503, { error: 'failed' }]);
  expect(await relay('make_call', { email: 'ben' })).toEqual([
    400,
    { email: ['Enter a valid email address.'], message: ['This field is required.'] },
  ]);
  expect(await relay('send_sms', { email: 'ben@example.net', message: 'x'.repeat(1_025) })).toEqual([
    400,
    { message: ['Ensure this field has no more than 1024 characters.'] },
  ]);
  expect((await relay('send_sms', { email: 'ben@example.net', message }, await api.user('vic', 'viewer')))[0]).toBe(403);
});

test('an escalation begins anew from the chain of today, for a firing group only', async () => {
  const id = await open('anew');
  const answer = await ben.post(`alert_groups/${id}/apply_current_chain`);
  expect([answer.status, answer.text]).toEqual([200, '']);
  expect((await admin.get(`alert_groups/${id}`)).body.state).toBe('firing');
  const { results } = (await admin.get(`alert_groups/${id}/timeline`)).body;
  expect(results.map(({ type, action }: { type: number; action: string }) => [type, action])).toEqual([
    [120, expect.stringContaining('escalation begins anew from the current chain')],
  ]);
  await admin.post(`alert_groups/${id}/silence`, { delay: 3_600 });
  const refused = await ben.post(`alert_groups/${id}/apply_current_chain`);
  expect([refused.status, refused.body]).toMatchObject([
    400,
    { detail: "Can't apply the current chain to a silenced alert group" },
  ]);
});

test('who looks at a group is told to all who may see it', async () => {
  const id = await open('looked at');
  expect((await ben.post(`alert_groups/${id}/presence`, { is_new: true })).status).toBe(200);
  const { rows } = await sql`select type, object_id, integration_id, data from live_event where type = 'presence'`.execute(
    api.db,
  );
  expect(rows).toEqual([
    {
      type: 'presence',
      object_id: id,
      integration_id: integrationId,
      data: { user: { id: ben.id, name: expect.any(String) }, is_new: true, is_over: false },
    },
  ]);
  expect((await ben.post('alert_groups/INONE123/presence', {})).status).toBe(404);
});

test('a group under a legal hold is not wiped or deleted, by itself or with the one it is attached to', async () => {
  const [root, held] = [await open('root'), await open('held')];
  await admin.post(`alert_groups/${held}/attach`, { root_alert_group_id: root });
  const path = `alert_groups/${held}/legal_hold`;
  expect((await admin.get(path)).status).toBe(404);
  expect((await admin.put(path, {})).body).toEqual({ reason: ['This field is required.'] });
  expect((await ben.put(path, { reason: 'no' })).status).toBe(403);
  expect((await admin.put('alert_groups/INOBODY/legal_hold', { reason: 'case 7' })).status).toBe(404);
  const set = await admin.put(path, { reason: ' case 7 ' });
  const hold = { alert_group_id: held, reason: 'case 7', set_by: admin.id, set_at: expect.any(String) };
  expect([set.status, set.body]).toEqual([200, hold]);
  expect((await ben.get(path)).body).toEqual(hold);
  api.clock.advance({ seconds: 60 });
  expect((await admin.put(path, { reason: 'case 8' })).body).toEqual({ ...set.body, reason: 'case 8' });
  expect((await ben.get('legal_holds')).body).toMatchObject({ count: 1, results: [{ ...set.body, reason: 'case 8' }] });
  for (const [id, mode] of [
    [held, 'delete'],
    [held, 'wipe'],
    [root, 'wipe'],
  ]) {
    const answer = await admin.delete(`alert_groups/${id}/`, { mode });
    expect([answer.status, answer.body]).toEqual([
      400,
      { detail: `Can't ${mode} an alert group under legal hold`, code: 'legal_hold' },
    ]);
  }
  expect((await admin.get(`alert_groups/${held}`)).body).toMatchObject({ state: 'firing', title: expect.any(String) });
  expect((await admin.delete(path)).status).toBe(204);
  expect((await admin.delete(path)).status).toBe(404);
  expect((await admin.delete(`alert_groups/${held}/`, { mode: 'delete' })).status).toBe(204);
  const told = (await admin.get('audit?action_type=alert_group')).body.results.map(
    (each: { action_name: string }) => each.action_name,
  );
  expect(told).toEqual(expect.arrayContaining(['legal_hold_set', 'legal_hold_released']));
});

test('a hold that is just being set holds off a wipe and the blanking of payloads', { timeout: 60_000 }, async () => {
  const [root, child, old] = [await open('root'), await open('child'), await open('old')];
  await admin.post(`alert_groups/${child}/attach`, { root_alert_group_id: root });
  await admin.post(`alert_groups/${old}/resolve`);
  for (const id of [child, old])
    await sql`insert into alert (organization_id, id, alert_group_id, integration_id, created_at, received_at, payload)
      select organization_id, ${`A${id}`}, id, integration_id, started_at, started_at, '{"m": 1}' from alert_group where id = ${id}`.execute(
      api.db,
    );
  const later = new Date(api.clock.now().getTime() + 1_000);
  const isWaiting = async () =>
    (
      await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
        api.ctx.reads,
      )
    ).rows.length > 0;
  /** Begins something while a hold is set and not committed yet, and commits once it waits for that. */
  const meanwhile = async <T>(id: string, begin: () => Promise<T>): Promise<T> => {
    let begun: Promise<T> | undefined;
    await inTransaction(api.db, async (tx) => {
      await setLegalHold(tx, admin.org, { alertGroupId: id, reason: 'case 9', setBy: null, setAt: api.clock.now() });
      begun = begin();
      await expect.poll(isWaiting, { timeout: 20_000 }).toBe(true);
    });
    return begun as Promise<T>;
  };
  expect((await meanwhile(child, () => admin.delete(`alert_groups/${root}/`, { mode: 'wipe' }))).body.code).toBe('legal_hold');
  await meanwhile(old, () => erasePayloads(api.db, admin.org, later));
  const payloads = async () =>
    (
      await sql`select from alert where organization_id = ${admin.org} and alert_group_id = any(${[child, old]}) and payload <> '{}'`.execute(
        api.db,
      )
    ).rows.length;
  expect(await payloads()).toBe(2);
  await admin.delete(`alert_groups/${old}/legal_hold`);
  await erasePayloads(api.db, admin.org, later);
  expect(await payloads()).toBe(1);
});

test('what retention would remove is counted for the settings as they are, and for others', async () => {
  const org = await api.organization('Old');
  const owner = await api.user('olga', 'admin', org);
  const old = new Date(api.clock.now().getTime() - 100 * 86_400_000);
  await sql`insert into alert_group (organization_id, id, number, integration_id, grouping_key, title, is_open_for_grouping, received_at, started_at, resolved_at, resolved_by)
    values (${org}, 'IOLD', 1, 'C1', 'old', 'old', false, ${old}, ${old}, ${old}, 1)`.execute(api.db);
  await sql`insert into alert (organization_id, id, alert_group_id, integration_id, created_at, received_at, payload)
    values (${org}, 'AOLD', 'IOLD', 'C1', ${old}, ${old}, '{"a": 1}')`.execute(api.db);
  const preview = async (query = '') => (await owner.get(`organizations/current/retention_preview${query}`)).body;
  const nothing = { alert_payloads: 0, alert_groups: 0, webhook_responses: 0, audit_records: 0, held: 0 };
  expect(await preview()).toEqual({ ...nothing, alert_payloads: 1 });
  expect(await preview('?alert_group_days=30&alert_payload_days=null')).toEqual({ ...nothing, alert_groups: 1 });
  await owner.put('alert_groups/IOLD/legal_hold', { reason: 'case 7' });
  expect(await preview('?alert_group_days=30')).toEqual({ ...nothing, held: 1 });
  expect(await preview('?alert_group_days=3&audit_days=null&webhook_response_days=x')).toEqual({
    alert_group_days: ['Ensure this value is greater than or equal to 30.'],
    audit_days: ['This field may not be null.'],
    webhook_response_days: ['A valid integer is required.'],
  });
  expect((await admin.get(`organizations/${org}/retention_preview`)).status).toBe(404);
});
