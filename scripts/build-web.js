// Builds the web UI when it is not built, or its sources are newer. Used by `npm start` and before browser tests.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const web = join(root, 'apps', 'web');
const dist = join(web, 'dist');
const SOURCES = ['src', 'public', 'index.html', 'vite.config.ts', 'package.json'];

/** Time of the newest file at or below a path, but for tests. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return /\.(test\.tsx?|md|d\.ts)$/.test(path) ? 0 : stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

export function isWebBuilt() {
  const page = join(dist, 'index.html');
  return existsSync(page) && statSync(page).mtimeMs >= Math.max(...SOURCES.map((name) => newest(join(web, name))));
}

/** Builds beside the folder in use and swaps, so that a server that starts meanwhile finds the old files or the new ones. */
export function buildWeb() {
  const fresh = `dist.${process.pid}`;
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const build = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn', '--outDir', fresh], {
    cwd: web,
    stdio: 'inherit',
    env: { ...process.env, NODE_ENV: 'production' }, // test runs set another one, with which React is slow and large
  });
  if (build.status !== 0) {
    rmSync(join(web, fresh), { recursive: true, force: true });
    return false;
  }
  const old = join(web, `dist.${process.pid}.old`);
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(join(web, fresh), dist);
  rmSync(old, { recursive: true, force: true });
  return true;
}
