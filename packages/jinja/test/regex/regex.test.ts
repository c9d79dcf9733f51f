import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  compilePythonRegex,
  RegexGroupError,
  type RegexLimits,
  type RegexMatch,
  RegexSyntaxError,
} from '../../src/regex/index.ts';

type Shown = [start: number, end: number, groups: (string | null)[]] | null;
type Case = {
  flavour: 're' | 'regex';
  pattern: string;
  error?: string;
  replacement?: string;
  answers?: [text: string, search: Shown, match: Shown, replaced: string | { error: string }][];
};

const cases = JSON.parse(readFileSync(new URL('../cases/regex.json', import.meta.url), 'utf8')) as Case[];

/** Far more than any of the patterns needs: a wrong turn ends the test instead of hanging it. */
function patience(): RegexLimits {
  let checks = 8000;
  return { expired: () => --checks < 0 };
}

const shown = (match: RegexMatch | undefined): Shown =>
  match === undefined ? null : [match.start, match.end, match.groups.slice(1).map((group) => group ?? null)];

function replaced(pattern: ReturnType<typeof compilePythonRegex>, replacement: string, text: string): string | { error: string } {
  try {
    return pattern.sub(replacement, text, patience());
  } catch (error) {
    if (error instanceof RegexGroupError) return { error: 'IndexError' };
    if (error instanceof RegexSyntaxError) return { error: 'error' };
    throw error;
  }
}

function answerTo({ flavour, pattern, replacement = '<\\g<0>>', answers = [] }: Case): Case['answers'] | 'refused' {
  let compiled: ReturnType<typeof compilePythonRegex>;
  try {
    compiled = compilePythonRegex(pattern, { flavour });
  } catch (error) {
    if (error instanceof RegexSyntaxError) return 'refused';
    throw error;
  }
  return answers.map(([text]) => {
    const search = shown(compiled.search(text, patience()));
    const match = shown(compiled.match(text, patience()));
    const agrees =
      compiled.test(text, patience()) === (search !== null) && compiled.testStart(text, patience()) === (match !== null);
    if (!agrees) throw new Error(`${pattern}: test and search disagree`);
    return [text, search, match, replaced(compiled, replacement, text)];
  });
}

test('finds and replaces what Python does, and refuses what Python refuses', () => {
  expect(cases.length).toBeGreaterThan(1500);
  const different = cases.filter((one) => {
    const wanted = one.error === undefined ? JSON.stringify(one.answers) : '"refused"';
    return JSON.stringify(answerTo(one)) !== wanted;
  });
  expect(different.map((one) => [one.flavour, one.pattern, answerTo(one), one.error ?? one.answers])).toEqual([]);
});
