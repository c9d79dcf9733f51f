import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttp, type Http } from '../platform/http/index.ts';
import { createLogger } from '../platform/log.ts';
import { createMetrics } from '../platform/metrics.ts';
import { createWebUi } from './web-ui.ts';

const SCRIPT = `console.log(1);\n`.repeat(200);
let folder: string;
let app: Http;

async function serve(from: string): Promise<Http> {
  const webUi = await createWebUi(from, true);
  const http = await createHttp({
    log: createLogger({ level: 'silent' }),
    metrics: createMetrics({ runtime: false }),
    bodyLimit: 1_000,
    trustedProxies: [],
    slowSeconds: 60,
    version: '0',
    fallback: webUi.answer,
  });
  http.post('/api/v1/things', async () => ({}));
  await http.ready();
  return http;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-web-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Tocsin</title>');
  await writeFile(join(folder, 'assets', 'index-a1b2.js'), SCRIPT);
  await writeFile(join(folder, 'favicon.svg'), '<svg/>');
  app = await serve(folder);
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

const page = { accept: 'text/html,application/xhtml+xml' };

test.each(['/alert-groups', '/alert-groups/I1?x=1', '/integrations', '/integrations/C1', '/no/such/page'])(
  '%s is a page for browsers, never kept without asking',
  async (url) => {
    const answer = await app.inject({ url, headers: page });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('<title>Tocsin</title>');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'strict-transport-security': 'max-age=31536000',
    });
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-eval');
  },
);

test.each(['/api/v1/nothing', '/api', '/integrations/v1/webhook/x/', '/health/none', '/metrics/none', '/assets/gone.js'])(
  '%s is no page, for whoever asks',
  async (url) => {
    const answer = await app.inject({ url, headers: page });
    expect([answer.statusCode, answer.json()]).toEqual([404, { detail: 'Not found.' }]);
  },
);

test('programs get the JSON of a 404 where browsers get a page', async () => {
  const answer = await app.inject({ url: '/no/such/page', headers: { accept: '*/*' } });
  expect([answer.statusCode, answer.json()]).toEqual([404, { detail: 'Not found.' }]);
});

test('files with a hash in their name are kept for ever, and packed as the client takes it', async () => {
  const packed = await app.inject({ url: '/assets/index-a1b2.js', headers: { 'accept-encoding': 'gzip, br' } });
  expect(packed.headers).toMatchObject({ 'content-encoding': 'br', 'cache-control': 'public, max-age=31536000, immutable' });
  expect(brotliDecompressSync(packed.rawPayload).toString()).toBe(SCRIPT);
  const plain = await app.inject({ url: '/assets/index-a1b2.js' });
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(plain.body).toBe(SCRIPT);
  const again = await app.inject({ url: '/assets/index-a1b2.js', headers: { 'if-none-match': String(plain.headers.etag) } });
  expect([again.statusCode, again.body]).toEqual([304, '']);
});

test('other files are asked for again, and nothing outside the folder is reachable', async () => {
  expect((await app.inject('/favicon.svg')).headers).toMatchObject({
    'content-type': 'image/svg+xml',
    'cache-control': 'no-cache',
  });
  for (const url of ['/../package.json', '/assets/..%2f..%2fpackage.json', '/assets/']) {
    expect((await app.inject({ url })).statusCode).toBe(404);
  }
});

test('OPTIONS tells the methods of pages, and other methods find nothing there', async () => {
  const options = await app.inject({ method: 'OPTIONS', url: '/alert-groups' });
  expect([options.statusCode, options.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS']);
  expect((await app.inject({ method: 'POST', url: '/alert-groups', headers: page })).statusCode).toBe(404);
  expect((await app.inject({ method: 'GET', url: '/api/v1/things', headers: page })).statusCode).toBe(405);
});

test('a server without the built files says how to get them', async () => {
  const bare = await serve(join(folder, 'nothing-here'));
  const answer = await bare.inject({ url: '/', headers: page });
  expect(answer.body).toContain('npm run build');
  await bare.close();
});

test.each([
  ['/incidents', '/alert-groups'],
  ['/incidents/I1?x=1', '/alert-groups/I1?x=1'],
  ['/a/grafana-oncall-app/alert-groups/I1', '/alert-groups/I1'],
  ['/a/grafana-irm-app/incidents?status=0&team=T1', '/alert-groups?status=0&team=T1'],
  ['/a/grafana-oncall-app', '/'],
  ['/a/grafana-oncall-app//evil.example', '/evil.example'],
  ['/settings?tab=ChatOps', '/chat-ops'],
  ['/settings?tab=TeamsSettings&x=1', '/teams?x=1'],
  ['/a/grafana-oncall-app/settings?tab=MainSettings', '/settings/organization'],
  ['/live-settings', '/settings/env'],
])('%s of the plugin leads to %s for good', async (url, to) => {
  const answer = await app.inject({ url, headers: page });
  expect([answer.statusCode, answer.headers.location]).toEqual([301, to]);
});

test.each(['/settings', '/settings?tab=none', '/settings?tab=constructor'])('%s stays where it is', async (url) => {
  expect((await app.inject({ url, headers: page })).statusCode).toBe(200);
});
