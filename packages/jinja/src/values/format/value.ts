import { typeError, valueError } from '../../errors.ts';
import type { Runtime } from '../../runtime-types.ts';
import { codePointLength, codePointSlice } from '../code-points.ts';
import { str, typeName } from '../protocol.ts';
import { textOf } from '../text.ts';
import { PyFloat, PyObject, type Value } from '../types.ts';
import { formatFloat, formatInt } from './number.ts';
import { padTo } from './pad.ts';
import { parseSpec, unknownCode } from './spec.ts';

/**
 * Python's `format(v, spec)`.
 * @throws PythonError ValueError for a bad spec, TypeError for a type that takes none
 */
export function formatValue(v: Value, spec: string, rt: Runtime): string {
  if (spec === '') return str(v, rt);
  const text = textOf(v);
  if (text !== undefined) return formatText(text, spec, typeName(v), rt);
  switch (typeof v) {
    case 'number':
    case 'bigint':
      return formatInt(v, spec, 'int', rt);
    case 'boolean':
      return formatInt(v ? 1 : 0, spec, 'bool', rt);
    default: {
      if (v instanceof PyFloat) return formatFloat(v.value, spec, rt);
      const shown = v instanceof PyObject ? v.format(spec, rt) : undefined;
      if (shown === undefined)
        throw typeError(`unsupported format string passed to ${v instanceof PyObject ? v.className : typeName(v)}.__format__`);
      return shown;
    }
  }
}

function formatText(text: string, specText: string, name: string, rt: Runtime): string {
  const spec = parseSpec(specText, name, { type: 's', align: '<' });
  if (spec.type !== 's') throw unknownCode(spec.type, name);
  if (spec.sign === ' ') throw valueError('Space not allowed in string format specifier');
  if (spec.sign !== '') throw valueError('Sign not allowed in string format specifier');
  if (spec.noNegativeZero) throw valueError('Negative zero coercion (z) not allowed in string format specifier');
  if (spec.alternate) throw valueError('Alternate form (#) not allowed in string format specifier');
  if (spec.align === '=') throw valueError("'=' alignment not allowed in string format specifier");
  const cut = spec.precision >= 0 && spec.precision < codePointLength(text) ? codePointSlice(text, 0, spec.precision) : text;
  return padTo('', cut, spec, rt);
}
