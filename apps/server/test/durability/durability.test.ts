import { beforeAll, expect, test } from 'vitest';
import { build } from '../program.ts';
import { runDurability } from './run.ts';

/** `npm run durability -- --rounds 20 --seed 1` makes it long. */
const rounds = Number(process.env.TOCSIN_DURABILITY_ROUNDS ?? '2');
const seed = Number(process.env.TOCSIN_DURABILITY_SEED ?? '1');
const shapes = (process.env.TOCSIN_DURABILITY_SHAPES ?? 'embedded,split').split(',') as ('embedded' | 'split')[];
const say = (line: string) => process.stdout.write(`${line}\n`);

beforeAll(build, 300_000);

test.each(shapes)(
  'kill -9 under load loses no alert, no order, no escalation, and sends no page twice: %s',
  async (shape) => {
    const { violations, summary } = await runDurability({ shape, rounds, seed, say });
    say(`${shape}: ${JSON.stringify(summary)}`);
    expect(violations).toEqual([]);
    expect(summary.accepted).toBeGreaterThan(rounds * 10);
    expect(summary.mails).toBeGreaterThan(0);
    expect(summary.calls).toBeGreaterThan(0);
  },
  300_000 + rounds * 60_000,
);
