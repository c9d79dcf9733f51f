// Builds what is not built and runs the server. `npm start`
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtProgram, isBundled } from '../apps/server/bin/program.js';
import { buildWeb, isWebBuilt } from './build-web.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = ['packages/jinja', 'packages/rota', 'apps/server'];

/** Time of the newest file below a folder that goes into the build. */
function newest(folder) {
  let time = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) time = Math.max(time, newest(path));
    else if (/\.(ts|json)$/.test(entry.name) && !entry.name.endsWith('.test.ts')) time = Math.max(time, statSync(path).mtimeMs);
  }
  return time;
}

function isBuilt(name) {
  const stamp = join(root, name, 'dist', '.tsbuildinfo');
  if (!existsSync(stamp)) return false;
  return (
    statSync(stamp).mtimeMs >= Math.max(newest(join(root, name, 'src')), statSync(join(root, name, 'tsconfig.json')).mtimeMs)
  );
}

const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`Tocsin needs Node.js ${engines.node}, this is ${process.version}.\n`);
  process.exit(1);
}

if (!packages.every(isBuilt)) {
  process.stdout.write('Building …\n');
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const build = spawnSync(process.execPath, [compiler, '-b'], { cwd: root, stdio: 'inherit' });
  if (build.status !== 0) process.exit(build.status ?? 1);
}
if (!isBundled()) {
  const bundling = spawnSync(process.execPath, [join(root, 'scripts', 'bundle.js')], { cwd: root, stdio: 'inherit' });
  if (bundling.status !== 0)
    process.stderr.write('The program could not be bundled: it starts from single files, which takes longer.\n');
}
if (!isWebBuilt()) {
  process.stdout.write('Building the web UI …\n');
  if (!buildWeb()) process.exit(1);
}

module.enableCompileCache?.(); // Node 22 and newer start faster with it
const { main } = await import(builtProgram().href);
await main(['serve', '--setup', ...process.argv.slice(2)]);
