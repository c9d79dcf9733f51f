import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
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

/** Starts a server with its own PostgreSQL in a folder that goes away with it. @returns its address, an API token and `stop` */
export async function startDemoServer() {
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
      TOCSIN_ADMIN_EMAIL: 'ada@harbor.example',
      TOCSIN_ADMIN_PASSWORD: PASSWORD,
      API_REQUESTS_PER_MINUTE: '1000000',
      LOG_LEVEL: 'error',
      ...(process.env.EMBEDDED_POSTGRES_USER === undefined ? {} : { EMBEDDED_POSTGRES_USER: process.env.EMBEDDED_POSTGRES_USER }),
    },
  });
  await waitFor(async () => {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}`);
    return (await fetch(`${url}/ready`).catch(() => null))?.ok;
  });
  const token = await waitFor(() => createToken(url).catch(() => null));
  return {
    url,
    token,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
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

const CHROMIUM = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function launchBrowser() {
  const executablePath = CHROMIUM.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) throw new Error('No Chromium: "apt-get install chromium" gets it, or set CHROMIUM_PATH.');
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
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
