import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../src/testing/index.ts';
import { startTcpProxy, type TcpProxy } from '../src/testing/tcp-proxy.ts';
import { build, eventually, freePort, type Server, serve } from './program.ts';

/** Debian's package prometheus-alertmanager; `.ci/run` installs it. */
const BINARY = '/usr/bin/prometheus-alertmanager';
const isInstalled = existsSync(BINARY);
if (!isInstalled) process.stderr.write(`Skipped: ${BINARY} is not there. Install the package prometheus-alertmanager.\n`);

type Json = Record<string, unknown>;
type StoredGroup = {
  id: string;
  title: string;
  state: string;
  alerts_count: number;
  resolved_by: string | null;
  last_alert: { payload: Json };
};

let folder: string;
let database: TestDatabase;
let proxy: TcpProxy;
let env: Record<string, string>;
let tocsin: Server;
let alertmanager: ChildProcess;
let alertmanagerUrl: string;
let token: string;

const api = async (method: string, path: string, body?: unknown): Promise<Json> => {
  const answer = await fetch(`${tocsin.url}/api/v1/${path}`, {
    method,
    headers: { authorization: token, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Json;
};

beforeAll(async () => {
  if (!isInstalled) return;
  build();
  folder = await mkdtemp(join(tmpdir(), 'tocsin-alertmanager-'));
  database = await createTestDatabase();
  proxy = await startTcpProxy(database.connection);
  const { user, password, database: name } = database.connection;
  env = {
    DATABASE_URL: `postgresql://${user}:${password}@127.0.0.1:${proxy.connection.port}/${name}`,
    SECRET_KEY: 'the secret key of all tests',
    DATA_DIR: join(folder, 'unused'),
    LOG_LEVEL: 'fatal',
    PORT: String(await freePort()),
  };
  tocsin = await serve(env);
  const greeting = await eventually(
    async () => tocsin.output(),
    (text) => text.includes('Send an alert:'),
  );
  token = /API token {2}([0-9a-f]{64})/.exec(greeting)?.[1] ?? '';
}, 300_000);
afterAll(async () => {
  if (!isInstalled) return;
  alertmanager?.kill('SIGKILL');
  tocsin?.child.kill('SIGKILL');
  await tocsin?.exited;
  await proxy[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function startAlertmanager(webhook: string): Promise<void> {
  const config = join(folder, 'alertmanager.yml');
  await writeFile(
    config,
    `route:
  receiver: tocsin
  group_by: [alertname, cluster]
  group_wait: 2s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: tocsin
    webhook_configs:
      - url: ${webhook}
        send_resolved: true
        max_alerts: 100
`,
  );
  const port = await freePort();
  alertmanagerUrl = `http://127.0.0.1:${port}`;
  const args = [
    `--config.file=${config}`,
    `--storage.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
    '--log.level=error',
  ];
  alertmanager = spawn(BINARY, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  await once(alertmanager, 'spawn');
  const status = await eventually(
    () =>
      fetch(`${alertmanagerUrl}/-/ready`).then(
        ({ status }) => status,
        () => 0,
      ),
    (found) => found === 200,
  );
  expect(status).toBe(200);
}

const HOUR_MS = 3_600_000;

let startedAt: Date;

/**
 * What Prometheus sends: an end in the future while an alert fires, one in the past when it is over. All began just before the first was sent:
 * Alertmanager sends an alert older than its `group_wait` on at once, without those that came in the same request.
 */
async function fire(instances: string[], endsInMs: number): Promise<void> {
  const alerts = instances.map((instance) => ({
    labels: { alertname: 'HighRequestLatency', cluster: 'demo', severity: 'critical', instance },
    annotations: { summary: `Requests take longer than a second on ${instance}` },
    startsAt: startedAt.toISOString(),
    endsAt: new Date(Date.now() + endsInMs).toISOString(),
    generatorURL: 'https://prometheus.example.net/graph?g0.expr=latency',
  }));
  const answer = await fetch(`${alertmanagerUrl}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts),
  });
  expect(answer.status).toBe(200);
}

/** How often Alertmanager was refused or found nobody. */
async function failedRequests(): Promise<number> {
  const metrics = await (await fetch(`${alertmanagerUrl}/metrics`)).text();
  return Number(/^alertmanager_notification_requests_failed_total\{integration="webhook"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
}

const groups = async (): Promise<StoredGroup[]> => (await api('GET', 'alert_groups/')).results as StoredGroup[];
const instancesOf = ({ last_alert }: StoredGroup): string[] =>
  (last_alert.payload.alerts as { labels: { instance: string } }[]).map(({ labels }) => labels.instance).sort();

const groupWith = (instances: string[]) =>
  eventually(groups, ([group]) => group !== undefined && instancesOf(group).join() === instances.join());

test.skipIf(!isInstalled)(
  'a real Alertmanager fires, is told to come again, outlives a restart of Tocsin, and resolves: one group, titled and closed',
  async () => {
    const integration = await api('POST', 'integrations/', { type: 'alertmanager', name: 'Prometheus' });
    const { pathname } = new URL(String(integration.link));
    await startAlertmanager(tocsin.url + pathname);
    startedAt = new Date();

    await fire(['web-1', 'web-2'], HOUR_MS);
    expect(await groupWith(['web-1', 'web-2'])).toMatchObject([
      { title: 'HighRequestLatency (demo)', state: 'firing', alerts_count: 1 },
    ]);

    proxy.goAway();
    await fire(['web-3'], HOUR_MS);
    expect(await eventually(failedRequests, (count) => count > 0)).toBeGreaterThan(0);
    const refused = await fetch(tocsin.url + pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ alerts: [], groupKey: 'asked by hand' }),
    });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    proxy.comeBack();
    expect(await groupWith(['web-1', 'web-2', 'web-3'])).toMatchObject([{ state: 'firing', alerts_count: 2 }]);

    tocsin.child.kill('SIGTERM');
    expect(await tocsin.exited).toBe(0);
    const before = await failedRequests();
    await fire(['web-4'], HOUR_MS);
    expect(await eventually(failedRequests, (count) => count > before)).toBeGreaterThan(before);
    tocsin = await serve(env);
    expect(await groupWith(['web-1', 'web-2', 'web-3', 'web-4'])).toMatchObject([{ state: 'firing', alerts_count: 3 }]);

    await fire(['web-1', 'web-2', 'web-3', 'web-4'], -1_000);
    const resolved = await eventually(groups, ([group]) => group?.state === 'resolved');
    expect(resolved).toMatchObject([{ title: 'HighRequestLatency (demo)', state: 'resolved', alerts_count: 4 }]);
    const { results } = (await api('GET', `alert_groups/${resolved[0]?.id}/timeline/`)) as { results: { action: string }[] };
    expect(results.at(-1)?.action).toContain('resolved');
  },
  180_000,
);
