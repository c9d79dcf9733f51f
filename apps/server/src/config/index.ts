import { resolve } from 'node:path';
import { LOG_LEVELS, type LogLevel } from '../platform/log.ts';
import { AddressPolicyError, createAddressPolicy } from '../platform/outbound/index.ts';
import type { EncryptionKey } from '../platform/secrets.ts';
import { type CustomRates, readCustomRates } from './custom-rates.ts';
import { type DatabaseConfig, readDatabase } from './database.ts';
import { type Environment, EnvReader } from './env-reader.ts';
import { type OidcConfig, readOidc } from './oidc.ts';
import { type ProxySignInConfig, readProxySignIn } from './proxy-sign-in.ts';

export type { DatabaseConfig } from './database.ts';
export { ConfigError, type Environment } from './env-reader.ts';
export type { OidcConfig } from './oidc.ts';

export type SmtpConfig = {
  host: string;
  port: number;
  user: string | null;
  password: string | null;
  /** `starttls` upgrades a plain connection, `tls` starts with it. */
  security: 'starttls' | 'tls' | 'none';
  from: string;
  fromName: string;
};

/** Everything the environment says. Secrets stand apart in `secrets` and `smtp`, so that the rest can be printed. */
export type Config = {
  /** Public origin for links, without a slash at its end. */
  baseUrl: string;
  /** Whether BASE_URL was set. */
  baseUrlGiven: boolean;
  host: string;
  port: number;
  dataDir: string;
  database: DatabaseConfig;
  databasePoolSize: number;
  workerConcurrency: number;
  trustedProxies: string[];
  log: { level: LogLevel; slowSeconds: number };
  metrics: { enabled: boolean };
  limits: {
    ingestBodyBytes: number;
    apiRequestsPerMinute: number;
    /** By organization id. */
    custom: ReadonlyMap<string, CustomRates>;
    /** Live API tokens that one person may have. */
    apiTokensPerUser: number;
    /** Per user and UTC day. */
    emailsPerUserAndDay: number;
    /** In characters: of a template, of what it renders to, of a rendered title. */
    lengths: { template: number; result: number; title: number };
    webhookTimeoutSeconds: number;
    /** Requests that one call of an outgoing webhook makes at most. */
    webhookAttempts: number;
  };
  escalation: { startDelaySeconds: number; auditorEnabled: boolean; heartbeatUrl: string | null; heartbeatEverySeconds: number };
  /** Entries for `createAddressPolicy`. */
  outboundAllowed: string[];
  /** The same, for outgoing webhooks only. */
  webhookAllowed: string[];
  /** Monitoring systems that may be told of acknowledgements, for all integrations: `host`, `host:port`, `http://host:port`. */
  sourceAcknowledgeHosts: string[];
  features: { email: boolean; personalWebhook: boolean; liveSettings: boolean };
  organization: { name: string; orgSlug: string; stackSlug: string; stackId: number };
  admin: { email: string | null };
  /** null: the session cookie is for the host of the base URL alone. */
  sessionCookieDomain: string | null;
  /** Providers of single sign-on; their client secrets are among the fields. */
  oidc: OidcConfig[];
  /** null: off. */
  proxySignIn: ProxySignInConfig | null;
  /** Origins of pages elsewhere that may call the API with a token. */
  /** Names that the server answers to; empty: any. */
  allowedHosts: string[];
  corsOrigins: string[];
  /** Shown to everybody. */
  maintenanceMessage: string | null;
  /** null: not configured. */
  smtp: SmtpConfig | null;
  secrets: {
    /** HTTP proxy that outgoing webhooks go through, maybe with credentials; null: none. */
    webhookProxy: string | null;
    /** null: generated and kept in `dataDir`. */
    secretKey: string | null;
    /** What the environment says of settings that can be changed while the server runs, as texts. */
    live: Readonly<Record<string, string | null>>;
    /** Keys for secrets at rest, the one that seals first; none: a key derived from the secret key. */
    encryptionKeys: EncryptionKey[];
    metricsSecret: string | null;
    adminPassword: string | null;
    /** null: made from the secret key. */
    setupCode: string | null;
  };
};

const SHORTEST_SECRET_KEY = 16;

function readSmtp(read: EnvReader): SmtpConfig | null {
  const host = read.optional('EMAIL_HOST');
  const port = read.integer('EMAIL_PORT', 587, { min: 1, max: 65_535 });
  const user = read.optional('EMAIL_HOST_USER');
  const password = read.secret('EMAIL_HOST_PASSWORD');
  const startTls = read.optional('EMAIL_USE_TLS');
  const useStartTls = read.boolean('EMAIL_USE_TLS', true);
  const useTls = read.boolean('EMAIL_USE_SSL', false);
  const from = read.optional('EMAIL_FROM_ADDRESS') ?? user;
  if (host === null) return null;
  if (useTls && startTls !== null && useStartTls) read.problem('EMAIL_USE_TLS and EMAIL_USE_SSL cannot both be true');
  if (from === null || !from.includes('@')) read.problem('EMAIL_FROM_ADDRESS must be an e-mail address when EMAIL_HOST is set');
  if (password !== null && user === null) read.problem('EMAIL_HOST_PASSWORD is set without EMAIL_HOST_USER');
  return {
    host,
    port,
    user,
    password,
    security: useTls ? 'tls' : useStartTls ? 'starttls' : 'none',
    from: from ?? '',
    fromName: read.string('EMAIL_FROM_NAME', 'Tocsin'),
  };
}

function readSecretKey(read: EnvReader, database: DatabaseConfig): string | null {
  const secretKey = read.secret('SECRET_KEY');
  if (secretKey === null && database.kind === 'external') {
    read.problem('SECRET_KEY is missing; it is required when DATABASE_URL or DATABASE_HOST is set');
  }
  if (secretKey !== null && secretKey.length < SHORTEST_SECRET_KEY) {
    read.problem(`SECRET_KEY must have at least ${SHORTEST_SECRET_KEY} characters, got ${secretKey.length}`);
  }
  return secretKey;
}

/** `TOCSIN_ENCRYPTION_KEYS`: `id:base64` of 32 bytes, separated by commas. */
function readEncryptionKeys(read: EnvReader): EncryptionKey[] {
  const keys = (read.secret('TOCSIN_ENCRYPTION_KEYS') ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [id = '', base64 = ''] = entry.split(/:(.*)/);
      return { id, key: Buffer.from(base64, 'base64') };
    });
  keys.forEach(({ id, key }, at) => {
    if (!/^[\w.-]{1,50}$/.test(id)) read.problem(`TOCSIN_ENCRYPTION_KEYS: entry ${at + 1} must look like id:base64`);
    else if (key.length !== 32)
      read.problem(`TOCSIN_ENCRYPTION_KEYS: the key ${id} must be 32 bytes as base64, got ${key.length}`);
    if (keys.findIndex((other) => other.id === id) < at) read.problem(`TOCSIN_ENCRYPTION_KEYS: ${id} is there twice`);
  });
  return keys;
}

function readAllowed(read: EnvReader, name: string): string[] {
  const allowed = read.list(name);
  for (const entry of allowed) {
    try {
      createAddressPolicy([entry]);
    } catch (err) {
      if (!(err instanceof AddressPolicyError)) throw err;
      read.problem(`${name}: ${err.message}`);
    }
  }
  return allowed;
}

const SOURCE_HOST = /^(https?:\/\/)?[a-z0-9._-]+(:\d{1,5})?$/i;

function readSourceHosts(read: EnvReader): string[] {
  const hosts = read.list('SOURCE_ACKNOWLEDGE_HOSTS');
  for (const host of hosts) {
    if (!SOURCE_HOST.test(host))
      read.problem(`SOURCE_ACKNOWLEDGE_HOSTS: ${host}: not a host such as prtg.example.net or http://prtg:8080`);
  }
  return hosts;
}

const SHORTEST_SETUP_CODE = 8;

function readSetupCode(read: EnvReader): string | null {
  const code = read.secret('TOCSIN_SETUP_CODE');
  if (code !== null && code.replace(/[\s-]/g, '').length < SHORTEST_SETUP_CODE)
    read.problem(`TOCSIN_SETUP_CODE must have at least ${SHORTEST_SETUP_CODE} characters beside blanks and hyphens`);
  return code;
}

function readCorsOrigins(read: EnvReader): string[] {
  const origins = read.list('API_CORS_ORIGINS');
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      read.problem(`API_CORS_ORIGINS: ${origin} is not an origin such as https://tools.example.com`);
  }
  return origins;
}

/** A browser refuses a cookie for a domain that its page is not in. */
function readCookieDomain(read: EnvReader, baseUrl: string | null): string | null {
  const domain = read.optional('SESSION_COOKIE_DOMAIN')?.replace(/^\./, '').toLowerCase() ?? null;
  if (domain === null) return null;
  const host = baseUrl === null ? null : new URL(baseUrl).hostname;
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(domain) || (host !== null && host !== domain && !host.endsWith(`.${domain}`)))
    read.problem(`SESSION_COOKIE_DOMAIN must be the domain of BASE_URL or one above it, got ${JSON.stringify(domain)}`);
  return domain;
}

const LIVE_TEXTS = ['EMAIL_HOST', 'EMAIL_PORT', 'EMAIL_HOST_USER', 'EMAIL_FROM_ADDRESS', 'EMAIL_FROM_NAME'];
const LIVE_FLAGS = { EMAIL_USE_TLS: true, EMAIL_USE_SSL: false, DANGEROUS_WEBHOOKS_ENABLED: false };

function readLive(read: EnvReader): Record<string, string | null> {
  for (const [name, otherwise] of Object.entries(LIVE_FLAGS)) read.boolean(name, otherwise); // words that are wrong stop the start
  const names = [...LIVE_TEXTS, ...Object.keys(LIVE_FLAGS)];
  return {
    ...Object.fromEntries(names.map((name) => [name, read.optional(name)])),
    EMAIL_HOST_PASSWORD: read.secret('EMAIL_HOST_PASSWORD'),
  };
}

/** The host of BASE_URL is always among them. */
function readAllowedHosts(read: EnvReader, baseUrl: string | null): string[] {
  const hosts = read.list('ALLOWED_HOSTS');
  if (hosts.length === 0 || hosts.includes('*')) return [];
  for (const host of hosts)
    if (!/^(\.?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\]|[0-9a-f:]+)$/i.test(host))
      read.problem(`ALLOWED_HOSTS: ${host} is not a host such as tocsin.example.com or .example.com`);
  return [...hosts, ...(baseUrl === null ? [] : [new URL(baseUrl).hostname])];
}

/**
 * The settings of a process.
 * @throws ConfigError with a line for every mistake
 */
export function loadConfig(env: Environment): Config {
  const read = new EnvReader(env);
  const port = read.integer('PORT', 8080, { min: 0, max: 65_535 });
  const baseUrl = read.url('BASE_URL');
  const database = readDatabase(read);
  const metricsSecret = read.secret('PROMETHEUS_EXPORTER_SECRET');
  const seconds = { min: 1, max: 86_400 };
  const characters = { min: 100, max: 10_000_000 };
  const config: Config = {
    baseUrl: baseUrl ?? `http://localhost:${port}`,
    baseUrlGiven: baseUrl !== null,
    host: read.string('HOST', '0.0.0.0'),
    port,
    dataDir: resolve(read.string('DATA_DIR', './data')),
    database,
    databasePoolSize: read.integer('DATABASE_POOL_SIZE', 10, { min: 4, max: 200 }),
    workerConcurrency: read.integer('WORKER_CONCURRENCY', 4, { min: 1, max: 100 }),
    trustedProxies: read.list('TRUSTED_PROXIES'),
    log: {
      level: read.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
      slowSeconds: read.number('SLOW_THRESHOLD_SECONDS', 2, { min: 0, max: 3_600 }),
    },
    metrics: { enabled: read.boolean('FEATURE_PROMETHEUS_EXPORTER_ENABLED', metricsSecret !== null) },
    limits: {
      ingestBodyBytes: read.integer('INGEST_BODY_LIMIT', 10_485_760, { min: 1_024, max: 1_073_741_824 }),
      apiRequestsPerMinute: read.integer('API_REQUESTS_PER_MINUTE', 1_000, { min: 1, max: 1_000_000 }),
      custom: readCustomRates(read),
      apiTokensPerUser: read.integer('API_TOKENS_PER_USER', 25, { min: 1, max: 10_000 }),
      emailsPerUserAndDay: read.integer('EMAIL_NOTIFICATIONS_LIMIT', 200, { min: 0, max: 1_000_000 }),
      lengths: {
        template: read.integer('JINJA_TEMPLATE_MAX_LENGTH', 50_000, characters),
        result: read.integer('JINJA_RESULT_MAX_LENGTH', 50_000, characters),
        title: read.integer('JINJA_RESULT_TITLE_MAX_LENGTH', 500, { min: 10, max: 10_000 }),
      },
      webhookTimeoutSeconds: read.number('OUTGOING_WEBHOOK_TIMEOUT', 4, { min: 0.1, max: 120 }),
      webhookAttempts: read.integer('OUTGOING_WEBHOOK_MAX_ATTEMPTS', 5, { min: 1, max: 20 }),
    },
    escalation: {
      startDelaySeconds: read.integer('ESCALATION_START_DELAY_SECONDS', 0, { min: 0, max: 3_600 }),
      auditorEnabled: read.boolean('ESCALATION_AUDITOR_ENABLED', true),
      heartbeatUrl:
        read.target('WATCHDOG_HEARTBEAT_URL') ?? read.target('ALERT_GROUP_ESCALATION_AUDITOR_CELERY_TASK_HEARTBEAT_URL'),
      heartbeatEverySeconds: read.integer('WATCHDOG_HEARTBEAT_SECONDS', 60, seconds),
    },
    outboundAllowed: readAllowed(read, 'OUTBOUND_ALLOWED_HOSTS'),
    webhookAllowed: readAllowed(read, 'OUTGOING_WEBHOOK_ALLOWED_CIDRS'),
    sourceAcknowledgeHosts: readSourceHosts(read),
    features: {
      email: read.boolean('FEATURE_EMAIL_INTEGRATION_ENABLED', true),
      personalWebhook: read.boolean('FEATURE_PERSONAL_WEBHOOK_ENABLED', true),
      liveSettings: read.boolean('FEATURE_LIVE_SETTINGS_ENABLED', true),
    },
    organization: {
      name: read.string('SELF_HOSTED_ORG_TITLE', 'Self-Hosted Organization'),
      orgSlug: read.string('SELF_HOSTED_ORG_SLUG', 'self_hosted_org'),
      stackSlug: read.string('SELF_HOSTED_STACK_SLUG', 'self_hosted_stack'),
      stackId: read.integer('SELF_HOSTED_STACK_ID', 5, { min: 0, max: 2_147_483_647 }),
    },
    admin: { email: read.optional('TOCSIN_ADMIN_EMAIL') },
    sessionCookieDomain: readCookieDomain(read, baseUrl),
    oidc: readOidc(read),
    proxySignIn: readProxySignIn(read),
    allowedHosts: readAllowedHosts(read, baseUrl),
    corsOrigins: readCorsOrigins(read),
    maintenanceMessage: read.optional('CURRENTLY_UNDERGOING_MAINTENANCE_MESSAGE'),
    smtp: readSmtp(read),
    secrets: {
      webhookProxy: read.target('OUTGOING_WEBHOOK_PROXY'),
      secretKey: readSecretKey(read, database),
      live: readLive(read),
      encryptionKeys: readEncryptionKeys(read),
      metricsSecret,
      adminPassword: read.secret('TOCSIN_ADMIN_PASSWORD'),
      setupCode: readSetupCode(read),
    },
  };
  if (config.admin.email !== null && !/^[^\s@]+@[^\s@]+$/.test(config.admin.email)) {
    read.problem(`TOCSIN_ADMIN_EMAIL must be an e-mail address, got ${JSON.stringify(config.admin.email)}`);
  }
  if (config.secrets.adminPassword !== null && config.admin.email === null)
    read.problem('TOCSIN_ADMIN_PASSWORD is set without TOCSIN_ADMIN_EMAIL');
  read.throwIfAnyProblem();
  return config;
}
