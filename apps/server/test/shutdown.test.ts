import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, eventually, killAll, processesIn, type Server, serve } from './program.ts';

let dataDir: string;
let server: Server;

beforeAll(async () => {
  build();
  dataDir = await mkdtemp(join(tmpdir(), 'tocsin-test-'));
  server = await serve({ DATA_DIR: dataDir, LOG_LEVEL: 'info' });
}, 180_000);
afterAll(async () => {
  server.child.kill('SIGKILL');
  killAll(processesIn(join(dataDir, 'postgres-17')));
  await rm(dataDir, { recursive: true, force: true });
});

test('SIGTERM answers the alert that is on its way, and it is there after the next start', async () => {
  const greeting = await eventually(
    async () => server.output(),
    (text) => text.includes('Send an alert:'),
  );
  const address = /(\/integrations\/v1\/webhook\/\w+\/)/.exec(greeting)?.[1] ?? '';
  const token = /API token {2}([0-9a-f]{64})/.exec(greeting)?.[1] ?? '';
  const { port, hostname } = new URL(server.url);
  const body = JSON.stringify({ title: 'sent while stopping' });

  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  const closed = once(socket, 'close');
  // The server says that it waits for the body, so the request is surely under way.
  socket.write(
    `POST ${address} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
  );
  await eventually(
    async () => answer,
    (text) => text.includes('100 Continue'),
  );
  server.child.kill('SIGTERM');
  await eventually(
    async () => server.output(),
    (text) => text.includes('Tocsin stops'),
  );
  socket.write(body);
  await eventually(
    async () => answer,
    (text) => text.endsWith('}') || text.includes('Ok.'),
  );
  expect(answer).toMatch(/HTTP\/1\.1 200 OK[\s\S]*Ok\./);
  expect(await server.exited).toBe(0);
  await closed;

  server = await serve({ DATA_DIR: dataDir, LOG_LEVEL: 'warn' });
  const groups = await eventually(
    async () =>
      (await fetch(`${server.url}/api/v1/alert_groups/`, { headers: { authorization: token } })).json() as Promise<{
        count: number;
      }>,
    ({ count }) => count > 0,
  );
  expect(groups).toMatchObject({ count: 1, results: [{ last_alert: { payload: { title: 'sent while stopping' } } }] });
}, 180_000);
