import { hkdfSync } from 'node:crypto';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { RenderPool } from '@tocsin/jinja';
import { sql } from 'kysely';
import type pg from 'pg';
import {
  type Authentication,
  authenticateRequest,
  type Credentials,
  createSessionCookie,
  createTokenMemory,
  type FirstRun,
  type SessionCookie,
} from './access/index.ts';
import type { Config } from './config/index.ts';
import { createLiveSettings, type LiveSettings } from './live-settings/index.ts';
import { type Clock, createSystemClock, type SystemClock } from './platform/clock.ts';
import { type ConnectionConfig, createDb, createPool } from './platform/db/create-db.ts';
import type { Db } from './platform/db/database.ts';
import { createReads } from './platform/db/reads.ts';
import { createJobQueue, type JobQueue } from './platform/jobs/index.ts';
import { folderLog, type Log } from './platform/log.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { createHub, type Hub } from './platform/notify.ts';
import { createAddressPolicy, createOutbound, type Outbound, openWhile } from './platform/outbound/index.ts';
import { createSecretBox, type SecretBox } from './platform/secrets.ts';
import { createWakes, type Wakes } from './platform/wakes.ts';
import { createFirstRun } from './setup/first-run.ts';
import { createThreadedRenderer, type SlowRenderer } from './templates/index.ts';
import { recordNewAddress } from './token-events.ts';
import { VERSION } from './version.ts';
import { createWebhookPool, createWebhookRenderer, type RenderTemplate } from './webhooks/index.ts';

export const MIGRATIONS = fileURLToPath(new URL('../migrations/', import.meta.url));

/** What lives as long as the process, built once and passed down. */
export interface Context {
  readonly config: Config;
  readonly connection: ConnectionConfig;
  readonly host: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly pool: pg.Pool;
  readonly db: Db;
  /** Connections for loops: requests that take all others do not hold up pages. */
  readonly loops: Db;
  /** For short reads without locks. */
  readonly reads: Db;
  readonly hub: Hub;
  readonly wakes: Wakes;
  readonly metrics: Metrics;
  readonly secrets: SecretBox;
  /** Settings that are changed while the process runs; read once it may ask the database. */
  readonly liveSettings: LiveSettings;
  readonly outbound: Outbound;
  readonly jobs: JobQueue;
  /** Renders templates that take long. */
  readonly renderPool: SlowRenderer;
  /** Renders templates of outgoing webhooks. */
  readonly renderWebhook: RenderTemplate;
  readonly sessionCookie: SessionCookie;
  readonly firstRun: FirstRun;
  readonly authenticate: (credentials: Credentials) => Promise<Authentication>;
  /** Makes what is remembered of callers' rights in an organization be read again. */
  readonly forgetRights: (org: string) => void;
  close(): Promise<void>;
}

export type ContextOptions = {
  config: Config;
  connection: ConnectionConfig;
  secretKey: string;
  log: Log;
  /** In place of the system's clock that follows the database's; for tests. */
  clock?: Clock;
  metrics?: Metrics;
};

/** Templates have had their chance inline before they come to the pool. */
const INLINE_MS = 1;
/** One would do for the load; with two, a longer answer holds up half of the others. */
const READ_CONNECTIONS = 2;
/** Of the connections that a process may have: escalation and pages, claims and outcomes among them. */
const SHARE_OF_LOOPS = 0.4;
const FOLLOW_EVERY_MS = 30_000;

/** Keeps the clock with the database's (escalation.md G29). @returns a function that ends it */
async function followDatabase(clock: SystemClock, db: Db, log: Log, metrics: Metrics): Promise<() => void> {
  metrics.gauge('tocsin_clock_skew_seconds', "Database's clock minus this host's", [], (gauge) =>
    gauge.set(clock.hostSkewMs() / 1_000),
  );
  const readDatabaseTime = async () => {
    const answer = await sql<{ at: Date }>`select clock_timestamp() as at`.execute(db);
    return (answer.rows[0] as { at: Date }).at;
  };
  const follow = async () => {
    const { skewMs, jumped } = await clock.follow(readDatabaseTime);
    if (jumped) log.error({ skewMs: Math.round(skewMs) }, "the database's clock jumped");
  };
  await follow();
  const timer = setInterval(
    () => void follow().catch((err) => log.warn({ err }, "the database's clock could not be read")),
    FOLLOW_EVERY_MS,
  );
  return () => clearInterval(timer);
}

/** Connects and wires. The database must be reachable; whoever builds a context closes it. */
export async function createContext({
  config,
  connection,
  secretKey,
  log,
  clock: given,
  metrics = createMetrics(),
}: ContextOptions): Promise<Context> {
  const platformLog = folderLog(log, 'platform');
  const forLoops = Math.max(2, Math.floor(config.databasePoolSize * SHARE_OF_LOOPS));
  const pool = createPool({ connection, poolSize: config.databasePoolSize - forLoops }, platformLog);
  const db = createDb(pool);
  const loopPool = createPool({ connection, poolSize: forLoops, applicationName: 'tocsin loops' }, platformLog);
  const loops = createDb(loopPool);
  const reads = createReads({ connection, poolSize: READ_CONNECTIONS }, platformLog);
  const systemClock = createSystemClock();
  const clock = given ?? systemClock;
  const stopFollowing = given === undefined ? await followDatabase(systemClock, db, platformLog, metrics) : () => undefined;
  const renderPool = new RenderPool({ inlineMs: INLINE_MS });
  const webhookPool = createWebhookPool();
  const hub = createHub(connection, platformLog);
  const secrets = createSecretBox(secretKey, config.secrets.encryptionKeys);
  const liveSettings = createLiveSettings({ db, secrets, clock, hub, log: platformLog, environment: config.secrets.live });
  const tokens = createTokenMemory({ db, clock, hub, onNewAddress: recordNewAddress });
  metrics.gauge('tocsin_build_info', 'Version of the program', ['version']).set({ version: VERSION }, 1);
  metrics.gauge('tocsin_db_pool_in_use', 'Database connections at work', [], (gauge) =>
    gauge.set(pool.totalCount - pool.idleCount + loopPool.totalCount - loopPool.idleCount),
  );
  metrics.gauge('tocsin_db_pool_waiting', 'Callers that wait for a database connection', [], (gauge) =>
    gauge.set(pool.waitingCount + loopPool.waitingCount),
  );
  const { baseUrl, sessionCookieDomain } = config;
  const cookie = createSessionCookie({ baseUrl, domain: sessionCookieDomain });
  return {
    config,
    connection,
    host: hostname(),
    log,
    clock,
    pool,
    db,
    loops,
    reads,
    hub,
    wakes: createWakes(),
    metrics,
    secrets,
    liveSettings,
    outbound: createOutbound({
      policy: openWhile(
        () => liveSettings.get('DANGEROUS_WEBHOOKS_ENABLED') === true,
        createAddressPolicy(config.outboundAllowed),
      ),
      userAgent: `Tocsin/${VERSION}`,
    }),
    jobs: createJobQueue(clock),
    renderPool: createThreadedRenderer(renderPool, clock),
    renderWebhook: createWebhookRenderer(webhookPool, clock, config.limits.lengths),
    sessionCookie: cookie,
    firstRun: createFirstRun({
      db,
      now: () => clock.now(),
      organization: config.organization,
      setupCode: config.secrets.setupCode,
      setupKey: Buffer.from(hkdfSync('sha256', secretKey, 'tocsin', 'setup code', 32)),
    }),
    authenticate: (credentials) => authenticateRequest({ db, reads, clock, cookie, baseUrl }, tokens.authenticate, credentials),
    forgetRights: tokens.forget,
    async close() {
      stopFollowing();
      await renderPool.close();
      await webhookPool.close();
      await hub.close();
      await reads.destroy();
      await loops.destroy();
      await db.destroy();
    },
  };
}
