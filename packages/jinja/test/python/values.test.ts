import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Budget } from '../../src/budget.ts';
import { TemplateError } from '../../src/errors.ts';
import type { Runtime } from '../../src/runtime-types.ts';
import { PyBytes } from '../../src/values/bytes.ts';
import { fromIsoFormat, fromTimestamp, strptime } from '../../src/values/datetime/datetime.ts';
import { PyTimeDelta } from '../../src/values/datetime/timedelta.ts';
import { PyDict } from '../../src/values/dict.ts';
import { formatValue } from '../../src/values/format/value.ts';
import { parseJson } from '../../src/values/json.ts';
import { dumpJson } from '../../src/values/json-dumps.ts';
import {
  absolute,
  binary,
  call,
  contains,
  equals,
  getAttr,
  length,
  order,
  repr,
  slice,
  str,
  toArray,
  truthy,
  unary,
} from '../../src/values/ops.ts';
import { PyTuple } from '../../src/values/tuple.ts';
import type { BinaryOp, OrderOp, Value } from '../../src/values/types.ts';

const unused = (): never => {
  throw new Error('Operations on values do not ask for this');
};
const newRuntime = (): Runtime => ({
  budget: new Budget({ timeMs: 60_000 }),
  clock: unused,
  random: unused,
  env: { getAttribute: unused, getItem: unused },
});

/** What `generate_values.py` wrote for values that JSON does not know. */
function decode(v: Value, rt: Runtime): Value {
  if (Array.isArray(v)) return v.map((item) => decode(item, rt));
  if (!(v instanceof PyDict)) return v;
  const content = v.getText('v') as Value;
  switch (v.getText('$')) {
    case 'tuple':
      return new PyTuple(decode(content, rt) as Value[]);
    case 'dict':
      return PyDict.of(decode(content, rt) as [Value, Value][], rt);
    case 'datetime':
      return fromIsoFormat(content as string);
    case 'date':
      return callMethod(fromIsoFormat(content as string), 'date', [], null, rt);
    case 'time':
      return callMethod(fromIsoFormat(content as string), 'timetz', [], null, rt);
    case 'timezone':
      return getAttr(fromIsoFormat(content as string), 'tzinfo', rt) as Value;
    case 'bytes':
      return new PyBytes(Uint8Array.from(Buffer.from(content as string, 'latin1')));
    case 'timedelta':
      return new PyTimeDelta(BigInt(content as number | bigint));
    default:
      throw new Error('unknown type');
  }
}

const kwargsOf = (v: Value): Map<string, Value> | null => {
  if (v === null) return null;
  const pairs = [...(v as PyDict).pairs()] as [string, Value][];
  return pairs.length === 0 ? null : new Map(pairs);
};

function callMethod(target: Value, name: string, args: Value, kwargs: Value, rt: Runtime): Value {
  const method = getAttr(target, name, rt);
  if (method === undefined) throw new Error(`${name} is missing`);
  return call(method, args as Value[], kwargsOf(kwargs), rt);
}

function run(operation: string, a: Value, b: Value, c: Value, d: Value, rt: Runtime): Value {
  switch (operation) {
    case '==':
      return equals(a, b, rt);
    case '<':
    case '<=':
    case '>':
      return order(operation as OrderOp, a, b, rt);
    case 'in':
      return contains(b, a, rt);
    case 'neg':
      return unary('-', a, rt);
    case 'pos':
      return unary('+', a, rt);
    case 'abs':
      return absolute(a, rt);
    case 'not':
      return !truthy(a, rt);
    case 'len':
      return length(a, rt);
    case 'str':
      return str(a, rt);
    case 'repr':
      return repr(a, rt);
    case 'hash':
      return PyDict.of([[a, 1]], rt);
    case 'samekey': {
      const dict = PyDict.empty();
      dict.set(a, 1, rt);
      dict.set(b, 2, rt);
      return dict.size;
    }
    case 'list':
      return toArray(a, rt);
    case 'slice':
      return slice(a, b, c, d, rt);
    case 'call':
      return callMethod(a, b as string, c, d, rt);
    case 'chain': {
      const step = (value: Value, part: Value): Value => {
        if (Array.isArray(part)) return callMethod(value, part[0] as string, part[1] as Value, part[2] as Value, rt);
        return getAttr(value, part as string, rt) as Value;
      };
      return (b as Value[]).reduce(step, a);
    }
    case 'mutate':
      return new PyTuple([callMethod(a, b as string, c, d, rt), a]);
    case 'format':
      return formatValue(a, b as string, rt);
    case 'strptime':
      return strptime(a as string, b as string);
    case 'fromisoformat':
      return fromIsoFormat(a as string);
    case 'timestamp':
      return fromTimestamp(a, null);
    case 'loads':
      return parseJson(a as string);
    case 'dumps': {
      const indent = (b as PyDict).getText('indent');
      const style = {
        sortKeys: (b as PyDict).getText('sort_keys') === true,
        ensureAscii: (b as PyDict).getText('ensure_ascii') !== false,
      };
      return dumpJson(a, typeof indent === 'number' ? { ...style, indent: ' '.repeat(indent) } : style, rt);
    }
    default:
      return binary(operation as BinaryOp, a, b, rt);
  }
}

/** The repr of the result, or class and message of the error. */
function answer(operation: string, operands: readonly Value[], rt: Runtime): string {
  try {
    const [a = null, b = null, c = null, d = null] = operands.map((operand) => decode(operand, rt));
    return repr(run(operation, a, b, c, d, rt), rt);
  } catch (error) {
    if (error instanceof TemplateError) return `${error.pyName}: ${error.message}`;
    throw error;
  }
}

const lines = readFileSync(new URL('values.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');
const byOperation = new Map<string, Value[][]>();
for (const line of lines) {
  const row = parseJson(line) as Value[];
  const rows = byOperation.get(row[0] as string);
  if (rows === undefined) byOperation.set(row[0] as string, [row]);
  else rows.push(row);
}

test.each([...byOperation])('%s answers as Python does', (operation, rows) => {
  const different: string[] = [];
  for (const row of rows) {
    const expected = row.at(-1) as Value;
    const rt = newRuntime();
    const wanted = expected instanceof PyDict ? `${expected.getText('error')}: ${expected.getText('message')}` : expected;
    const got = answer(operation.replace('object ', ''), row.slice(1, -1), rt);
    if (got !== wanted)
      different.push(
        `${dumpJson(row.slice(1, -1), { ensureAscii: false }, rt)}\n    Python ${String(wanted)}\n    here   ${got}`,
      );
  }
  expect(different).toEqual([]);
});
