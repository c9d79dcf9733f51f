import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { createOrganization, createToken, nextGrafanaUserId } from '../../server/src/access/index.ts';
import { type App, createApp } from '../../server/src/app.ts';
import { type Background, startBackground } from '../../server/src/background.ts';
import { type Environment, loadConfig } from '../../server/src/config/index.ts';
import { type Context, createContext } from '../../server/src/context.ts';
import { inTransaction } from '../../server/src/platform/db/create-db.ts';
import { createLogger } from '../../server/src/platform/log.ts';
import { createMetrics } from '../../server/src/platform/metrics.ts';
import { signIn } from '../../server/src/testing/sign-in.ts';
import { createTestDatabase } from '../../server/src/testing/test-database.ts';
import { createUser, hashPassword } from '../../server/src/users/index.ts';
import { startWork } from '../../server/src/work.ts';
import { launchBrowser } from './browser.ts';
import { createTabs } from './tabs.ts';

export type Role = 'admin' | 'editor' | 'viewer' | 'none';

/** Somebody with an account; `api` calls the public API with their token. */
export interface Person {
  readonly id: string;
  readonly org: string;
  readonly username: string;
  readonly password: string;
  api<Answer = unknown>(method: string, path: string, body?: unknown): Promise<Answer>;
}

export type PageOptions = {
  /** Signed in as; null: nobody. */
  as: Person | null;
  /** Path to open; none when left out. */
  path?: string;
  width?: number;
  height?: number;
  theme?: 'light' | 'dark';
  /** A phone: touch, and coarse pointers. */
  phone?: boolean;
  /** With the service worker, which keeps answers; otherwise all that is shown comes from the server. */
  offlineReading?: boolean;
};

/** A whole server at work on a database of its own, and a browser in front of it. Time is real; wait for what is shown, never for time. */
export interface World extends AsyncDisposable {
  readonly url: string;
  readonly ctx: Context;
  /** The admin of the organization; absent when the world began `empty`. */
  readonly admin: Person;
  /** The code for the first set-up, which the server would print. */
  person(username: string, role: Role): Promise<Person>;
  /**
   * Opens a page in a browser session of its own, which ends with the test. Errors and broken content security rules on it fail the
   * test at the end.
   */
  open(options: PageOptions): Promise<Page>;
  /** A webhook integration. @returns the address that takes its alerts, and its id */
  integration(name?: string, fields?: Record<string, unknown>): Promise<{ id: string; link: string; defaultRouteId: string }>;
  /** Sends an alert to an integration. */
  alert(link: string, payload: unknown): Promise<void>;
  stopServer(): Promise<void>;
  startServer(): Promise<void>;
}

const PASSWORD = 'correct horse battery';
const passwordHash = hashPassword(PASSWORD);

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
}

type Running = { ctx: Context; background: Background; app: App };

/**
 * @param env settings of the server, or what makes them of its address
 * @param empty without an organization, as on the first start
 * @param host as people type it; passkeys need a name
 */
export async function startWorld({
  env = {},
  empty = false,
  host = '127.0.0.1',
}: {
  env?: Environment | ((url: string) => Promise<Environment>);
  empty?: boolean;
  host?: '127.0.0.1' | 'localhost';
} = {}): Promise<World> {
  const database = await createTestDatabase({ poolSize: 3 });
  const port = await freePort();
  const url = `http://${host}:${port}`;
  const settings = typeof env === 'function' ? await env(url) : env;
  const problems: string[] = [];
  let browser: Browser | null = null;
  let tabs: ReturnType<typeof createTabs> | null = null;
  let running: Running | null = null;

  const start = async () => {
    const ctx = await createContext({
      config: loadConfig({ BASE_URL: url, API_REQUESTS_PER_MINUTE: '1000000', ...settings }),
      connection: database.connection,
      secretKey: 'the secret key of all tests',
      log: createLogger({ level: 'silent' }),
      metrics: createMetrics({ runtime: false }),
    });
    const background = await startBackground(ctx, startWork, 'all');
    const app = await createApp(ctx, { web: true, background, lifecycle: { draining: false } });
    await app.http.listen({ host: '127.0.0.1', port });
    running = { ctx, background, app };
  };
  const stop = async () => {
    const { ctx, background, app } = now();
    running = null;
    await app.close();
    await background.stop();
    await ctx.close();
  };
  const now = (): Running => {
    if (running === null) throw new Error('The server is stopped');
    return running;
  };
  await start();

  const createPerson = async (org: string, username: string, role: Role): Promise<Person> => {
    const { ctx } = now();
    const hash = await passwordHash;
    return inTransaction(ctx.db, async (tx) => {
      const grafanaId = await nextGrafanaUserId(tx, org);
      const fields = { grafanaId, username, email: `${username}@harbor.example`, role, passwordHash: hash };
      const made = await createUser(tx, org, fields, ctx.clock.now());
      if (!made.ok) throw new Error(`user ${username}: ${made.reason}`);
      const { text } = await createToken(tx, org, { userId: made.user.id, name: 'test' }, ctx.clock.now());
      return {
        id: made.user.id,
        org,
        username,
        password: PASSWORD,
        async api<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
          const response = await fetch(`${url}/api/v1/${path}`, {
            method,
            headers: { authorization: text, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          });
          const answer = await response.text();
          if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer}`);
          return (answer === '' ? null : JSON.parse(answer)) as Answer;
        },
      };
    });
  };
  let org = '';
  let admin: Person | null = null;
  if (!empty) {
    const { ctx } = now();
    org = (await inTransaction(ctx.db, (tx) => createOrganization(tx, { name: 'Harbor' }, ctx.clock.now()))).id;
    admin = await createPerson(org, 'ada', 'admin');
  }
  const theAdmin = (): Person => {
    if (admin === null) throw new Error('The world began empty');
    return admin;
  };

  const watch = (page: Page): void => {
    page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      if (/content security policy|Minified React error|Encountered two children/i.test(message.text()))
        problems.push(`${page.url()}: ${message.text()}`);
    });
  };

  return {
    url,
    get ctx() {
      return now().ctx;
    },
    get admin() {
      return theAdmin();
    },
    person: (username, role) => createPerson(org, username, role),
    async open({ as, path, width = 1280, height = 800, theme = 'light', phone = false, offlineReading = false }) {
      browser ??= await launchBrowser();
      tabs ??= createTabs(browser, url, watch);
      const { context, page, giveBack } = await tabs.take({
        baseURL: url,
        viewport: { width, height },
        colorScheme: theme,
        hasTouch: phone,
        isMobile: phone,
        serviceWorkers: offlineReading ? 'allow' : 'block',
        reducedMotion: 'reduce',
        timezoneId: 'Europe/Oslo',
        locale: 'en-GB',
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      if (expect.getState().currentTestName !== undefined) onTestFinished(giveBack);
      if (as !== null) {
        const { ctx, app } = now();
        const session = await signIn({ db: ctx.db, clock: ctx.clock, app: app.http, baseUrl: url }, as);
        await context.addCookies([{ name: session.cookieName, value: session.token, url, httpOnly: true, sameSite: 'Lax' }]);
      }
      if (path !== undefined) await page.goto(path);
      return page;
    },
    async integration(name = 'Harbour probes', fields = {}) {
      const made = await theAdmin().api<{ id: string; link: string; default_route: { id: string } }>('POST', 'integrations/', {
        type: 'webhook',
        name,
        ...fields,
      });
      return { id: made.id, link: made.link, defaultRouteId: made.default_route.id };
    },
    async alert(link, payload) {
      const response = await fetch(link, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(payload),
      });
      if (!response.ok) throw new Error(`alert: ${response.status} ${await response.text()}`);
    },
    stopServer: stop,
    startServer: start,
    async [Symbol.asyncDispose]() {
      await browser?.close();
      if (running !== null) await stop();
      await database[Symbol.asyncDispose]();
      expect(problems).toEqual([]);
    },
  };
}

/**
 * Fails when axe finds a violation of WCAG 2.2 A or AA on the page, or the page scrolls sideways.
 * @param within selector of a dialog that is open: what it covers is out of reach, and not looked at
 */
export async function expectAccessible(page: Page, within?: string): Promise<void> {
  // Once for each page, and without what is right about it: the rest takes most of the time.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const violations = await page.evaluate(
    async ({ context, tags }) => {
      const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
      return (await axe.run(context, { resultTypes: ['violations'], runOnly: tags })).violations;
    },
    {
      // A tooltip stands beside all landmarks, and only repeats the name of a control.
      context: { include: [within ?? 'html'], exclude: ['[data-tooltip]'] },
      tags: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    },
  );
  const found = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    where: nodes.slice(0, 4).map((node) => `${node.target.join(' ')}: ${node.failureSummary?.split('\n').slice(1, 3).join(' ')}`),
  }));
  expect(found).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
}
