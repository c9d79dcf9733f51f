import { PyObject, type Value } from './types.ts';

/** A subtype of str: whatever takes a str takes it too. */
export abstract class TextObject extends PyObject {
  abstract readonly value: string;
}

/** The text of a str or a subtype of it; undefined for anything else. */
export function textOf(v: Value): string | undefined {
  if (typeof v === 'string') return v;
  return v instanceof TextObject ? v.value : undefined;
}
