import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, type Environment, loadConfig } from './index.ts';
import { ensureSecretKey } from './secret-key.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-config-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const problemsOf = (env: Environment): readonly string[] => {
  try {
    loadConfig(env);
  } catch (err) {
    if (err instanceof ConfigError) return err.problems;
    throw err;
  }
  return [];
};

describe('settings', () => {
  test('an empty environment is enough', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      baseUrl: 'http://localhost:8080',
      baseUrlGiven: false,
      database: { kind: 'embedded' },
      smtp: null,
      outboundAllowed: [],
      webhookAllowed: [],
      limits: { ingestBodyBytes: 10 * 1024 * 1024, apiRequestsPerMinute: 1_000, apiTokensPerUser: 25 },
      metrics: { enabled: false },
    });
    expect(config.dataDir).toBe(join(process.cwd(), 'data'));
  });

  test('the host of BASE_URL is among the allowed ones, and a star allows all', () => {
    const hosts = (ALLOWED_HOSTS: string) => loadConfig({ BASE_URL: 'https://tocsin.example.com', ALLOWED_HOSTS }).allowedHosts;
    expect(hosts('.corp.example, 10.0.0.1')).toEqual(['.corp.example', '10.0.0.1', 'tocsin.example.com']);
    expect(hosts('*')).toEqual([]);
    expect(problemsOf({ ALLOWED_HOSTS: 'https://x' })).toEqual([
      'ALLOWED_HOSTS: https://x is not a host such as tocsin.example.com or .example.com',
    ]);
  });

  test('limits of single organizations are rates of any span', () => {
    const rates = { O1: { integration: '600/5m', organization: '120/m', public_api: '3600/h' }, O2: {} };
    expect([...loadConfig({ CUSTOM_RATELIMITS: JSON.stringify(rates) }).limits.custom]).toEqual([
      ['O1', { integration: 600, organization: 600, publicApi: 60 }],
      ['O2', {}],
    ]);
    const wrong = (key: string) =>
      `CUSTOM_RATELIMITS: O1: ${key}: expected integration, organization or public_api with a rate such as 600/5m`;
    expect(problemsOf({ CUSTOM_RATELIMITS: '{"O1": {"integration": "many", "mail": "1/m", "public_api": "0/m"}}' })).toEqual(
      ['integration', 'mail', 'public_api'].map(wrong),
    );
    expect(problemsOf({ CUSTOM_RATELIMITS: '[' })).toEqual(['CUSTOM_RATELIMITS must be a JSON object, by organization id']);
  });

  test('every mistake is told, each in one line', () => {
    const problems = problemsOf({
      PORT: '80a',
      BASE_URL: 'tocsin.example.com',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://x',
      SECRET_KEY: 'short',
      DATABASE_TYPE: 'mysql',
      EMAIL_HOST: 'mail',
      EMAIL_USE_TLS: 'maybe',
      INGEST_BODY_LIMIT: '5',
      OUTBOUND_ALLOWED_HOSTS: '10.0.0.0/99',
      TOCSIN_PASWORD: 'x',
      TOCSIN_ADMIN_PASSWORD: 'x',
      EMAIL_HOST_PASSWORD: 'p',
      PROMETHEUS_EXPORTER_SECRET_FILE: join(folder, 'none'),
    });
    expect(problems).toEqual([
      'PORT must be a whole number from 0 to 65535, got "80a"',
      'BASE_URL must be an address like https://tocsin.example.com, got "tocsin.example.com"',
      'DATABASE_TYPE must be postgresql, got "mysql"; data of another database has to be imported',
      'DATABASE_URL must be an address like postgresql://user:password@host:5432/tocsin',
      `PROMETHEUS_EXPORTER_SECRET_FILE: ${join(folder, 'none')} cannot be read (ENOENT)`,
      'LOG_LEVEL must be one of debug, info, warn, error, fatal, silent, got "loud"',
      'INGEST_BODY_LIMIT must be a whole number from 1024 to 1073741824, got "5"',
      'OUTBOUND_ALLOWED_HOSTS: 10.0.0.0/99: not a network',
      'EMAIL_USE_TLS must be true or false, got "maybe"',
      'EMAIL_FROM_ADDRESS must be an e-mail address when EMAIL_HOST is set',
      'EMAIL_HOST_PASSWORD is set without EMAIL_HOST_USER',
      'SECRET_KEY must have at least 16 characters, got 5',
      'TOCSIN_ADMIN_PASSWORD is set without TOCSIN_ADMIN_EMAIL',
      'TOCSIN_PASWORD is not a setting of Tocsin',
    ]);
  });

  test('no message quotes a secret', () => {
    const env = {
      DATABASE_URL: 'mysql://user:hunter22@host/db',
      SECRET_KEY: 'hunter22',
      EMAIL_HOST: 'm',
      EMAIL_HOST_PASSWORD: 'hunter22',
    };
    expect(problemsOf(env).join()).not.toContain('hunter22');
    expect(problemsOf({ WATCHDOG_HEARTBEAT_URL: 'ping.example/hunter22' })).toEqual([
      'WATCHDOG_HEARTBEAT_URL must be an http or https address',
    ]);
  });

  test('an external database needs a secret key', () => {
    expect(problemsOf({ DATABASE_URL: 'postgresql://a:b@c/d' })).toEqual([
      'SECRET_KEY is missing; it is required when DATABASE_URL or DATABASE_HOST is set',
    ]);
    const config = loadConfig({
      DATABASE_HOST: 'db',
      DATABASE_NAME: 'oncall',
      DATABASE_OPTIONS: 'sslmode=require',
      SECRET_KEY: 'x'.repeat(32),
    });
    expect(config.database).toEqual({
      kind: 'external',
      connection: { host: 'db', port: 5432, user: 'postgres', database: 'oncall', ssl: { rejectUnauthorized: false } },
    });
  });

  test('secrets can stand in files', async () => {
    const file = join(folder, 'secret');
    await writeFile(file, 'a secret key of some length\n');
    expect(loadConfig({ SECRET_KEY_FILE: file }).secrets.secretKey).toBe('a secret key of some length');
    expect(problemsOf({ SECRET_KEY_FILE: file, SECRET_KEY: 'another key, long enough' })).toEqual([
      'SECRET_KEY and SECRET_KEY_FILE are both set',
    ]);
  });

  test('mail settings', () => {
    const smtp = (env: Environment) => loadConfig({ EMAIL_HOST: 'mail', EMAIL_FROM_ADDRESS: 'a@b', ...env }).smtp;
    expect(smtp({})).toMatchObject({ port: 587, security: 'starttls', from: 'a@b' });
    expect(smtp({ EMAIL_USE_SSL: 'true', EMAIL_PORT: '465' })).toMatchObject({ port: 465, security: 'tls' });
    expect(smtp({ EMAIL_USE_TLS: 'no' })).toMatchObject({ security: 'none' });
    expect(loadConfig({ EMAIL_HOST: 'mail', EMAIL_HOST_USER: 'u@x' }).smtp).toMatchObject({ from: 'u@x', user: 'u@x' });
  });

  test('a generated secret key stays the same and is readable by its owner only', async () => {
    const config = loadConfig({ DATA_DIR: join(folder, 'data') });
    const [first, second] = await Promise.all([ensureSecretKey(config), ensureSecretKey(config)]);
    expect(second).toBe(first);
    const path = join(folder, 'data', 'secret-key');
    expect((await readFile(path, 'utf8')).trim()).toBe(first);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});
