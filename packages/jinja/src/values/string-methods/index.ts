import { bindNames, textArg } from '../args.ts';
import { PyBytes } from '../bytes.ts';
import { formatMethods } from '../format/str-format.ts';
import type { Method } from '../types.ts';
import { caseMethods } from './case.ts';
import { padMethods } from './pad.ts';
import { predicateMethods } from './predicates.ts';
import { searchMethods } from './search.ts';
import { splitMethods } from './split.ts';
import { encodeText, translateMethods } from './translate.ts';

const encode: Method = (self, args, kwargs, rt) => {
  const [encoding, errors] = bindNames('encode', ['encoding', 'errors'], 0, args, kwargs);
  const text = self as string;
  rt.budget.grow(4 * text.length);
  return new PyBytes(
    encodeText(
      text,
      encoding === undefined ? 'utf-8' : textArg(encoding, 'encode', "'encoding'"),
      errors === undefined ? 'strict' : textArg(errors, 'encode', "'errors'"),
    ),
  );
};

/** All methods of str. */
export const stringMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ...caseMethods,
  ...predicateMethods,
  ...splitMethods,
  ...searchMethods,
  ...padMethods,
  ...translateMethods,
  ...formatMethods,
  ['encode', encode],
]);
