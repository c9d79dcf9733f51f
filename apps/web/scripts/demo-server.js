import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from './demo-data.js';

const program = fileURLToPath(new URL('../../server/bin/tocsin.js', import.meta.url));
export const PASSWORD = 'correct horse battery staple';

async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

const SETUP_CODE = 'harbour lights at dawn';

/** A mail server that takes everything and keeps nothing, so that pages of the demo arrive. */
async function startMailSink() {
  const server = createServer((socket) => {
    /** The last characters of a mail that comes in; null between mails. */
    let end = null;
    socket.write('220 sink\r\n');
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      const text = data.toString();
      if (end !== null) {
        end = (end + text).slice(-5); // its end may come in two pieces
        if (end !== '\r\n.\r\n') return;
        end = null;
        socket.write('250 fine\r\n');
        return;
      }
      if (/^DATA/im.test(text)) end = '';
      socket.write(end === '' ? '354 go on\r\n' : /^QUIT/im.test(text) ? '221 bye\r\n' : '250 fine\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return server.address().port;
}

/** Takes every request, as a receiver of webhooks would. @returns its address */
async function startReceiver() {
  const server = createHttpServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end('{"ok":true,"key":"HARB-4411"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return `http://localhost:${server.address().port}`;
}

/**
 * Starts a server with its own PostgreSQL in a folder that goes away with it.
 * @param beforeSetUp called with the address while there is nobody yet
 * @returns its address, an API token, the address of a receiver of webhooks, and `stop`
 */
export async function startDemoServer(beforeSetUp = async () => undefined) {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-demo-'));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const child = spawn(process.execPath, [program, 'serve', '--setup'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATA_DIR: folder,
      PORT: String(port),
      BASE_URL: url,
      SELF_HOSTED_ORG_TITLE: 'Harbour',
      TOCSIN_SETUP_CODE: SETUP_CODE,
      OUTBOUND_ALLOWED_HOSTS: 'localhost,127.0.0.1',
      EMAIL_HOST: '127.0.0.1',
      EMAIL_PORT: String(await startMailSink()),
      EMAIL_USE_TLS: 'false',
      EMAIL_FROM_ADDRESS: 'tocsin@harbor.example',
      API_REQUESTS_PER_MINUTE: '1000000',
      LOG_LEVEL: 'error',
      ...(process.env.EMBEDDED_POSTGRES_USER === undefined ? {} : { EMBEDDED_POSTGRES_USER: process.env.EMBEDDED_POSTGRES_USER }),
    },
  });
  await waitFor(async () => {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}`);
    return (await fetch(`${url}/ready`).catch(() => null))?.ok;
  });
  await beforeSetUp(url);
  await setUp(url);
  const token = await createToken(url);
  return {
    url,
    token,
    receiver: await startReceiver(),
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function setUp(url) {
  const response = await fetch(`${url}/api/v1/auth/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url, 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({
      code: SETUP_CODE,
      org_name: 'Harbour',
      name: 'Ada Holm',
      email: 'ada@harbor.example',
      username: 'admin',
      password: PASSWORD,
    }),
  });
  if (!response.ok) throw new Error(`set-up: ${response.status} ${await response.text()}`);
}

/** An API token of the admin, made in a session as the web UI does. */
async function createToken(url) {
  const [{ name, value }] = await signIn(url);
  const headers = { cookie: `${name}=${value}`, origin: url, 'sec-fetch-site': 'same-origin' };
  const session = await (await fetch(`${url}/api/v1/auth/session`, { headers })).json();
  const response = await fetch(`${url}/api/v1/tokens`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'x-csrf-token': session.csrf_token },
    body: JSON.stringify({ name: 'demo' }),
  });
  if (!response.ok) throw new Error(`token: ${response.status} ${await response.text()}`);
  return (await response.json()).token;
}

/** Signs in and gives the cookies of the session. */
export async function signIn(url, login = 'admin', password = PASSWORD) {
  const response = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url, 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ login, password }),
  });
  if (!response.ok) throw new Error(`sign-in: ${response.status} ${await response.text()}`);
  return response.headers.getSetCookie().map((line) => {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
    return { name, value, url };
  });
}
