import { PythonError, parseJson, toStr, type Value } from '@tocsin/jinja';

/** A value as templates hold it. */
export type TemplateValue = Value;

/** The payload of an alert: its text, and what it is read into when somebody asks. */
export class PayloadSource {
  readonly text: string;
  #value: Value | undefined;
  #plain: unknown;

  constructor(text: string) {
    this.text = text;
  }

  /** For templates; each render works on a copy of its own. @throws PythonError when the text is not JSON */
  get value(): Value {
    this.#value ??= parseJson(this.text);
    return this.#value;
  }

  /** For our own reading, where Python's numbers do not matter. */
  get plain(): unknown {
    this.#plain ??= JSON.parse(this.text);
    return this.#plain;
  }
}

/** Python's `str(value)`. */
export const pythonText = (value: Value): string => (typeof value === 'string' ? value : toStr(value));

/** The value of JSON text; undefined when it is none. */
export function parseJsonValue(text: string): Value | undefined {
  try {
    return parseJson(text);
  } catch (err) {
    if (err instanceof PythonError) return undefined;
    throw err;
  }
}

type Mapping = { readonly typeName: 'dict'; pairs(): Iterable<[Value, Value]> };

const isMapping = (value: Value): value is Value & Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && value.typeName === 'dict';

/** Members of a JSON object; null for any other value. */
export const mappingItems = (value: Value): [string, Value][] | null =>
  isMapping(value) ? [...value.pairs()].map(([key, member]) => [pythonText(key), member]) : null;

/** What Python calls str, int, float or bool. */
export const isScalar = (value: Value): boolean =>
  value !== null && (typeof value !== 'object' || (!Array.isArray(value) && value.typeName === 'float'));

/** A member of a payload that is an object; undefined when there is none. */
export function payloadMember(payload: PayloadSource, key: string): unknown {
  const { plain } = payload;
  return typeof plain === 'object' && plain !== null && Object.hasOwn(plain, key)
    ? (plain as Record<string, unknown>)[key]
    : undefined;
}

/** JSON text that is the same for equal values, whatever the order of their keys. */
export function jsonOfSortedKeys(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonOfSortedKeys).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${jsonOfSortedKeys(member)}`).join(',')}}`;
}
