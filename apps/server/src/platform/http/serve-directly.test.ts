import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createLogger } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { createHttp } from './index.ts';

test('a direct route answers without the framework, is measured and logged like the others, and leaves them alone', async () => {
  const lines: string[] = [];
  const log = createLogger(
    { level: 'debug' },
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    }),
  );
  const metrics = createMetrics({ runtime: false });
  const app = await createHttp({
    log,
    metrics,
    bodyLimit: 100,
    trustedProxies: ['127.0.0.1'],
    slowSeconds: 2,
    version: '1',
    direct: {
      prefix: '/in/',
      route: '/in/*',
      accessLog: 'debug',
      answer: async (request, response, { requestId, clientIp }) => {
        if (request.url === '/in/hang-up') return void request.destroy();
        response.writeHead(request.url === '/in/no' ? 403 : 200, { 'x-request-id': requestId }).end(clientIp());
      },
    },
  });
  app.get('/other', async () => ({ by: 'framework' }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

  const headers = { 'x-forwarded-for': '203.0.113.9', 'x-request-id': 'mine-1' };
  const answer = await fetch(`${origin}/in/some-token-that-is-secret/?x=1`, { method: 'POST', headers, body: 'hi' });
  expect([answer.status, answer.headers.get('x-request-id'), await answer.text()]).toEqual([200, 'mine-1', '203.0.113.9']);
  expect((await fetch(`${origin}/in/no`)).status).toBe(403);
  await expect(fetch(`${origin}/in/hang-up`)).rejects.toThrow();
  expect(await (await fetch(`${origin}/other`)).json()).toEqual({ by: 'framework' });

  const logged = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'inbound');
  expect(logged).toMatchObject([
    {
      level: 'debug',
      method: 'POST',
      path: '/in/some-t…/',
      status: 200,
      ip: '203.0.113.9',
      request_id: 'mine-1',
      'content-length': 2,
    },
    { level: 'info', path: '/in/no', status: 403, ip: '127.0.0.1' },
    { level: 'info', path: '/other', status: 200 },
  ]);
  expect((await metrics.expose()).text).toContain(
    'tocsin_http_request_duration_seconds_count{route="/in/*",method="POST",status_class="2xx"} 1',
  );
  await app.close();
});
