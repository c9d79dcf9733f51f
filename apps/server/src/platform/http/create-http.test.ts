import { type AddressInfo, connect } from 'node:net';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { createHttp, type Http, redactPath, refuseOtherHosts, serveOpenApi } from './index.ts';

const TOKEN = 'abcdef0123456789abcdef0123456789';
const lines: string[] = [];
const metrics = createMetrics({ runtime: false });
let app: Http;
let finish: () => void;

beforeAll(async () => {
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const log = createLogger({ level: 'debug' }, destination);
  app = await createHttp({ log, metrics, bodyLimit: 100, trustedProxies: ['127.0.0.1'], slowSeconds: 2, version: '1.2.3' });
  app.get('/things/:id', async (request) => ({ id: (request.params as { id: string }).id }));
  app.post('/things/:id/', { schema: { operationId: 'makeThing' } }, async () => ({ made: true }));
  app.get('/breaks', async () => {
    throw new Error('secret reason');
  });
  app.get('/no-database', async () => {
    throw Object.assign(new Error('terminating connection'), { code: '57P01' });
  });
  app.get('/slow', () => new Promise((resolve) => (finish = () => resolve({ done: true }))));
  serveOpenApi(app, 'https://tocsin.example.net');
  await app.ready();
});
afterAll(() => app.close());

describe('the HTTP server', () => {
  test.each(['GET', 'HEAD', 'POST'] as const)('answers %s with and without a slash at the end', async (method) => {
    for (const url of ['/things/1', '/things/1/']) expect((await app.inject({ method, url })).statusCode, url).toBe(200);
  });

  test('a path that takes other methods answers 405 and names them', async () => {
    const answer = await app.inject({ method: 'DELETE', url: '/things/1/?x=1' });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD, POST');
    expect(answer.json()).toEqual({ detail: 'Method "DELETE" not allowed.' });
  });

  test.each<[string, object, number, string]>([
    ['an unknown path', { url: '/nowhere' }, 404, 'Not found.'],
    ['a path that cannot be decoded', { url: '/things/%zz' }, 400, "'/things/%zz' is not a valid url component"],
    [
      'broken JSON',
      { method: 'POST', url: '/things/1', headers: { 'content-type': 'application/json' }, payload: '{' },
      400,
      'JSON',
    ],
    [
      'a body over the limit',
      { method: 'POST', url: '/things/1', payload: { a: 'x'.repeat(200) } },
      413,
      'Request body is too large',
    ],
    ['a handler that throws', { url: '/breaks' }, 500, 'A server error occurred. Request id: '],
    ['a database that is away', { url: '/no-database' }, 503, 'Temporarily unavailable.'],
  ])('%s answers JSON', async (_what, request, status, detail) => {
    const answer = await app.inject(request);
    expect(answer.statusCode).toBe(status);
    expect(answer.json().detail).toContain(detail);
    expect(answer.body).not.toContain('secret reason');
    if (status === 503) expect(answer.headers['retry-after']).toBe('5');
  });

  test('takes a request id that is harmless and makes one otherwise', async () => {
    const ids = await Promise.all(
      ['abc-1', 'a b', 'x'.repeat(65)].map(
        async (id) => (await app.inject({ url: '/things/1', headers: { 'x-request-id': id } })).headers['x-request-id'],
      ),
    );
    expect(ids[0]).toBe('abc-1');
    for (const id of ids.slice(1)) expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('logs one line per request, without query and token', async () => {
    lines.length = 0;
    await app.inject({
      url: `/integrations/v1/webhook/${TOKEN}/?token=${TOKEN}`,
      headers: { authorization: TOKEN, 'user-agent': 'sender' },
    });
    const [line] = lines.map((text) => JSON.parse(text)).filter(({ msg }) => msg === 'inbound');
    expect(line).toMatchObject({
      scope: 'http',
      path: '/integrations/v1/webhook/abcdef…/',
      status: 404,
      user_agent: 'sender',
      method: 'GET',
    });
    expect(lines.join()).not.toContain(TOKEN);
    expect(redactPath('/integrations/v1/webhook/short/heartbeat/')).toBe('/integrations/v1/webhook/short…/heartbeat/');
    expect(redactPath('/api/v1/alert_groups/I1234567890AB/')).toBe('/api/v1/alert_groups/I1234567890AB/');
  });

  test('counts requests by their route', async () => {
    const { text, contentType } = await metrics.expose();
    expect(contentType).toContain('version=0.0.4');
    expect(text).toContain('tocsin_http_request_duration_seconds_count{route="/things/:id",method="GET",status_class="2xx"}');
  });

  test('serves its OpenAPI document', async () => {
    const document = (await app.inject({ url: '/api/openapi.json' })).json();
    expect(document.openapi).toBe('3.1.0');
    expect(document.paths['/things/{id}/'].post.operationId).toBe('makeThing');
  });

  test('what is not HTTP gets a JSON answer, and closing waits for what is under way', async () => {
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const raw = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('nonsense\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => (text += chunk));
      socket.on('close', () => resolve(text));
    });
    expect(raw).toMatch(/^HTTP\/1\.1 400 Bad Request[\s\S]*\{"detail":"Bad Request\."\}$/);

    const slow = fetch(`http://127.0.0.1:${port}/slow`);
    while (finish === undefined) await new Promise((resolve) => setImmediate(resolve));
    const closing = app.close();
    finish();
    expect(await (await slow).json()).toEqual({ done: true });
    await closing;
  });
});

test('only wanted hosts are answered, but for paths that are asked for by address', async () => {
  const log = createLogger({ level: 'silent' });
  const own = await createHttp({
    log,
    metrics: createMetrics({ runtime: false }),
    bodyLimit: 100,
    trustedProxies: [],
    slowSeconds: 2,
    version: '1',
  });
  refuseOtherHosts(own, ['tocsin.example.net', '.corp.example', '[::1]'], ['/health']);
  own.get('/things', async () => ({}));
  own.get('/health', async () => ({}));
  await own.ready();
  const status = async (host: string, url = '/things') => (await own.inject({ url, headers: { host } })).statusCode;
  for (const host of ['tocsin.example.net', 'TOCSIN.example.net:8443', 'a.corp.example', 'corp.example', '[::1]:80'])
    expect(await status(host), host).toBe(200);
  for (const host of ['evil.example', 'xcorp.example', 'tocsin.example.net.evil.example', '10.0.0.1'])
    expect(await status(host), host).toBe(400);
  expect(await status('10.0.0.1', '/health')).toBe(200);
  expect((await own.inject({ url: '/nothing', headers: { host: 'evil.example' } })).json()).toMatchObject({
    code: 'unknown_host',
  });
  await own.close();
});
