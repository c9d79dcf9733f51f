import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { IngestWorld, type TestIntegration } from '../../testing/ingest-world.ts';

let world: IngestWorld;
const made = new Map<string, TestIntegration>();

beforeAll(async () => {
  world = await IngestWorld.start({ bodyLimit: 6 * 1024 * 1024 });
  for (const type of [
    'webhook',
    'formatted_webhook',
    'kapacitor',
    'alertmanager',
    'grafana_alerting',
    'grafana',
    'zabbix',
    'jira',
    'legacy_alertmanager',
  ]) {
    made.set(type, await world.integration(type));
  }
});
afterAll(() => world[Symbol.asyncDispose]());

const integration = (type: string): TestIntegration => {
  const found = made.get(type);
  if (found === undefined) throw new Error(`no ${type}`);
  return found;
};

type Sent = { status: number; type: string | null; body: string; headers: Headers };
async function send(url: string, method = 'POST', body?: string | Uint8Array, contentType?: string): Promise<Sent> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? new TextEncoder().encode(body) : body }),
    headers: contentType === undefined ? {} : { 'content-type': contentType },
    redirect: 'manual',
  } as RequestInit);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: await response.text(),
    headers: response.headers,
  };
}

/** What waits for the pipeline, newest last, and forgets it. */
async function taken(): Promise<{ payload: string; warning: string | null; is_split: boolean }[]> {
  const rows = await world.db.deleteFrom('inbound_alert').returningAll().execute();
  return rows
    .sort((a, b) => a.id - b.id)
    .map(({ payload, warning, ...row }) => ({ payload, warning, is_split: (row as unknown as { is_split: boolean }).is_split }));
}

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';

// ingest.md 2.5, and what B-4, B-22 and B-23 say otherwise
test.each<[fact: string, type: string, contentType: string | undefined, body: string, kept: string]>([
  [
    'an object is kept as it was sent',
    'webhook',
    JSON_TYPE,
    '{"b": 1.0, "a": 12345678901234567890}',
    '{"b": 1.0, "a": 12345678901234567890}',
  ],
  ['a list is kept', 'webhook', JSON_TYPE, '[1, 2]', '[1, 2]'],
  ['a string is kept', 'webhook', JSON_TYPE, '"plain"', '"plain"'],
  ['a number is kept', 'webhook', JSON_TYPE, '41', '41'],
  ['false is kept', 'webhook', JSON_TYPE, 'false', 'false'],
  ['an empty body is an empty object', 'webhook', undefined, '', '{}'],
  ['a form becomes an object of its last values', 'webhook', FORM, 'a=1&b=&a=2', '{"a": "2", "b": ""}'],
  ['JSON under the form type is JSON', 'webhook', FORM, '{"a": 1}', '{"a": 1}'],
  ['JSON under text/plain is JSON', 'kapacitor', 'text/plain', ' {"a": 1}', ' {"a": 1}'],
  ['JSON under a vendor type is JSON', 'kapacitor', 'application/vnd.acme+json', '{"a": 1}', '{"a": 1}'],
  ['JSON without a type is JSON', 'kapacitor', '', '{"a": 1}', '{"a": 1}'],
  ['text is a message', 'kapacitor', 'text/plain', 'disk "full"', '{"message":"disk \\"full\\""}'],
  ['a NUL becomes U+FFFD', 'webhook', JSON_TYPE, '{"a": "x\\u0000y"}', '{"a": "x\uFFFDy"}'],
  [
    'a lone surrogate becomes U+FFFD',
    'webhook',
    JSON_TYPE,
    '{"a": "\\ud800 \\ud83d\\ude00 \\udc00"}',
    '{"a": "\uFFFD \\ud83d\\ude00 \uFFFD"}',
  ],
  ['a number beyond floats becomes its text', 'webhook', JSON_TYPE, '{"a": 1e400, "b": -1e999}', '{"a": "1e400", "b": "-1e999"}'],
  ['the type is case-insensitive', 'webhook', 'Application/JSON; charset=UTF-8', '{"a":1}', '{"a":1}'],
  ['a byte order mark is skipped', 'kapacitor', JSON_TYPE, '\uFEFF{"a":1}', '{"a":1}'],
  ['raw control characters are mended for hand-written senders', 'zabbix', JSON_TYPE, '{"a": "x\ny"}', '{"a": "x\\u000ay"}'],
  ['commas too many are mended for hand-written senders', 'zabbix', JSON_TYPE, '{"a": [1, 2, ], }', '{"a": [1, 2 ] }'],
  [
    'what is no JSON at all is a message for hand-written senders',
    'zabbix',
    JSON_TYPE,
    '{"a": "b"c"}',
    '{"message":"{\\"a\\": \\"b\\"c\\"}"}',
  ],
  ['NaN is a message for hand-written senders', 'webhook', JSON_TYPE, '{"a": NaN}', '{"message":"{\\"a\\": NaN}"}'],
  ['a type that has no templates yet takes any body', 'jira', JSON_TYPE, '{"issue": 1}', '{"issue": 1}'],
  [
    'Alertmanager gets its counts',
    'alertmanager',
    JSON_TYPE,
    '{"alerts": [{"status": "firing"}, {"status": "resolved"}, {"status": "firing"}]}',
    '{"alerts": [{"status": "firing"}, {"status": "resolved"}, {"status": "firing"}], "numFiring": 2, "numResolved": 1}',
  ],
  [
    'counts that are there stay',
    'alertmanager',
    JSON_TYPE,
    '{"numFiring": 0, "alerts": [{"status": "firing"}]}',
    '{"numFiring": 0, "alerts": [{"status": "firing"}]}',
  ],
  ['an empty body to Alertmanager', 'alertmanager', undefined, '', '{"numFiring": 0, "numResolved": 0}'],
  ['a form to Alertmanager keeps lists', 'alertmanager', FORM, 'a=1', '{"a": ["1"], "numFiring": 0, "numResolved": 0}'],
  ['an old Grafana body is one alert', 'grafana', JSON_TYPE, '{"state": "alerting"}', '{"state": "alerting"}'],
])('%s', async (_fact, type, contentType, body, kept) => {
  const answer = await send(integration(type).url, 'POST', body, contentType);
  expect(answer).toMatchObject({ status: 200, body: '"Ok."', type: JSON_TYPE });
  expect(answer.headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS');
  expect((await taken()).map((row) => row.payload)).toEqual([kept]);
});

test('bytes that are not UTF-8 are replaced for hand-written senders, and the log says so', async () => {
  const body = Buffer.from([...Buffer.from('{"a": "'), 0xe9, ...Buffer.from('"}')]);
  expect((await send(integration('zabbix').url, 'POST', body, JSON_TYPE)).status).toBe(200);
  expect(await taken()).toMatchObject([{ payload: '{"a": "\uFFFD"}', warning: 'bytes that are not UTF-8 were replaced' }]);
  await world.ingestion.ingestLog.flush();
  const logged = await world.db
    .selectFrom('ingest_log')
    .selectAll()
    .where('integration_id', '=', integration('zabbix').id)
    .execute();
  expect(logged.at(-1)).toMatchObject({ status: 200, note: 'bytes that are not UTF-8 were replaced' });
});

test('a body in a declared charset is read in it', async () => {
  const body = Buffer.from([...Buffer.from('{"a": "'), 0xe9, ...Buffer.from('"}')]);
  expect((await send(integration('kapacitor').url, 'POST', body, 'application/json; charset=iso-8859-1')).status).toBe(200);
  expect(await taken()).toMatchObject([{ payload: '{"a": "é"}', warning: null }]);
});

test('integers of more than 4300 digits become their text, those of 4300 stay', async () => {
  const longest = '9'.repeat(4_300);
  await send(integration('webhook').url, 'POST', `{"a": ${longest}9, "b": -${longest}}`, JSON_TYPE);
  expect((await taken())[0]?.payload).toBe(`{"a": "${longest}9", "b": -${longest}}`);
});

// ingest.md 2.4
test.each<
  [fact: string, type: string, contentType: string | undefined, body: string | Uint8Array, status: number, answer: string]
>([
  [
    'malformed JSON',
    'kapacitor',
    JSON_TYPE,
    '{"a":',
    400,
    '{"detail":"JSON parse error - Expecting value: line 1 column 6 (char 5)"}',
  ],
  [
    'NaN',
    'kapacitor',
    JSON_TYPE,
    '{"a": NaN}',
    400,
    `{"detail":"JSON parse error - Out of range float values are not JSON compliant: 'NaN'"}`,
  ],
  [
    'a raw line end in a string',
    'kapacitor',
    JSON_TYPE,
    '{"a":"x\n"}',
    400,
    '{"detail":"JSON parse error - Invalid control character at: line 1 column 8 (char 7)"}',
  ],
  [
    'bytes that are not UTF-8',
    'kapacitor',
    JSON_TYPE,
    Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xe9, 0x22, 0x7d]),
    400,
    `{"detail":"JSON parse error - 'utf-8' codec can't decode byte 0xe9 in position 6: invalid continuation byte"}`,
  ],
  [
    'nesting of 10,000',
    'kapacitor',
    JSON_TYPE,
    `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    400,
    '{"detail":"JSON parse error - nested deeper than 512"}',
  ],
  ['null', 'webhook', JSON_TYPE, 'null', 400, 'Payload is required'],
  [
    'an unknown media type',
    'kapacitor',
    'application/xml',
    '<a/>',
    415,
    '{"detail":"Unsupported media type \\"application/xml\\" in request."}',
  ],
  ['no media type', 'kapacitor', '', 'text', 415, '{"detail":"Unsupported media type \\"\\" in request."}'],
  [
    'text to a special path',
    'alertmanager',
    'text/plain',
    'text',
    415,
    '{"detail":"Unsupported media type \\"text/plain\\" in request."}',
  ],
  ['a list to a special path', 'alertmanager', JSON_TYPE, '[]', 400, '{"detail":"Expected a JSON object."}'],
  ['null to a special path', 'grafana', JSON_TYPE, 'null', 400, '{"detail":"Expected a JSON object."}'],
  [
    'odd alerts',
    'alertmanager',
    JSON_TYPE,
    '{"alerts": [1]}',
    400,
    '{"detail":"Expected \\"alerts\\" to be a list of objects."}',
  ],
  [
    'multipart without a boundary',
    'webhook',
    'multipart/form-data',
    'x',
    400,
    '{"detail":"Multipart form parse error - Invalid boundary in multipart: None"}',
  ],
  [
    'more than 1000 fields',
    'webhook',
    FORM,
    Array.from({ length: 1_001 }, (_, i) => `a${i}=1`).join('&'),
    400,
    '{"detail":"More than 1000 form fields."}',
  ],
])('%s is refused', async (_fact, type, contentType, body, status, answer) => {
  expect(await send(integration(type).url, 'POST', body, contentType)).toMatchObject({ status, body: answer });
  expect(await taken()).toEqual([]);
});

test('a refused body leaves a trace for its owner', async () => {
  await send(integration('kapacitor').url, 'POST', '{"refused":', JSON_TYPE);
  await world.ingestion.ingestLog.flush();
  const logged = await world.db
    .selectFrom('ingest_log')
    .selectAll()
    .where('integration_id', '=', integration('kapacitor').id)
    .orderBy('id')
    .execute();
  expect(logged.at(-1)).toMatchObject({ status: 400, size: 11, body_start: '{"refused":' });
});

test('nesting of 512 is taken, of 10,000 it is a message for hand-written senders', async () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  await send(integration('kapacitor').url, 'POST', nested(512), JSON_TYPE);
  await send(integration('webhook').url, 'POST', nested(10_000), JSON_TYPE);
  expect((await taken()).map((row) => row.payload)).toEqual([nested(512), JSON.stringify({ message: nested(10_000) })]);
});

test('a 5 MB body is taken, one over the limit gets 413 and a line in the log', async () => {
  const body = (bytes: number) => JSON.stringify({ a: 'x'.repeat(bytes) });
  expect((await send(integration('webhook').url, 'POST', body(5_000_000), JSON_TYPE)).status).toBe(200);
  expect((await taken())[0]?.payload.length).toBe(5_000_008);
  const refused = await send(integration('webhook').url, 'POST', body(7_000_000), JSON_TYPE);
  expect(refused).toMatchObject({ status: 413, body: '{"detail":"The body is larger than 6291456 bytes."}' });
});

test('a chunked body is read, and refused when it grows over the limit', async () => {
  const post = (chunks: readonly string[]) =>
    new Promise<number>((resolve, reject) => {
      const request = httpRequest(
        integration('webhook').url,
        { method: 'POST', headers: { 'content-type': JSON_TYPE } },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      request.on('error', reject);
      for (const chunk of chunks) request.write(chunk);
      request.end();
    });
  expect(await post(['{"a":', ' 1}'])).toBe(200);
  expect((await taken())[0]?.payload).toBe('{"a": 1}');
  expect(await post(['"', ...Array.from({ length: 7 }, () => 'x'.repeat(1024 * 1024)), '"'])).toBe(413);
});

test('multipart text parts become fields, files are refused', async () => {
  const form = new FormData();
  form.set('title', 'Disk "full"');
  const ok = await fetch(integration('webhook').url, { method: 'POST', body: form });
  expect(ok.status).toBe(200);
  expect((await taken()).map((row) => JSON.parse(row.payload))).toEqual([{ title: 'Disk "full"' }]);
  form.set('file', new Blob(['x']), 'x.txt');
  const refused = await fetch(integration('webhook').url, { method: 'POST', body: form });
  expect([refused.status, await refused.text()]).toEqual([400, 'File uploads are not allowed']);
});

test('split types take each alert by itself, all in one go', async () => {
  const body = '{"alerts": [ {"status": "firing", "n": 1.0} , {"status": "resolved"}], "receiver": "x"}';
  await send(integration('legacy_alertmanager').url, 'POST', body, JSON_TYPE);
  await send(integration('grafana').url, 'POST', body, JSON_TYPE);
  await send(integration('grafana').url, 'POST', '{"alerts": []}', JSON_TYPE);
  const each = [
    { payload: '{"status": "firing", "n": 1.0}', is_split: true },
    { payload: '{"status": "resolved"}', is_split: true },
  ];
  expect(await taken()).toMatchObject([...each, ...each]);
});

test('the final slash may be missing, on every path and for every method', async () => {
  const { url } = integration('webhook');
  const bare = url.slice(0, -1);
  expect((await send(bare, 'POST', '{}', JSON_TYPE)).status).toBe(200);
  expect((await send(bare, 'GET')).status).toBe(200);
  expect((await send(`${url}heartbeat`, 'GET')).body).toBe('":)"');
  expect(await taken()).toHaveLength(1);
});

test.each(['', '/x/y/z', '/webhook', '//x', '/webhook/abc/more/', '/webhook/abc/heartbeat/x'])(
  'integrations/v1%s is no URL of an integration',
  async (path) => {
    expect((await send(`${world.origin}/integrations/v1${path}`, 'POST', '{}', JSON_TYPE)).status).toBe(404);
  },
);

test('an unknown key is refused for every method', async () => {
  for (const method of ['GET', 'POST', 'PUT', 'OPTIONS']) {
    const answer = await send(`${world.origin}/integrations/v1/webhook/nosuchkey/`, method);
    expect(answer).toMatchObject({
      status: 403,
      type: 'text/html; charset=utf-8',
      body: 'Integration key was not found. Permission denied.',
    });
  }
});

test.each([
  ['webhook', 'kapacitor', 'This url is for integration with Webhook. Key is for Kapacitor'],
  ['alertmanager', 'kapacitor', 'This url is for integration with Alertmanager. Key is for Kapacitor'],
  ['grafana', 'webhook', 'This url is for integration with Grafana Legacy Alerting. Key is for Webhook'],
])('the URL of %s refuses a key of %s', async (path, type, text) => {
  const url = `${world.origin}/integrations/v1/${path}/${integration(type).token}/`;
  expect(await send(url, 'POST', '{}', JSON_TYPE)).toMatchObject({ status: 400, body: text });
  expect(await taken()).toEqual([]);
});

test('a bad body for the wrong type gets the body error on the generic path, the type error on special ones', async () => {
  const { token } = integration('kapacitor');
  expect((await send(`${world.origin}/integrations/v1/webhook/${token}/`, 'POST', '{', JSON_TYPE)).body).toContain(
    'JSON parse error',
  );
  expect((await send(`${world.origin}/integrations/v1/grafana/${token}/`, 'POST', '{', JSON_TYPE)).body).toContain('Key is for');
});

test.each(['PUT', 'PATCH', 'DELETE'])('%s is not allowed', async (method) => {
  const answer = await send(integration('webhook').url, method);
  expect(answer).toMatchObject({ status: 405, body: `{"detail":"Method \\"${method}\\" not allowed."}` });
  expect(answer.headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS');
});

test('a browser sees a page that loads nothing and stores nothing', async () => {
  const { url } = integration('webhook');
  const answer = await send(url, 'GET');
  expect(answer.status).toBe(200);
  expect(answer.body).toContain(url);
  expect(answer.body).not.toMatch(/(?:src|href)="https?:/);
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await send(url, 'HEAD')).toMatchObject({ status: 200, body: '' });
  expect(JSON.parse((await send(url, 'OPTIONS')).body)).toMatchObject({
    name: 'Webhook',
    parses: expect.arrayContaining([JSON_TYPE]),
  });
  expect(await taken()).toEqual([]);
});

test('an unusual Accept header gets JSON all the same', async () => {
  const response = await fetch(integration('webhook').url, {
    method: 'POST',
    body: '{}',
    headers: { accept: 'text/csv', 'content-type': JSON_TYPE },
  });
  expect([response.status, await response.text()]).toEqual([200, '"Ok."']);
  await taken();
});

test('heartbeats of every type store their time and answer as senders know it', async () => {
  const of = (type: string) =>
    world.db
      .selectFrom('integration_heartbeat')
      .selectAll()
      .where('integration_id', '=', integration(type).id)
      .executeTakeFirst();
  for (const type of ['webhook', 'kapacitor', 'jira']) {
    const url = `${integration(type).url}heartbeat/`;
    world.clock.advance({ seconds: 60 });
    expect(await send(url, 'GET')).toMatchObject({ status: 200, body: '":)"' });
    expect((await of(type))?.last_heartbeat_at).toEqual(world.clock.now());
    world.clock.advance({ seconds: 60 });
    expect(await send(url, 'POST', 'anything', 'x/y')).toMatchObject({ status: 200, body: '' });
    expect((await of(type))?.due_at?.getTime()).toBe(world.clock.now().getTime() + 600_000);
    world.clock.advance({ seconds: 60 });
    expect((await send(url, 'HEAD')).status).toBe(200);
    expect((await of(type))?.last_heartbeat_at).toEqual(world.clock.now());
  }
  expect((await send(`${world.origin}/integrations/v1/nosuch/${integration('webhook').token}/heartbeat/`, 'GET')).status).toBe(
    404,
  );
  expect(await taken()).toEqual([]);
});
