import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Environment, parseJson, TemplateError, TemplateSyntaxError, toStr } from '../../src/index.ts';
import { PyDict } from '../../src/values/dict.ts';
import type { Value } from '../../src/values/types.ts';

/** Templates in templates.json, and what the real Jinja2 answered (generate.py) in results.json. */
const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

type Answer = string | { readonly type: string; readonly message?: string; readonly line?: number };
const groups = parseJson(read('./templates.json')) as Value[];
const results = JSON.parse(read('./results.json')) as Answer[][];

const field = (dict: Value, name: string): Value => (dict instanceof PyDict ? (dict.getText(name) ?? null) : null);

function environment(options: Value): Environment {
  const on = (name: string): boolean => field(options, name) === true;
  return new Environment({
    extensions: on('ext') ? ['do', 'loopcontrols'] : [],
    syntax: {
      trimBlocks: on('trim_blocks'),
      lstripBlocks: on('lstrip_blocks'),
      keepTrailingNewline: on('keep_trailing_newline'),
    },
  });
}

function answer(env: Environment, template: string, context: Value): Answer {
  const names = new Map<string, unknown>();
  if (context instanceof PyDict) for (const [name, value] of context.pairs()) names.set(toStr(name), value);
  try {
    return env.render(template, names);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { pyName: type, message } = error;
    return error instanceof TemplateSyntaxError && error.line !== undefined
      ? { type, message, line: error.line }
      : { type, message };
  }
}

describe.each(groups.map((group, i) => [toStr(field(group, 'group')), group, results[i] ?? []] as const))(
  '%s',
  (_, group, expected) => {
    const env = environment(field(group, 'options'));
    const templates = (field(group, 'templates') as Value[]).map((template, i) => [toStr(template), expected[i]] as const);
    test.each(templates)('%s', (template, wanted) => {
      const got = answer(env, template, field(group, 'context'));
      if (typeof wanted === 'object' && wanted.type === 'SyntaxError') expect(got).toMatchObject({ type: 'TemplateSyntaxError' });
      else expect(got).toEqual(wanted);
    });
  },
);
