import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aboutMachine, percentile, readOptions } from './lib/measure.js';
import { sleep } from './lib/server.js';

const options = readOptions(
  `npm run bench:start -- [--times 5]

Time from "npm start" (without npm itself) until /ready/ answers: the first start on an empty data folder, and later ones.`,
  { times: 5 },
);

const script = fileURLToPath(new URL('../scripts/start.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tocsin-bench-start-'));
const port = await new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = server.address();
    server.close(() => resolve(free));
  });
});
const env = { ...process.env, DATA_DIR: folder, PORT: String(port), HOST: '127.0.0.1', LOG_LEVEL: 'warn' };

async function start() {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  for (;;) {
    const isReady = await fetch(`http://127.0.0.1:${port}/ready/`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) break;
    if (child.exitCode !== null) throw new Error('the server did not start');
    await sleep(10);
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  child.kill('SIGTERM');
  await exited;
  return seconds;
}

console.log(aboutMachine());
try {
  console.log(`  first start  ${(await start()).toFixed(2)} s`);
  const later = [];
  for (let i = 0; i < options.times; i += 1) later.push(await start());
  const shown = later.map((seconds) => seconds.toFixed(2)).join(', ');
  console.log(`  later starts ${percentile(later, 0.5).toFixed(2)} s (median of ${shown})`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
