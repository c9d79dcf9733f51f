import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type FuzzCase, type Outcome, outcomeOf } from '../fuzz/compare.ts';

/** What the fuzzer made from one seed, with Jinja2's answers: `npm run fuzz -- --runs 1200 --seed 42 --store fuzz/stored.jsonl` writes it anew. */
const stored: (FuzzCase & Outcome)[] = readFileSync(new URL('../fuzz/stored.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));

test('random templates render as they did in Jinja2', () => {
  expect(stored.length).toBeGreaterThan(1000);
  for (const { template, payload, ...theirs } of stored) {
    expect(outcomeOf({ template, payload }), `${template}\nwith ${payload}`).toEqual(theirs);
  }
});
