import { typeError } from '../errors.ts';
import { type NativeFunction, native } from '../native.ts';
import { Undefined } from '../runtime/undefined.ts';
import { truthy, typeName } from '../values/ops.ts';
import { textOf } from '../values/text.ts';
import type { Value } from '../values/types.ts';
import { prettyPrint } from './pretty-print.ts';

const defaultFilter = native(
  'do_default',
  'value, default_value=, boolean=False',
  ([value = null, fallback = null, boolean = null], rt): Value =>
    value instanceof Undefined || (truthy(boolean, rt) && !truthy(value, rt)) ? fallback : value,
);

export const valueFilters: readonly (readonly [string, NativeFunction])[] = [
  [
    'attr',
    native('do_attr', '@, obj, name', ([object = null, name = null], rt) => {
      const text = textOf(name);
      if (text === undefined) throw typeError(`attribute name must be string, not '${typeName(name)}'`);
      return rt.env.attributeOnly(object, text, rt);
    }),
  ],
  ['d', defaultFilter],
  ['default', defaultFilter],
  ['pprint', native('do_pprint', 'value', ([value = null], rt) => prettyPrint(value, rt))],
];
