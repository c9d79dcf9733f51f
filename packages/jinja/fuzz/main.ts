import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { agree, type FuzzCase, type Outcome, outcomeOf } from './compare.ts';
import { makePayload } from './payload.ts';
import { Random } from './random.ts';
import { Templates } from './templates.ts';

/**
 * Renders random templates here and in Python's Jinja2 and prints where they differ. Exits with 1 when they do.
 * Options: --runs, --seed, --python (an interpreter that has jinja2), --show (differences printed), --store FILE (keeps all cases and Python's answers).
 */
const { values: options } = parseArgs({
  args: process.argv.slice(2),
  options: {
    runs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    python: { type: 'string', default: '/usr/bin/python3' },
    show: { type: 'string', default: '20' },
    store: { type: 'string' },
  },
});

/** The case that belongs to a seed. */
function caseOf(seed: number): FuzzCase {
  const random = new Random(seed);
  return { payload: makePayload(random), template: new Templates(random).make() };
}

/** Asks Python for all cases, in their order; null where its answer cannot be compared. */
async function* askPython(cases: Iterable<FuzzCase>): AsyncGenerator<Outcome | null> {
  const script = fileURLToPath(new URL('reference.py', import.meta.url));
  const python = spawn(options.python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  try {
    for (const one of cases) {
      python.stdin.write(`${JSON.stringify(one)}\n`);
      const { value } = await lines.next();
      if (value === undefined) throw new Error(`${options.python} gave no answer; does it have jinja2?`);
      yield JSON.parse(value) as Outcome | null;
    }
  } finally {
    python.stdin.end();
  }
}

async function main(): Promise<void> {
  const [runs, seed, show] = [options.runs, options.seed, options.show].map(Number) as [number, number, number];
  const cases = Array.from({ length: runs }, (_, i) => caseOf(seed * 1_000_000 + i));
  const stored: string[] = [];
  let [compared, failed, different] = [0, 0, 0];
  let i = 0;
  for await (const theirs of askPython(cases)) {
    const one = cases[i++] as FuzzCase;
    if (theirs === null) continue;
    compared++;
    if ('error' in theirs) failed++;
    stored.push(JSON.stringify({ ...one, ...theirs }));
    const ours = outcomeOf(one);
    if (agree(ours, theirs)) continue;
    different++;
    if (different <= show) {
      console.log(`seed ${seed * 1_000_000 + i - 1}\n  template ${JSON.stringify(one.template)}\n  payload  ${one.payload}`);
      console.log(`  Python   ${JSON.stringify(theirs)}\n  here     ${JSON.stringify(ours)}`);
    }
  }
  if (options.store !== undefined) writeFileSync(options.store, `${stored.join('\n')}\n`);
  console.log(`${compared} templates compared, ${failed} of them failing in Python; ${different} differences`);
  process.exitCode = different === 0 ? 0 : 1;
}

await main();
