import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, eventually, killAll, launch, processesIn, run, type Server, serve } from './program.ts';

const isRoot = process.geteuid?.() === 0;
let home: string;
let dataDir: string;
let env: Record<string, string>;
const started: Server[] = [];

const start = async (...args: Parameters<typeof serve>): Promise<Server> => {
  const server = await serve(...args);
  started.push(server);
  return server;
};
const cluster = () => join(dataDir, 'postgres-17');

beforeAll(async () => {
  build();
  // Below a home folder that nobody else can enter, as root's is.
  home = await mkdtemp(join(homedir(), '.tocsin-test-'));
  await chmod(home, 0o700);
  dataDir = join(home, 'clone', 'data');
  env = { DATA_DIR: dataDir, LOG_LEVEL: 'warn' };
}, 180_000);
afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  killAll(processesIn(cluster()));
  await rm(home, { recursive: true, force: true });
});

describe.sequential('the embedded PostgreSQL', () => {
  let server: Server;

  test('starts in a folder that other users cannot enter, and as another user when we are root', async () => {
    server = await start(env);
    expect((await server.get('/ready/?verbose')).text).toContain('{"name":"migrations","ok":true}');
    const greeting = await eventually(
      async () => server.output(),
      (text) => text.includes('Send an alert:'),
    );
    expect(greeting).toMatch(/password {3}\S{20}\n {2}API token {2}[0-9a-f]{64}\n/);
    const { uid } = await stat(cluster());
    expect(uid === 0).toBe(false);
    if (!isRoot) expect(uid).toBe(process.geteuid?.());
    for (const file of ['postgres.json', 'secret-key']) expect((await stat(join(dataDir, file))).mode & 0o777, file).toBe(0o600);
  }, 180_000);

  test('a second server on the same folder is refused with a message that says by whom', async () => {
    const second = await run(['serve'], { ...env, PORT: '0' });
    expect(second.code).toBe(1);
    expect(second.err).toContain(`Another Tocsin server (process ${server.child.pid}) uses the data folder ${dataDir}.`);
    expect((await server.get('/ready/')).status).toBe(200);
  }, 180_000);

  test('commands work while the server runs, and a token they print opens the API', async () => {
    const user = await run(
      ['user', 'create', '--username', 'anna', '--email', 'anna@example.com', '--password-stdin'],
      env,
      'correct horse\n',
    );
    expect(user).toMatchObject({ code: 0, out: '' });
    const again = await run(['user', 'create', '--username', 'Anna', '--email', 'other@example.com'], env);
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('An active user has this username') });
    const token = await run(['token', 'create', '--user', 'anna@example.com'], env);
    expect(token).toEqual({ code: 0, out: expect.stringMatching(/^[0-9a-f]{64}\n$/), err: '' });
    expect(await run(['token', 'create', '--user', 'anna', '--name', 'Command line'], env)).toMatchObject({
      code: 2,
      err: expect.stringContaining('A token of this user has this name'),
    });
    expect((await server.get('/ready/')).status).toBe(200);
  }, 180_000);

  test('comes back by itself when its processes are killed', async () => {
    const before = processesIn(cluster());
    expect(before.length).toBeGreaterThan(3);
    killAll(before);
    await eventually(
      () => server.get('/ready/'),
      ({ status }) => status === 503,
    );
    expect(
      (
        await eventually(
          () => server.get('/ready/'),
          ({ status }) => status === 200,
        )
      ).status,
    ).toBe(200);
    expect(processesIn(cluster()).filter((pid) => before.includes(pid))).toEqual([]);
  }, 180_000);

  test('a server whose process was killed leaves a database that the next one takes over', async () => {
    server.child.kill('SIGKILL');
    await server.exited;
    expect(processesIn(cluster()).length).toBeGreaterThan(0);
    server = await start(env);
    expect(server.output()).not.toContain('first start');
  }, 180_000);

  test('survives the death of the whole process tree, with the number of its dead server given to another process', async () => {
    server.child.kill('SIGKILL');
    killAll(processesIn(cluster()));
    await server.exited;
    const lock = join(cluster(), 'postmaster.pid');
    const lines = (await readFile(lock, 'utf8')).split('\n');
    await writeFile(lock, [String(process.pid), ...lines.slice(1)].join('\n'));
    server = await start(env);
    const token = await run(['token', 'create', '--user', 'anna'], env);
    expect(token.code).toBe(0);
  }, 180_000);

  test('SIGTERM stops the server and its database, and it starts again', async () => {
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
    expect(processesIn(cluster())).toEqual([]);
    server = await start(env);
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
  }, 180_000);

  test('SIGTERM while it starts ends it too, without leaving its database behind', async () => {
    const starting = launch({ ...env, HOST: '127.0.0.1', PORT: '0' }, ['--setup']);
    const pids = await eventually(
      async () => processesIn(cluster()),
      (found) => found.length > 0,
    );
    expect(pids.length).toBeGreaterThan(0);
    starting.child.kill('SIGTERM');
    expect(await starting.exited).toBe(0);
    expect(processesIn(cluster())).toEqual([]);
  }, 180_000);

  test('commands start the database for themselves when no server runs, and stop it', async () => {
    const [first, second] = await Promise.all([
      run(['token', 'create', '--user', 'anna'], env),
      run(['token', 'create', '--user', 'anna'], env),
    ]);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(second).toMatchObject({ code: 0, err: '' });
    const left = await eventually(
      async () => processesIn(cluster()),
      (found) => found.length === 0,
    );
    expect(left).toEqual([]);
  }, 180_000);

  test('a folder whose path is too long for a socket is served over the loopback network', async () => {
    const long = join(home, 'x'.repeat(100));
    const done = await run(['migrate'], { DATA_DIR: long });
    expect(done).toMatchObject({ code: 0, err: expect.stringContaining('Applied 0001-') });
    expect(await readFile(join(long, 'postgres-17', 'postgresql.conf'), 'utf8')).toContain("listen_addresses = '127.0.0.1'");
    expect(await run(['migrate'], { DATA_DIR: long })).toMatchObject({ code: 0, err: 'The database is up to date.\n' });
  }, 180_000);

  test('a data folder that is not ours to use is refused with its name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tocsin-test-'));
    await mkdir(join(folder, 'postgres.json'));
    const done = await run(['migrate'], { DATA_DIR: folder });
    expect(done).toMatchObject({ code: 1, err: expect.stringContaining('EISDIR') });
    await rm(folder, { recursive: true });
  }, 180_000);
});

describe('the command line', () => {
  test.each<[string, string[], number, RegExp]>([
    ['an unknown command', ['fly'], 2, /There is no command "fly"/],
    ['an unknown option', ['serve', '--fast'], 2, /--fast/],
    ['a wrong role', ['serve', '--role', 'boss'], 2, /--role must be one of all, web, worker, got "boss"/],
    ['a role that needs a database of its own', ['serve', '--role', 'worker'], 2, /--role worker needs DATABASE_URL/],
    ['a user without a name', ['user', 'create', '--email', 'a@b'], 2, /--username is missing/],
  ])('%s is refused', async (_what, args, code, message) => {
    const done = await run(args, env);
    expect(done.code).toBe(code);
    expect(done.err).toMatch(message);
    expect(done.out).toBe('');
  });

  test('every wrong setting is told at once, and nothing is started', async () => {
    const done = await run(['serve'], { DATA_DIR: join(home, 'unused'), PORT: 'x', LOG_LEVEL: 'y' });
    expect(done).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/^tocsin: 2 problems in the settings:\n {2}PORT must.*\n {2}LOG_LEVEL must.*\n$/),
    });
    await expect(stat(join(home, 'unused'))).rejects.toThrow('ENOENT');
  });

  test('says what there is', async () => {
    for (const args of [[], ['--help'], ['serve', '-h']])
      expect(await run(args, env)).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Usage: tocsin') });
    expect((await run(['--version'], env)).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
