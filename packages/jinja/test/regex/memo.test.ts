import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileProgram } from '../../src/regex/compile.ts';
import { Matcher } from '../../src/regex/match.ts';
import { parsePattern } from '../../src/regex/parse.ts';

type Shown = [start: number, end: number, groups: (string | null)[]] | null;
type Case = {
  flavour: 're' | 'regex';
  pattern: string;
  error?: string;
  answers?: [text: string, search: Shown, match: Shown, unknown][];
};

const cases = JSON.parse(readFileSync(new URL('../cases/regex.json', import.meta.url), 'utf8')) as Case[];

const codesOf = (text: string): Int32Array => Int32Array.from(text, (char) => char.codePointAt(0) ?? 0);

function shown(matcher: Matcher, codes: Int32Array, found: boolean): Shown {
  if (!found) return null;
  const { slots } = matcher;
  const groups = Array.from({ length: slots.length / 2 - 1 }, (_, index) => {
    const [start = -1, end = -1] = [slots[index * 2 + 2], slots[index * 2 + 3]];
    return start < 0 || end < 0 ? null : String.fromCodePoint(...codes.subarray(start, end));
  });
  return [slots[0] ?? -1, slots[1] ?? -1, groups];
}

// Searches remember failures only when they take some time, which these never do: here all of them do so from the start.
test('remembering where a pattern failed changes no answer', () => {
  const different: unknown[] = [];
  for (const { flavour, pattern, error, answers = [] } of cases) {
    if (error !== undefined) continue;
    const program = compileProgram(parsePattern(pattern, flavour));
    for (const [text, search, match] of answers) {
      const codes = codesOf(text);
      let left = 8000;
      const matcher = new Matcher(program, codes, { expired: () => --left < 0 }, true);
      const found = [shown(matcher, codes, matcher.search(0)), shown(matcher, codes, matcher.match(0))];
      if (JSON.stringify(found) !== JSON.stringify([search, match]))
        different.push([flavour, pattern, text, found, search, match]);
    }
  }
  expect(different).toEqual([]);
});
