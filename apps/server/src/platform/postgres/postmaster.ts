import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account.ts';
import type { Runtime } from './runtime.ts';

const LOG_LIMIT_BYTES = 8 * 1024 * 1024;
const STOP_WITHIN_MS = 30_000;

/** PostgreSQL reads no more of the environment than this. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

const userOf = (account: Account | null) => (account === null ? {} : { uid: account.uid, gid: account.gid });

/**
 * How a cluster's folder is named to a process that starts inside it. Another user may be unable to walk the path from the root
 * down, as below another's home; Linux leads it to the folder it stands in without that walk.
 */
const folderArgument = (folder: string, account: Account | null): string =>
  account !== null && process.platform === 'linux' ? '/proc/self/cwd' : folder;

export class PostgresError extends Error {
  override readonly name = 'PostgresError';
  readonly code = 'EMBEDDED_POSTGRES';
}

/** Fills an empty folder, which `account` owns, with a new cluster. `passwordFile` must be readable by `account`. */
export async function initializeCluster(
  runtime: Runtime,
  folder: string,
  account: Account | null,
  options: { user: string; passwordFile: string; sync: boolean },
): Promise<void> {
  const args = [
    '-D',
    folderArgument(folder, account),
    '-U',
    options.user,
    '--auth=scram-sha-256',
    `--pwfile=${options.passwordFile}`,
  ];
  // Sorted and folded by PostgreSQL itself: an upgrade of the system's C library cannot corrupt an index.
  args.push('--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions');
  if (!options.sync) args.push('--no-sync');
  const child = spawn(runtime.initdb, args, {
    ...userOf(account),
    cwd: folder,
    env: ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new PostgresError(`initdb failed: ${output.trim().split('\n').slice(-3).join(' ')}`);
}

function openLog(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

export type Postmaster = { pid: number; exited: Promise<number | null>; hasExited: () => boolean };

/**
 * Starts the server of a cluster in a session of its own, so that a Ctrl-C meant for us does not reach it. It outlives this process.
 * The promise `exited` never rejects.
 */
export function spawnPostmaster(runtime: Runtime, folder: string, account: Account | null, logFile: string): Postmaster {
  const log = openLog(logFile);
  const child = spawn(runtime.postgres, ['-D', folderArgument(folder, account)], {
    ...userOf(account),
    cwd: folder,
    env: ENVIRONMENT,
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  child.unref();
  let done = false;
  const exited = new Promise<number | null>((resolve) => {
    const finish = (code: number | null) => {
      done = true;
      resolve(code);
    };
    child.once('exit', finish);
    child.once('error', () => finish(null));
  });
  return { pid: child.pid ?? -1, exited, hasExited: () => done };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (err) {
    return (err as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether a live process is the server of this cluster, and not another one that was given its number. */
function servesCluster(pid: number, folder: string): boolean {
  if (!isAlive(pid)) return false;
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder);
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes('postgres');
  } catch (err) {
    // A process that ended but was not reaped yet has no folder any more; one of another user does not show it.
    return (err as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

const lockFile = (folder: string): string => join(folder, 'postmaster.pid');

/** The number that stands in postmaster.pid: null without the file, NaN when it holds none. */
function lockedBy(folder: string): number | null {
  try {
    return Number.parseInt(readFileSync(lockFile(folder), 'utf8'), 10);
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw err;
  }
}

/** The number of the cluster's running server, null when there is none. Reads what PostgreSQL wrote into postmaster.pid. */
export function runningPostmaster(folder: string): number | null {
  const pid = lockedBy(folder);
  return pid !== null && pid > 0 && servesCluster(pid, folder) ? pid : null;
}

/** PostgreSQL writes its number at once; a file that stays without one was left by a crash. */
const EMPTY_FOR_MS = 10_000;

/**
 * Removes the lock file of a dead server when PostgreSQL would not: its number belongs to another process by now, or is missing. Nothing
 * else: a server that another process of ours has just started would lose its file, and with it its place.
 */
export function removeStaleLock(folder: string): void {
  const pid = lockedBy(folder);
  if (pid === null) return;
  const isStale = pid > 0 ? isAlive(pid) && !servesCluster(pid, folder) : ageMs(lockFile(folder)) > EMPTY_FOR_MS;
  if (isStale) rmSync(lockFile(folder), { force: true });
}

const ageMs = (path: string): number => Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());

/** Sends a signal to a process that may have ended meanwhile. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'ESRCH') throw err;
  }
}

/** Ends the server: sessions first, then a checkpoint. After 30 s it is made to stop without one. */
export async function stopPostmaster(folder: string): Promise<void> {
  const pid = runningPostmaster(folder);
  if (pid === null) return;
  sendSignal(pid, 'SIGINT');
  for (let waitedMs = 0; runningPostmaster(folder) === pid; waitedMs += 10) {
    if (waitedMs === STOP_WITHIN_MS) sendSignal(pid, 'SIGQUIT');
    await sleep(10);
  }
}

/** The last lines of the server's log, for an error that a person is to understand. */
export function lastLogLines(logFile: string, lines = 4): string {
  try {
    return readFileSync(logFile, 'utf8').trim().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
