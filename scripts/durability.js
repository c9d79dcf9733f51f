// npm run durability -- [--rounds 20] [--seed 1] [--shapes embedded,split]
//
// Kills servers, workers and PostgreSQL at random moments under load, brings them back, and compares what is stored with what senders
// and receivers saw. The same test runs shorter with all others. A seed repeats the kills, though not the machine's timing.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    shapes: { type: 'string', default: 'embedded,split' },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'server', 'test/durability/durability.test.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    TOCSIN_DURABILITY_ROUNDS: values.rounds,
    TOCSIN_DURABILITY_SEED: values.seed,
    TOCSIN_DURABILITY_SHAPES: values.shapes,
  },
});
process.exit(status ?? 1);
