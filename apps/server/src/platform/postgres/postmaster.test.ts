import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeStaleLock, runningPostmaster } from './postmaster.ts';

let folder: string;
let lock: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-lock-'));
  lock = join(folder, 'postmaster.pid');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function processIn(cwd: string): Promise<number> {
  const child = spawn('sleep', ['600'], { cwd });
  children.push(child);
  await once(child, 'spawn');
  return child.pid ?? 0;
}

test('the lock of a server that runs stays: another command may have started it a moment ago', async () => {
  const pid = await processIn(folder);
  writeFileSync(lock, `${pid}\n${folder}\n`);
  expect(runningPostmaster(folder)).toBe(pid);
  removeStaleLock(folder);
  expect(existsSync(lock)).toBe(true);
});

test('a lock whose number another process was given is removed', async () => {
  writeFileSync(lock, `${await processIn(tmpdir())}\n${folder}\n`);
  expect(runningPostmaster(folder)).toBeNull();
  removeStaleLock(folder);
  expect(existsSync(lock)).toBe(false);
});

test('a lock without a number may be just being written; one that stays so is removed', () => {
  writeFileSync(lock, '');
  removeStaleLock(folder);
  expect(existsSync(lock)).toBe(true);
  utimesSync(lock, 0, 0);
  removeStaleLock(folder);
  expect(existsSync(lock)).toBe(false);
});

test('without a lock there is nothing to remove', () => {
  removeStaleLock(folder);
  expect(runningPostmaster(folder)).toBeNull();
});
