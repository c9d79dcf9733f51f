import {
  authenticate,
  authenticateRequest,
  createOrganization,
  createSecondStep,
  createSessionCookie,
  createToken,
  nextGrafanaUserId,
  passkeySite,
  type Role,
} from '../access/index.ts';
import { applySourceSignals, combineHooks } from '../alerting/index.ts';
import { grafanaApi } from '../api/grafana/grafana-api.ts';
import { type ApiContext, apiV1 } from '../api/v1/index.ts';
import { termChecks } from '../api-context.ts';
import { alertsJoined, escalationHooks, reminderHooks, SnapshotCache, startFirstRuns } from '../escalation/index.ts';
import { previewTemplate, renderForWeb } from '../integrations/index.ts';
import { createLiveFeed } from '../live/index.ts';
import { createTestClock, type TestClock } from '../platform/clock.ts';
import type { ConnectionConfig } from '../platform/db/create-db.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import type { Db } from '../platform/db/database.ts';
import { createReads } from '../platform/db/reads.ts';
import { createHttp, type Http, serveOpenApi } from '../platform/http/index.ts';
import { createLogger } from '../platform/log.ts';
import { createMetrics } from '../platform/metrics.ts';
import { createAddressPolicy, createOutbound } from '../platform/outbound/index.ts';
import { createSecretBox } from '../platform/secrets.ts';
import { answerOnCall } from '../schedules/index.ts';
import { createFirstRun } from '../setup/first-run.ts';
import { checkTemplateSyntax, createTemplates } from '../templates/index.ts';
import { recordNewAddress } from '../token-events.ts';
import { createUser } from '../users/index.ts';
import { createWebhookPool, createWebhookRenderer } from '../webhooks/index.ts';
import { type Answer, asAnswer } from './answer.ts';
import { inlineRenderer } from './inline-renderer.ts';
import { type SignedIn, signIn } from './sign-in.ts';
import { createTestDatabase } from './test-database.ts';

export type { Answer };

/** Somebody who calls the API. */
export interface ApiUser {
  readonly id: string;
  readonly org: string;
  readonly token: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** A string is sent as it is. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  put(path: string, body?: unknown): Promise<Answer>;
  patch(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  delete(path: string, body?: unknown): Promise<Answer>;
}

export interface ApiWorld extends AsyncDisposable {
  readonly db: Db;
  readonly connection: ConnectionConfig;
  readonly clock: TestClock;
  readonly app: Http;
  readonly ctx: ApiContext;
  /** The admin of the first organization. */
  readonly admin: ApiUser;
  user(name: string, role: Role, org?: string): Promise<ApiUser>;
  organization(name: string): Promise<string>;
  /** Signs a person in, as a browser is. */
  signIn(user: { readonly id: string; readonly org: string }, how?: Parameters<typeof signIn>[2]): Promise<SignedIn>;
}

export const TEST_SETUP_CODE = 'set-up-the-tests';
export const TEST_BASE_URL = 'https://tocsin.example.net';

/** The public API over a real database, with an organization and its admin. */
export async function startApi(overrides: Partial<ApiContext> = {}): Promise<ApiWorld> {
  const database = await createTestDatabase();
  const { db } = database;
  const reads = createReads({ connection: database.connection, poolSize: 1 }, createLogger({ level: 'error' }));
  const clock = createTestClock('2026-03-02T09:00:00Z');
  const app = await createHttp({
    log: createLogger({ level: 'silent' }),
    metrics: createMetrics({ runtime: false }),
    bodyLimit: 10_485_760,
    trustedProxies: [],
    slowSeconds: 60,
    version: '0.0.0',
  });
  const webhookPool = createWebhookPool();
  const cookie = createSessionCookie({ baseUrl: TEST_BASE_URL, domain: null });
  const secrets = createSecretBox('the secret key of all tests');
  const ctx: ApiContext = {
    db,
    reads,
    clock,
    baseUrl: TEST_BASE_URL,
    authenticate: (credentials) =>
      authenticateRequest(
        { db, reads, clock, cookie, baseUrl: TEST_BASE_URL },
        (given) => authenticate({ db, clock, onNewAddress: recordNewAddress }, given),
        credentials,
      ),
    requestsPerMinute: 100_000,
    requestsPerMinuteOf: () => undefined,
    tokensPerUser: 25,
    forgetRights: () => undefined,
    alertBodyLimit: 10_485_760,
    hooks: combineHooks(escalationHooks, reminderHooks),
    syntaxError: (source) => checkTemplateSyntax(source),
    termChecks,
    inboundEmailDomain: null,
    checkFeed: async () => null,
    onBrokenSchedule: () => undefined,
    secrets,
    liveSettings: { environment: {}, refresh: async () => undefined },
    auth: {
      cookie,
      firstRun: createFirstRun({
        db,
        now: () => clock.now(),
        organization: { name: 'Harbor', orgSlug: 'harbor', stackSlug: 'harbor', stackId: 5 },
        setupCode: TEST_SETUP_CODE,
        setupKey: Buffer.alloc(32),
      }),
      secondStep: createSecondStep({ db, clock, secrets, site: passkeySite(TEST_BASE_URL) }),
      mail: { isOn: () => false, add: async () => undefined },
      oidc: new Map(),
      proxy: null,
      features: ['labels', 'personal_webhook'],
      maintenanceMessage: null,
    },
    previewTemplate: (request) =>
      previewTemplate({ db, clock, templates: createTemplates({ clock, pool: inlineRenderer }), linkOf: (id) => id }, request),
    renderAlert: (orgId, alert) =>
      renderForWeb({ db, clock, templates: createTemplates({ clock, pool: inlineRenderer }), linkOf: (id) => id }, orgId, alert),
    sendTestMail: async () => 'No mail server is set up (EMAIL_HOST).',
    webhooks: {
      db,
      clock,
      outbound: createOutbound({ policy: createAddressPolicy([]), userAgent: 'Tocsin/test' }),
      allow: ['127.0.0.1'],
      proxy: null,
      secrets,
      render: createWebhookRenderer(webhookPool, clock),
      baseUrl: TEST_BASE_URL,
      timeoutMs: 30_000,
      groupLink: (id) => `${TEST_BASE_URL}/alert-groups/${id}`,
      usersToBeNotified: async () => new Map(),
    },
    open: {
      clock,
      templates: createTemplates({ clock, pool: inlineRenderer }),
      ports: {
        applySourceSignals: (tx, signals, now) => applySourceSignals(tx, escalationHooks, signals, now),
        groupsOpened: async () => undefined,
        startRuns: (tx, groups, now) => startFirstRuns(tx, groups, { now, delaySeconds: 0 }),
        alertsJoined,
        notifyAdmins: async () => undefined,
        committed: () => undefined,
      },
    },
    plan: {
      db,
      ports: {
        onCall: (tx, questions, now) => answerOnCall(tx, questions, now, () => undefined),
        triggerWebhook: async () => [],
        notifyAdmins: async () => undefined,
      },
      snapshots: new SnapshotCache(),
      startDelaySeconds: 0,
    },
    live: createLiveFeed({ db, log: createLogger({ level: 'silent' }), hub: null, pollMs: 20 }),
    ...overrides,
  };
  serveOpenApi(app, TEST_BASE_URL);
  await app.register(apiV1, { prefix: '/api/v1', ctx });
  await app.register(grafanaApi, { prefix: '/api', ctx });
  await app.ready();
  const organization = async (name: string) =>
    (await inTransaction(db, (tx) => createOrganization(tx, { name }, clock.now()))).id;
  const org = await organization('Harbor');
  const user = async (name: string, role: Role, inOrg = org): Promise<ApiUser> => {
    return inTransaction(db, async (tx) => {
      const grafanaId = await nextGrafanaUserId(tx, inOrg);
      const fields = { grafanaId, username: name, email: `${name}@example.net`, role, passwordHash: null };
      const made = await createUser(tx, inOrg, fields, clock.now());
      if (!made.ok) throw new Error(`user ${name}: ${made.reason}`);
      const { text } = await createToken(tx, inOrg, { userId: made.user.id, name: 'test' }, clock.now());
      return caller(app, made.user.id, inOrg, text);
    });
  };
  return {
    db,
    connection: database.connection,
    clock,
    app,
    ctx,
    admin: await user('ada', 'admin'),
    user,
    organization,
    signIn: (person, how) => signIn({ db, clock, app, baseUrl: TEST_BASE_URL }, person, how),
    async [Symbol.asyncDispose]() {
      await app.close();
      await webhookPool.close();
      await reads.destroy();
      await database[Symbol.asyncDispose]();
    },
  };
}

function caller(app: Http, id: string, org: string, token: string): ApiUser {
  const send = async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ) => {
    const answer = await app.inject({
      method,
      url: `/api/v1/${path}`,
      headers: { authorization: token, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return asAnswer(answer);
  };
  return {
    id,
    org,
    token,
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    put: (path, body) => send('PUT', path, body),
    patch: (path, body, headers) => send('PATCH', path, body, headers),
    delete: (path, body) => send('DELETE', path, body),
  };
}
