import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Environment, parseJson, TemplateError } from '../../src/index.ts';
import type { PyDict } from '../../src/values/dict.ts';
import type { Value } from '../../src/values/types.ts';

type Case = { name: string; template: string; expected?: string; error?: { type: string; message: string } };

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const cases: Case[] = read('cases.jsonl')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));

const environment = new Environment();
const contextText = read('context.jsonl');

/** As an object of values, whose own values keep Python's ints and floats apart. */
const newContext = (): Map<string, Value> => new Map([...(parseJson(contextText) as PyDict).pairs()] as [string, Value][]);

function outcome(template: string): Pick<Case, 'expected' | 'error'> {
  try {
    return { expected: environment.compile(template).render(newContext()) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { error: { type: error.pyName, message: error.message } };
  }
}

test('the cases are many', () => expect(cases.length).toBeGreaterThan(400));

test.each(cases.map((row) => [`${row.name}: ${row.template}`, row] as const))('%s', (_name, { template, expected, error }) => {
  expect(outcome(template)).toEqual(error === undefined ? { expected } : { error });
});
