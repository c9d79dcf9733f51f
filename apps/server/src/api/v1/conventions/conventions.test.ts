import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '../../../platform/http/index.ts';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';
import { operationsOf } from '../../../testing/contract/operations.ts';
import { forgetIdempotentAnswers } from './idempotency.ts';

let api: ApiWorld;
let admin: ApiUser;
beforeAll(async () => {
  api = await startApi();
  admin = api.admin;
});
afterAll(() => api[Symbol.asyncDispose]());

const chain = async (name: string): Promise<string> => (await admin.post('escalation_chains/', { name })).body.id;
const send = (method: string, path: string, headers: Record<string, string> = {}, payload?: string) =>
  api.app.inject({
    method: method as 'GET',
    url: `/api/v1/${path}`,
    headers: { authorization: admin.token, ...headers },
    ...(payload === undefined ? {} : { payload }),
  });

describe('paths and methods', () => {
  test('every path answers with and without a slash at its end, never by redirect', async () => {
    const operations = operationsOf(openApiDocument(api.app, 'https://tocsin.example.net')).filter(({ streams }) => !streams);
    for (const { method, path, title } of operations) {
      const url = path.replaceAll(/\{\w+\}/g, 'UNKNOWN1');
      const [bare, slashed] = await Promise.all(
        [url, `${url}/`].map((each) => api.app.inject({ method, url: each, headers: { authorization: 'wrong' } })),
      );
      expect(slashed?.statusCode, title).toBe(bare?.statusCode);
      expect(slashed?.statusCode, title).toBeGreaterThanOrEqual(200);
      expect(Math.floor((slashed?.statusCode ?? 0) / 100), title).not.toBe(3);
    }
  });

  test('a method that a path does not take is 405, OPTIONS 204, both with Allow', async () => {
    for (const slash of ['', '/']) {
      const wrong = await send('PUT', `escalation_chains${slash}`);
      expect([wrong.statusCode, wrong.headers.allow]).toEqual([405, 'GET, HEAD, POST']);
      expect(wrong.json()).toEqual({ detail: 'Method "PUT" not allowed.' });
      const options = await send('OPTIONS', `escalation_chains/UNKNOWN1${slash}`);
      expect([options.statusCode, options.body]).toEqual([204, '']);
      expect(options.headers.allow).toBe('DELETE, GET, HEAD, PATCH, PUT');
    }
  });

  test('an unknown path is a JSON 404', async () => {
    const answer = await send('GET', 'nothing/here/');
    expect([answer.statusCode, answer.json()]).toEqual([404, { detail: 'Not found.' }]);
    expect((await send('GET', 'slack_channels/H1/')).statusCode).toBe(404);
  });

  test('HEAD works wherever GET does', async () => {
    const answer = await send('HEAD', 'escalation_chains/');
    expect([answer.statusCode, answer.body]).toEqual([200, '']);
  });
});

describe('bodies', () => {
  test('forms of both kinds are read as flat objects', async () => {
    const form = await send(
      'POST',
      'escalation_chains',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'name=by+form&team_id=',
    );
    expect([form.statusCode, form.json()]).toEqual([201, { id: expect.any(String), name: 'by form', team_id: null }]);
    const multipart = '--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nby parts\r\n--x--\r\n';
    const parts = await send('POST', 'escalation_chains/', { 'content-type': 'multipart/form-data; boundary=x' }, multipart);
    expect([parts.statusCode, parts.json().name]).toEqual([201, 'by parts']);
    const broken = await send('POST', 'escalation_chains/', { 'content-type': 'multipart/form-data; boundary=x' }, 'nonsense');
    expect([broken.statusCode, broken.json().detail]).toEqual([400, expect.stringContaining('Multipart form parse error - ')]);
  });

  test.each<[string, string, number, unknown]>([
    ['application/json', '', 400, { name: ['This field is required.'] }],
    ['application/json', '{"name":', 400, { detail: expect.stringMatching(/^JSON parse error - /) }],
    ['application/json', '[]', 400, { non_field_errors: ['Invalid data. Expected a dictionary, but got list.'] }],
    ['text/plain', 'x', 415, { detail: 'Unsupported media type "text/plain" in request.' }],
    ['application/json', '{"name":null}', 400, { name: ['This field may not be null.'] }],
    ['application/json', '{"name":" "}', 400, { name: ['This field may not be blank.'] }],
    ['application/json', '{"name":true}', 400, { name: ['Not a valid string.'] }],
    ['application/json', '{"name":"a\\u0000"}', 400, { name: ['Null characters are not allowed.'] }],
    ['application/json', '{"name":"x","team_id":"TNOBODY"}', 400, { team_id: ['Object does not exist'] }],
    ['application/json', '{"name":"x","team_id":5}', 400, { team_id: ['Object does not exist'] }],
  ])('%s %s', async (type, payload, status, body) => {
    const answer = await send('POST', 'escalation_chains/', { 'content-type': type }, payload);
    expect([answer.statusCode, answer.json()]).toEqual([status, body]);
    expect(answer.headers['content-type']).toBe('application/json');
  });

  test('unknown and read-only keys are ignored, text is trimmed, numbers are taken as text', async () => {
    const made = await admin.post('escalation_chains/', { name: ' spaced ', id: 'FMINE', nobody: { knows: 1 }, team_id: 'null' });
    expect(made.body).toEqual({ id: expect.not.stringMatching('FMINE'), name: 'spaced', team_id: null });
    expect((await admin.post('escalation_chains/', { name: 42 })).body.name).toBe('42');
  });

  test('PUT keeps what is absent and clears what is null; where a key is required only PUT needs it', async () => {
    const team = (await admin.post('teams/', { name: 'keepers' })).body.id;
    const id = (await admin.post('escalation_chains/', { name: 'kept', team_id: team })).body.id;
    expect((await admin.put(`escalation_chains/${id}/`, { name: 'renamed' })).body).toEqual({
      id,
      name: 'renamed',
      team_id: team,
    });
    expect((await admin.put(`escalation_chains/${id}/`, {})).body).toEqual({ name: ['This field is required.'] });
    expect((await admin.patch(`escalation_chains/${id}/`, {})).body.name).toBe('renamed');
    expect((await admin.patch(`escalation_chains/${id}/`, { team_id: '' })).body.team_id).toBeNull();
  });
});

describe('answers', () => {
  test.each([
    [undefined, 200],
    ['*/*', 200],
    ['application/json', 200],
    ['text/html', 200],
    ['text/html,application/xhtml+xml;q=0.9', 200],
    ['image/png', 406],
    ['application/xml, text/csv', 406],
  ])('Accept: %s gives %i', async (accept, status) => {
    const answer = await send('GET', 'escalation_chains/', accept === undefined ? {} : { accept });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/json');
    if (status === 406) expect(answer.json()).toEqual({ detail: 'Could not satisfy the request Accept header.' });
  });

  test('every answer to a caller says what is left of the limit', async () => {
    for (const path of ['escalation_chains/', 'escalation_chains/UNKNOWN1/']) {
      const { headers } = await send('GET', path);
      expect(Number(headers['ratelimit-limit'])).toBeGreaterThan(Number(headers['ratelimit-remaining']));
      expect(String(headers['ratelimit-reset'])).toMatch(/^\d+$/);
    }
    expect(
      (await api.app.inject({ url: '/api/v1/escalation_chains', headers: { authorization: 'wrong' } })).headers[
        'ratelimit-limit'
      ],
    ).toBeUndefined();
  });

  test('lists page by number, clamp to the last page, and by cursor', async () => {
    for (const name of ['p1', 'p2', 'p3']) await chain(`page ${name}`);
    const total = (await admin.get('escalation_chains/')).body.count;
    const second = (await admin.get('escalation_chains?perpage=2&page=2&x=1')).body;
    expect(second).toMatchObject({ count: total, current_page_number: 2, page_size: 2, total_pages: Math.ceil(total / 2) });
    expect(second.previous).toBe('https://tocsin.example.net/api/v1/escalation_chains?perpage=2&x=1');
    expect(second.next).toBe('https://tocsin.example.net/api/v1/escalation_chains?page=3&perpage=2&x=1');
    const last = (await admin.get('escalation_chains/?perpage=2&page=999')).body;
    expect(last).toMatchObject({ next: null, current_page_number: Math.ceil(total / 2) });
    for (const odd of ['perpage=0', 'perpage=x', 'page=-1', 'page=abc'])
      expect((await admin.get(`escalation_chains/?${odd}`)).body).toMatchObject({ current_page_number: 1, page_size: 50 });
    expect((await admin.get('escalation_chains/?perpage=5000')).body.page_size).toBe(1000);
    const seen: string[] = [];
    for (let path: string | null = 'escalation_chains/?perpage=2&cursor='; path !== null; ) {
      const { body }: { body: { results: { id: string }[]; next: string | null; count?: number } } = await admin.get(path);
      expect(body.count).toBeUndefined();
      seen.push(...body.results.map(({ id }) => id));
      path = body.next?.split('/api/v1/')[1] ?? null;
    }
    expect(new Set(seen).size).toBe(total);
    expect(seen.length).toBe(total);
  });
});

test('lists say what they are narrowed by, and forms what there is to choose from', async () => {
  const get = async (path: string) => (await admin.get(path)).body;
  for (const [path, name] of [
    ['alert_groups', 'started_at'],
    ['users', 'is_currently_oncall'],
    ['integrations', 'in_maintenance'],
    ['escalation_chains', 'team_id'],
    ['schedules', 'name'],
  ])
    expect(await get(`${path}/filters`), path).toContainEqual({ name, description: expect.any(String) });
  expect(await get('alert_groups/silence_options')).toContainEqual({ value: -1, display_name: 'Until it is unsilenced' });
  expect(await get('alert_groups/bulk_action_options')).toContainEqual({ value: 'unattach', display_name: 'Unattach' });
  expect(await get('escalation_policies/options')).toContainEqual({ value: 'notify_persons', display_name: 'Notify persons' });
  expect(await get('on_call_shifts/options')).toHaveLength(4);
  const delays = (await get('personal_notification_rules/delay_options')).map(({ value }: { value: number }) => value);
  expect(delays).toEqual([60, 300, 900, 1_800, 3_600]);
  for (const { value } of await get('personal_notification_rules/notify_by_options'))
    expect((await admin.post('personal_notification_rules/', { user_id: admin.id, type: value })).status, value).toBe(201);
});

describe('writes that depend on what was read', () => {
  test('If-Match lets the first of two writers through and refuses the second', async () => {
    const id = await chain('matched');
    const { etag } = (await admin.get(`escalation_chains/${id}`)).headers as { etag: string };
    const put = (name: string) =>
      send('PUT', `escalation_chains/${id}`, { 'if-match': etag, 'content-type': 'application/json' }, JSON.stringify({ name }));
    const answers = await Promise.all([put('matched a'), put('matched b')]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 412]);
    const refused = answers.find(({ statusCode }) => statusCode === 412);
    expect(refused?.json()).toEqual({ detail: 'The object has changed since it was read.', code: 'conflict' });
    expect((await send('DELETE', `escalation_chains/${id}`, { 'if-match': etag })).statusCode).toBe(412);
    expect((await send('DELETE', `escalation_chains/${id}`, { 'if-match': '*' })).statusCode).toBe(204);
  });

  test('routes beside the resources heed it, too', async () => {
    const integration = (await admin.post('integrations/', { type: 'webhook', name: 'tagged' })).body.id;
    const route = async (term: string) =>
      (await admin.post('routes/', { integration_id: integration, routing_regex: term })).body.id;
    const [first, second] = [await route('a'), await route('b')];
    await admin.post('labels/keys', { name: 'tagged', values: ['one'] });
    const now = api.clock.now();
    await sql`
      insert into alert_group (organization_id, id, integration_id, number, title, grouping_key, started_at, received_at)
      values (${admin.org}, 'ITAGGED', ${integration}, 1, 'x', 'tagged', ${now}, ${now})`.execute(api.db);
    const cases: readonly [read: string, method: string, path: string, body: object | undefined, status: number][] = [
      [
        `integrations/${integration}/routes_order`,
        'PUT',
        `integrations/${integration}/routes_order`,
        { order: [second, first] },
        200,
      ],
      ['roles/fixed:reader/assignments', 'PUT', 'roles/fixed:reader/assignments', { users: [admin.id] }, 200],
      ['labels/keys/tagged', 'PATCH', 'labels/keys/tagged/values/one', { name: 'two' }, 200],
      ['alert_groups/ITAGGED', 'DELETE', 'alert_groups/ITAGGED', { mode: 'delete' }, 204],
    ];
    for (const [read, method, path, body, status] of cases) {
      const { headers } = await send('GET', read);
      const write = async (tag: unknown) =>
        (await send(method, path, { 'if-match': String(tag), 'content-type': 'application/json' }, JSON.stringify(body)))
          .statusCode;
      expect([await write('"another"'), await write(headers.etag)], path).toEqual([412, status]);
      // What was written is another object by now; what was deleted is none.
      expect(await write(headers.etag), path).toBe(status === 204 ? 404 : 412);
    }
    const token = (await admin.post('tokens/', { name: 'tagged' })).body.id;
    const { etag } = (await send('GET', `tokens/${token}`)).headers;
    const revoke = (tag: unknown) => send('DELETE', `tokens/${token}`, { 'if-match': String(tag) });
    expect([(await revoke('"another"')).statusCode, (await revoke(etag)).statusCode]).toEqual([412, 204]);
  });

  test('the same Idempotency-Key makes one object and gives the first answer again, for a day', async () => {
    const post = (key: string, name: string) =>
      send(
        'POST',
        'escalation_chains/',
        { 'idempotency-key': key, 'content-type': 'application/json' },
        JSON.stringify({ name }),
      );
    const first = await post('once', 'idempotent');
    const again = await post('once', 'idempotent');
    expect([first.statusCode, again.statusCode]).toEqual([201, 201]);
    expect([again.body, again.headers['idempotency-replayed']]).toEqual([first.body, 'true']);
    expect((await post('other', 'idempotent')).statusCode).toBe(400);
    expect((await post('other', 'idempotent')).json()).toEqual({
      non_field_errors: ['The fields organization, name must make a unique set.'],
    });
    const together = await Promise.all(['a', 'b', 'c'].map(() => post('at-once', 'idempotent at once')));
    expect(together.filter(({ statusCode }) => statusCode === 201).length).toBeGreaterThanOrEqual(1);
    expect(together.every(({ statusCode }) => statusCode === 201 || statusCode === 409)).toBe(true);
    expect((await admin.get('escalation_chains/?name=idempotent%20at%20once')).body.count).toBe(1);
    await forgetIdempotentAnswers(api.db, new Date(api.clock.now().getTime() + 24 * 3_600_000 + 1));
    const { rows } = await sql<{ count: number }>`select count(*) from idempotent_answer`.execute(api.db);
    expect(rows[0]?.count).toBe(0);
    expect((await post('once', 'idempotent')).statusCode).toBe(400);
    expect((await post('not visible', 'x')).statusCode).toBe(400);
  });
});
