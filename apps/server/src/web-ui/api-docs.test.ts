import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttp, type Http } from '../platform/http/index.ts';
import { createLogger } from '../platform/log.ts';
import { createMetrics } from '../platform/metrics.ts';
import { registerApiDocs } from './api-docs.ts';

let app: Http;
beforeAll(async () => {
  app = await createHttp({
    log: createLogger({ level: 'silent' }),
    metrics: createMetrics({ runtime: false }),
    bodyLimit: 100,
    trustedProxies: [],
    slowSeconds: 60,
    version: '0.0.0',
  });
  registerApiDocs(app, true);
  await app.ready();
});
afterAll(() => app.close());

test.each(['/api/docs', '/api/docs/'])('all that the page at %s loads is served from here', async (url) => {
  const page = await app.inject({ url });
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page.headers['content-security-policy']).toContain("script-src 'self';");
  const addresses = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(
    ([, address]) => new URL(String(address), `https://tocsin.test${url}`),
  );
  expect(addresses.length).toBe(4);
  for (const { origin, pathname } of addresses) {
    expect(origin).toBe('https://tocsin.test');
    const file = await app.inject({ url: pathname });
    expect([file.statusCode, pathname]).toEqual([200, pathname]);
    expect(file.rawPayload.length).toBeGreaterThan(100);
  }
  expect(page.body).not.toMatch(/<script>|<style|style=/);
});

test('the viewer is sent packed, and not at all to whoever has it', async () => {
  const url = '/api/docs/swagger-ui-bundle.js';
  const packed = await app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } });
  expect(packed.headers['content-encoding']).toBe('br');
  const again = await app.inject({ url, headers: { 'if-none-match': String(packed.headers.etag) } });
  expect([again.statusCode, again.body]).toEqual([304, '']);
});
