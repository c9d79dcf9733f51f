import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Environment, oncall, parseJson, TemplateError, toStr } from '../src/index.ts';
import { PyDict } from '../src/values/dict.ts';
import type { Value } from '../src/values/types.ts';
import { kindOf } from './support/kind.ts';

/** Templates of real on-call rules with what Jinja2 3.1 makes of them. Numbers keep their Python forms. */
const corpus = parseJson(readFileSync(new URL('./cases/corpus.json', import.meta.url), 'utf8')) as Value[];

/** Jinja2's own errors must agree in type and message; of Python's the kind must. */
const OWN_ERRORS = /^(Template.*Error|UndefinedError|SecurityError)$/;

const field = (row: Value, name: string): Value | undefined => (row instanceof PyDict ? row.getText(name) : undefined);

function clockAt(now: Value | undefined): () => number {
  const text = now === undefined ? '2026-01-15T10:20:30.123456+00:00' : toStr(now);
  const micros = Number(/\.(\d{6})/.exec(text)?.[1] ?? 0);
  return () => Date.parse(text.replace(/\.\d+/, '')) * 1000 + micros;
}

function outcome(row: Value): unknown {
  const template = toStr(field(row, 'template'));
  const given = field(row, 'context');
  const context = new Map<string, unknown>([['payload', field(row, 'payload')]]);
  if (given instanceof PyDict) for (const [name, value] of given.pairs()) if (name !== '__now__') context.set(toStr(name), value);
  const env = oncall(new Environment({ clock: clockAt(field(given ?? null, '__now__')) }));
  try {
    return env.render(template, context);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { pyName: type, message } = error;
    return OWN_ERRORS.test(type) ? { kind: kindOf(error), type, message } : { kind: kindOf(error) };
  }
}

function expected(row: Value): unknown {
  const error = field(row, 'error');
  if (error === undefined) return toStr(field(row, 'expected'));
  const [kind, type, message] = ['kind', 'type', 'message'].map((name) => toStr(field(error, name)));
  return OWN_ERRORS.test(type ?? '') ? { kind, type, message } : { kind };
}

test('there are 635 cases, 133 of them errors', () => {
  expect(corpus.length).toBe(635);
  expect(corpus.filter((row) => field(row, 'error') !== undefined).length).toBe(133);
});

test.each(corpus.map((row) => [toStr(field(row, 'name')), row] as const))('%s', (_name, row) => {
  expect(outcome(row)).toEqual(expected(row));
});
