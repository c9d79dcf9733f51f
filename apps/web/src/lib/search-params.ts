/** Search parameters of a page as they stand in its URL: flat names, repeated for lists. */
export type RawSearch = Readonly<Record<string, string | readonly string[]>>;

/** Reads `?a=1&b=2&b=3` into `{a: '1', b: ['2', '3']}`. */
export function parseSearch(text: string): RawSearch {
  const search: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const known = search[name];
    search[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value];
  }
  return search;
}

/** Writes what `parseSearch` reads. Empty values are left out, so defaults do not clutter links. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null && item !== '' && item !== false) out.append(name, String(item));
    }
  }
  const text = out.toString().replaceAll('%3A', ':').replaceAll('%2C', ',');
  return text === '' ? '' : `?${text}`;
}

/** The first value of a parameter; undefined when absent or empty. */
export function one(value: unknown): string | undefined {
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : undefined;
}

/** All values of a parameter. */
export const many = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === 'string' && item !== '');

/** The value when it is one of those allowed. */
export const oneOf = <Value extends string>(value: unknown, allowed: readonly Value[]): Value | undefined =>
  allowed.find((item) => item === one(value));

/** The value when it names a time zone, such as `Asia/Tokyo`. */
export function zoneOf(value: unknown): string | undefined {
  const name = one(value);
  if (name === undefined) return undefined;
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
    return name;
  } catch (error) {
    if (error instanceof RangeError) return undefined; // there is no such zone
    throw error;
  }
}
