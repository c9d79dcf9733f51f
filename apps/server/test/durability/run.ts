import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { eventually } from '../program.ts';
import { type Installation, startEmbedded, startSplit } from './installation.ts';
import { type Load, startLoad } from './load.ts';
import { type Api, createApi, startOperator } from './operator.ts';
import { createRandom, type Random } from './random.ts';
import { type Receivers, startReceivers } from './receivers.ts';
import { type Summary, verify } from './verify.ts';

export type DurabilityOptions = {
  /** `embedded`: one process with the PostgreSQL inside. `split`: two web and two worker processes on a PostgreSQL of its own. */
  shape: 'embedded' | 'split';
  rounds: number;
  seed: number;
  say: (line: string) => void;
};

const SENDERS = 6;
const BASE_URL = 'https://tocsin.harbor.example';
const DRAIN_WITHIN_MS = 120_000;
/** The next rule of a person and the next step of a chain come five seconds after the one before; the chain's wait is longer than this. */
const DUE_SOON_MS = 60_000;
const FIRST_START = { admin: 'anna@harbor.example', password: 'a password for the tests' };

/**
 * Kills processes with SIGKILL at random moments while alerts come in, brings them back, lets everything come to rest, and compares what
 * is stored with what senders, receivers and API clients saw.
 */
export async function runDurability(options: DurabilityOptions): Promise<{ violations: string[]; summary: Summary }> {
  const random = createRandom(options.seed);
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-durability-'));
  await using receivers = await startReceivers(createRandom(options.seed + 1));
  const start = options.shape === 'embedded' ? startEmbedded : startSplit;
  const installation = await start(join(folder, 'data'), settings(receivers));
  try {
    const token = await firstToken(installation);
    const url = () => installation.url(Math.random);
    const api = createApi(url, token);
    const integrations = await configure(api, receivers);
    const load = startLoad({ integrations, seed: options.seed, url, acknowledgeUrl: receivers.httpUrl, paceMs: 30 });
    const operator = startOperator(api, createRandom(options.seed + 2));
    for (let round = 1; round <= options.rounds; round += 1) {
      const kills = await oneRound(installation, load, random);
      options.say(`${options.shape}, round ${round}: killed ${kills.join(', then ')}; ${load.accepted()} alerts accepted so far`);
    }
    await Promise.all([load.stop(), operator.stop()]);
    await letLeasesEnd(installation);
    await drain(installation);
    const client = await connect(installation);
    const { acknowledged, surprises } = operator;
    const result = await verify(client, { senders: load.senders, receivers, acknowledged, baseUrl: BASE_URL }).finally(() =>
      client.end(),
    );
    const codes = await installation.stop();
    const endings = codes.every((code) => code === 0) ? [] : [`exit codes after SIGTERM: ${codes.join(', ')}`];
    return { summary: result.summary, violations: [...result.violations, ...surprises, ...endings] };
  } finally {
    await installation.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const settings = (receivers: Receivers): Record<string, string> => ({
  BASE_URL,
  LOG_LEVEL: 'fatal',
  TOCSIN_ADMIN_EMAIL: FIRST_START.admin,
  TOCSIN_ADMIN_PASSWORD: FIRST_START.password,
  EMAIL_HOST: '127.0.0.1',
  EMAIL_PORT: String(receivers.smtpPort),
  EMAIL_USE_TLS: 'false',
  EMAIL_FROM_ADDRESS: 'tocsin@harbor.example',
  EMAIL_NOTIFICATIONS_LIMIT: '1000000',
  OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
  OUTGOING_WEBHOOK_TIMEOUT: '20',
  SOURCE_ACKNOWLEDGE_HOSTS: receivers.httpUrl,
  API_REQUESTS_PER_MINUTE: '1000000',
});

/** The token that the first start prints, a moment after it is ready. */
async function firstToken(installation: Installation): Promise<string> {
  const find = () => /API token {2}([0-9a-f]{64})/.exec(installation.output())?.[1];
  const token = await eventually(
    async () => find(),
    (found) => found !== undefined,
  );
  if (token === undefined) throw new Error(`no token in what was printed:\n${installation.output()}`);
  return token;
}

/** An admin who is reached by e-mail, as the first start arranges, and then by webhook; a chain that ends at once and one that goes on for long. */
async function configure(api: Api, receivers: Receivers): Promise<{ id: string; path: string }[]> {
  const make = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const answer = await api('POST', path, body);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const admin = (await api('GET', 'users/current/')).body.id;
  const webhook = await make('webhooks/', {
    name: 'pager',
    url: `${receivers.httpUrl}/page`,
    http_method: 'POST',
    trigger_type: 'personal notification',
  });
  await make('webhooks/set_personal_notification', { webhook: webhook.id });
  await make('personal_notification_rules/', { user_id: admin, type: 'notify_by_webhook' });
  const notify = { type: 'notify_persons', persons_to_notify: [admin] };
  const chains = [];
  for (const [name, steps] of Object.entries({ short: [notify], long: [notify, { type: 'wait', duration: 3_600 }, notify] })) {
    const chain = await make('escalation_chains/', { name });
    for (const step of steps) await make('escalation_policies/', { escalation_chain_id: chain.id, ...step });
    chains.push(chain.id);
  }
  const integrations = [];
  for (let index = 0; index < SENDERS; index += 1) {
    const made = await make('integrations/', { type: 'prtg', name: `probe ${index}` });
    const route = made.default_route as { id: string };
    const put = await api('PUT', `routes/${route.id}/`, { escalation_chain_id: chains[index % chains.length] });
    if (put.status !== 200) throw new Error(`route: ${put.status} ${JSON.stringify(put.body)}`);
    integrations.push({ id: String(made.id), path: new URL(String(made.link)).pathname });
  }
  return integrations;
}

/** Alerts that are taken before a kill. */
const BEFORE_KILL = { fewest: 5, most: 250 };
const ALERTS_WITHIN_MS = 60_000;

/** One kill at a random moment under load, often a second one while what was killed comes back. */
async function oneRound(installation: Installation, load: Load, random: Random): Promise<string[]> {
  const kills: string[] = [];
  const kill = async (): Promise<void> => {
    const target = random.pick(installation.targets);
    kills.push(target);
    await installation.kill(target, random.next);
    installation.restart();
  };
  await takeAlerts(load, random.between(BEFORE_KILL.fewest, BEFORE_KILL.most));
  await sleep(random.between(0, 30));
  await kill();
  if (random.next() < 0.4) {
    await sleep(random.between(0, 1_500));
    await kill();
  }
  await installation.ready();
  return kills;
}

/** Until so many more alerts were answered 2xx. */
async function takeAlerts(load: Load, count: number): Promise<void> {
  const enough = load.accepted() + count;
  const deadlineMs = performance.now() + ALERTS_WITHIN_MS;
  while (load.accepted() < enough) {
    if (performance.now() > deadlineMs) throw new Error(`fewer than ${count} alerts were taken in ${ALERTS_WITHIN_MS / 1_000} s`);
    await sleep(5);
  }
}

/**
 * A page that was in the hands of a killed process is taken over half a minute later, a job of one that had only just begun after a
 * minute. All processes stay away for that long, as far as the database can tell.
 */
async function letLeasesEnd(installation: Installation): Promise<void> {
  const programs = installation.targets.includes('server') ? ['server'] : ['everything'];
  for (const target of programs as ('server' | 'everything')[]) await installation.kill(target, Math.random);
  const client = await connect(installation);
  await client.query(`update delivery set lease_until = lease_until - interval '2 minutes' where state = 'sending'`);
  await client.query(
    `update graphile_worker._private_jobs set locked_at = locked_at - interval '2 minutes' where locked_at is not null`,
  );
  await client.end();
  installation.restart();
  await installation.ready();
}

/** A connection, as soon as PostgreSQL gives one. */
async function connect(installation: Installation): Promise<pg.Client> {
  for (let waitedMs = 0; ; waitedMs += 50) {
    const client = new pg.Client(installation.connection);
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (err) {
      if (waitedMs > 30_000) throw err;
      await sleep(50);
    }
  }
}

/** Until nothing is due any more, or will be soon. What is left after the deadline is found by the checks. */
async function drain(installation: Installation): Promise<void> {
  const client = await connect(installation);
  const deadlineMs = performance.now() + DRAIN_WITHIN_MS;
  let quiet = 0;
  while (quiet < 3 && performance.now() < deadlineMs) {
    const { rows } = await client.query<{ open: number }>(
      `select (select count(*) from inbound_alert) + (select count(*) from escalation_run where state = 'running' and due_at <= $1)
            + (select count(*) from personal_run where state = 'running' and due_at <= $1)
            + (select count(*) from delivery where state in ('owed', 'sending'))
            + (select count(*) from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
               where t.identifier = 'integrations.acknowledge_source') as open`,
      [new Date(Date.now() + DUE_SOON_MS)],
    );
    quiet = Number(rows[0]?.open) === 0 ? quiet + 1 : 0;
    await sleep(100);
  }
  await client.end();
}
