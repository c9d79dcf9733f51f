import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createFileOnce } from '../files.ts';
import type { Account } from './account.ts';
import { initializeCluster, PostgresError } from './postmaster.ts';
import type { Runtime } from './runtime.ts';
import { CLIENT_AUTHENTICATION, type ServerSettings, serverConfiguration } from './settings.ts';

const MAJOR_VERSION = 17;
/** The longest socket path that both Linux (108) and macOS (104) take. */
const LONGEST_SOCKET_PATH = 100;
const SOCKET_PORT = 5432;
export const SUPERUSER = 'tocsin';

/** Where a data folder keeps the embedded server's things. */
export type DataFolder = { path: string; cluster: string; access: string; logFile: string };

/** How to reach the server; kept in DATA_DIR/postgres.json, readable by the owner only. */
export type Access = { password: string; port: number };

export const dataFolder = (path: string): DataFolder => ({
  path,
  cluster: join(path, `postgres-${MAJOR_VERSION}`),
  access: join(path, 'postgres.json'),
  logFile: join(path, 'postgres.log'),
});

export const usesSocket = (folder: DataFolder): boolean =>
  Buffer.byteLength(join(folder.cluster, `.s.PGSQL.${SOCKET_PORT}`)) <= LONGEST_SOCKET_PATH;

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null;

const isTaken = (err: unknown): boolean =>
  err instanceof Error && 'code' in err && (err.code === 'EEXIST' || err.code === 'ENOTEMPTY');

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new PostgresError('No free port on 127.0.0.1');
  return address.port;
}

async function writeAtomically(path: string, text: string, owner: Account | null): Promise<void> {
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, text, { mode: 0o600 });
  if (owner !== null) await chown(unfinished, owner.uid, owner.gid);
  await rename(unfinished, path);
}

/** The access file's content, null before the first start. */
export async function readAccess(folder: DataFolder): Promise<Access | null> {
  let text: string;
  try {
    text = await readFile(folder.access, 'utf8');
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code === 'EACCES')
      throw new PostgresError(`${folder.access} belongs to another user: run as the user that ran Tocsin first`);
    throw err;
  }
  const access = JSON.parse(text) as Partial<Access>;
  if (typeof access.password !== 'string' || typeof access.port !== 'number') {
    throw new PostgresError(`${folder.access} is damaged: expected a password and a port`);
  }
  return { password: access.password, port: access.port };
}

/** Makes the data folder with a password of its own, unless it has one. */
export async function ensureAccess(folder: DataFolder): Promise<Access> {
  // Others may pass through, because PostgreSQL's own user must; what is secret in it has modes of its own.
  await mkdir(folder.path, { recursive: true, mode: 0o711 });
  const known = await readAccess(folder);
  if (known !== null) return known;
  const access = { password: randomBytes(24).toString('hex'), port: SOCKET_PORT };
  await createFileOnce(folder.access, JSON.stringify(access));
  return (await readAccess(folder)) ?? access;
}

async function giveTo(account: Account, path: string): Promise<void> {
  await chown(path, account.uid, account.gid);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await giveTo(account, child);
    else if ((await lstat(child)).isFile()) await chown(child, account.uid, account.gid);
  }
}

const isProcessAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (err) {
    return (err as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Clusters that were being made when their maker was killed. */
async function removeUnfinished(folder: DataFolder): Promise<void> {
  for (const name of await readdir(folder.path)) {
    const maker = /^postgres-\d+\.new-(\d+)-/.exec(name)?.[1];
    if (maker !== undefined && (Number(maker) === process.pid || !isProcessAlive(Number(maker)))) {
      await rm(join(folder.path, name), { recursive: true, force: true });
    }
  }
}

/** Makes the cluster unless it is there; a kill half-way leaves none. */
export async function ensureCluster(
  folder: DataFolder,
  access: Access,
  runtime: Runtime,
  account: Account | null,
  sync: boolean,
): Promise<void> {
  if (await exists(join(folder.cluster, 'PG_VERSION'))) {
    const owner = await stat(folder.cluster);
    if (account !== null && owner.uid !== account.uid) await giveTo(account, folder.cluster);
    if (account === null && owner.uid !== process.geteuid?.()) {
      throw new PostgresError(`${folder.cluster} belongs to another user: run as the user that ran Tocsin first`);
    }
    return;
  }
  await removeUnfinished(folder);
  const unfinished = await mkdtemp(`${folder.cluster}.new-${process.pid}-`);
  // Beside the programs, where PostgreSQL's user can surely go.
  const secretFolder = await mkdtemp(join(runtime.postgres, '..', '..', '..', 'init-'));
  const passwordFile = join(secretFolder, 'password');
  try {
    await writeFile(passwordFile, `${access.password}\n`, { mode: 0o600 });
    if (account !== null) {
      await chown(unfinished, account.uid, account.gid);
      await chmod(secretFolder, 0o711);
      await chown(passwordFile, account.uid, account.gid);
    }
    await initializeCluster(runtime, unfinished, account, { user: SUPERUSER, passwordFile, sync });
    await rename(unfinished, folder.cluster);
  } catch (err) {
    await rm(unfinished, { recursive: true, force: true });
    if (!isTaken(err)) throw err; // else another process made it meanwhile
  } finally {
    await rm(secretFolder, { recursive: true, force: true });
  }
}

/** Writes the server's settings, and picks a port where the folder's path is too long for a socket. */
export async function configureCluster(
  folder: DataFolder,
  access: Access,
  account: Account | null,
  settings: ServerSettings,
): Promise<Access> {
  const socket = usesSocket(folder);
  const chosen = socket ? { ...access, port: SOCKET_PORT } : { ...access, port: await freePort() };
  const network = socket
    ? { listen_addresses: '', unix_socket_directories: '.' }
    : { listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  await writeAtomically(
    join(folder.cluster, 'postgresql.conf'),
    serverConfiguration({ ...settings, ...network, port: String(chosen.port), unix_socket_permissions: '0700' }),
    account,
  );
  await writeAtomically(join(folder.cluster, 'pg_hba.conf'), CLIENT_AUTHENTICATION, account);
  if (chosen.port !== access.port) await writeAtomically(folder.access, JSON.stringify(chosen), null);
  return chosen;
}
