import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOrganization, createToken } from './access/index.ts';
import { inTransaction } from './platform/db/create-db.ts';
import { type HttpReceiver, startHttpReceiver } from './testing/http-receiver.ts';
import { startSmtpServer, type TestSmtpServer } from './testing/smtp.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';
import { createUser } from './users/index.ts';

const PAGE = new URL('../../../docs/walkthrough.md', import.meta.url);

let server: TestServer;
let smtp: TestSmtpServer;
let prtg: HttpReceiver;
let shell: Shell;

/** A bash that keeps its variables from one block to the next. */
class Shell {
  readonly #bash: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #ended: Promise<never>;
  #output = '';

  constructor(env: Record<string, string>) {
    this.#bash = spawn('bash', ['-s'], { env: { PATH: process.env.PATH ?? '', ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [this.#bash.stdout, this.#bash.stderr])
      stream.on('data', (chunk) => {
        this.#output += chunk;
      });
    this.#ended = once(this.#bash, 'exit').then(() => Promise.reject(new Error(this.#output)));
    this.#ended.catch(() => undefined); // of interest only while a block runs
  }

  /** Runs a block to its end. @returns what it printed, and the exit code of its last command */
  async run(block: string): Promise<{ printed: string; code: number }> {
    this.#output = '';
    this.#bash.stdin.write(`set -o pipefail\n${block}\nprintf '\\n#end %s#' $?\n`);
    for (;;) {
      const end = /\n#end (\d+)#$/.exec(this.#output);
      if (end !== null) return { printed: this.#output.slice(0, end.index).trim(), code: Number(end[1]) };
      await Promise.race([once(this.#bash.stdout, 'data'), this.#ended]);
    }
  }

  close(): void {
    this.#bash.kill();
  }
}

type Step = { heading: string; commands: string; expected: string | null };

/** The page's `sh` blocks in their order, each with the `text` block that follows it. */
function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  let heading = '';
  for (const [, title, language, content] of page.matchAll(/^## (.+)$|^```(\w*)\n([\s\S]*?)^```$/gm)) {
    if (title !== undefined) heading = title;
    else if (language === 'sh') steps.push({ heading, commands: content ?? '', expected: null });
    else if (language === 'text') {
      const last = steps.at(-1);
      if (last === undefined) throw new Error('output before any command');
      last.expected = (content ?? '').trim();
    }
  }
  return steps;
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
}

beforeAll(async () => {
  [smtp, prtg] = await Promise.all([startSmtpServer(), startHttpReceiver()]);
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  server = await startTestServer({
    env: {
      BASE_URL: base,
      EMAIL_HOST: '127.0.0.1',
      EMAIL_PORT: String(smtp.port),
      EMAIL_USE_TLS: 'false',
      EMAIL_FROM_ADDRESS: 'tocsin@harbor.example',
      OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
      SOURCE_ACKNOWLEDGE_HOSTS: prtg.url,
    },
  });
  await server.app.listen({ host: '127.0.0.1', port });
  const { ctx, clock } = server;
  const token = await inTransaction(ctx.db, async (tx) => {
    const { id } = await createOrganization(tx, { name: 'Harbor' }, clock.now());
    const fields = { grafanaId: 1, username: 'anna', email: 'anna@harbor.example', role: 'admin', passwordHash: null } as const;
    const created = await createUser(tx, id, fields, clock.now());
    if (!created.ok) throw new Error(created.reason);
    return (await createToken(tx, id, { userId: created.user.id, name: 'test' }, clock.now())).text;
  });
  shell = new Shell({ TOKEN: token, BASE: base, PRTG: prtg.url });
});
afterAll(async () => {
  shell?.close();
  await server?.[Symbol.asyncDispose]();
  await smtp?.[Symbol.asyncDispose]();
  await prtg?.[Symbol.asyncDispose]();
});

test('every command of docs/walkthrough.md does what the page says, and the right person gets the right mails', async () => {
  const steps = stepsOf(await readFile(PAGE, 'utf8'));
  expect(steps.length).toBeGreaterThan(15);
  const mailsOf = new Map<string, number>();
  for (const { heading, commands, expected } of steps) {
    const mailsBefore = smtp.mails.length;
    const { printed, code } = await shell.run(commands);
    const asOnThePage = printed.replaceAll(new URL(prtg.url).host, 'prtg.example.net');
    expect({ commands, code, printed: asOnThePage }).toEqual({ commands, code: 0, printed: expected ?? '' });
    server.clock.advance({ seconds: 5 });
    await server.runDue();
    mailsOf.set(heading, (mailsOf.get(heading) ?? 0) + smtp.mails.length - mailsBefore);
  }
  expect([...mailsOf]).toEqual([
    ['', 0],
    ['Who is reached, and how', 0],
    ['PRTG', 1],
    ['Prometheus Alertmanager', 1],
    ['Grafana Alerting', 1],
  ]);
  expect(prtg.requests.map(({ path }) => path)).toEqual(['/api/acknowledgealarm.htm?id=2043&username=tocsin&passhash=99887766']);
  const [down, disk, latency] = smtp.mails;
  expect(down?.to).toMatchObject({ text: expect.stringContaining('anna@harbor.example') });
  expect(down?.subject).toContain('core-sw1 Ping Down');
  expect(down?.html).toContain('<strong>timed out</strong>');
  expect(`${down?.html}${down?.text}`).not.toContain('passhash');
  expect(disk?.subject).toContain('DiskFull (eu-2)');
  expect(disk?.text).toContain('critical');
  expect(disk?.text).toContain('https://wiki.example.net/disk');
  expect(latency?.subject).toContain('HighRequestLatency (shop)');
  expect(latency?.text).toContain('p95 over a second');
  expect(latency?.text).toContain('https://grafana.example.net/alerting/grafana/b7/view?orgId=1');
}, 60_000);
