import fc from 'fast-check';
import { dereference, isObject, type Json, type Operation } from './operations.ts';

export type ApiRequest = {
  method: Operation['method'];
  url: string;
  headers: Readonly<Record<string, string>>;
  payload?: string;
};

/** Ids that mean something in an organization, by the path of their collection: `users`, `alert_groups`, … */
export type Pool = Readonly<Record<string, readonly string[]>>;

/** What ids a key holds, where its name does not say so. */
const KIND_OF_KEY: Readonly<Record<string, string>> = {
  team: 'teams',
  team_to_notify: 'teams',
  schedule: 'schedules',
  notify_on_call_from_schedule: 'schedules',
  persons_to_notify: 'users',
  persons_to_notify_next_each_time: 'users',
  member: 'users',
  rolling_user: 'users',
  beneficiary: 'users',
  benefactor: 'users',
  user: 'users',
  shift: 'on_call_shifts',
  action_to_trigger: 'webhooks',
  webhook: 'webhooks',
  integration_filter: 'integrations',
};

/** Ids that belong at a key; all of them where nothing says which. */
function idsFor(pool: Pool, key: string): readonly string[] {
  const named = KIND_OF_KEY[key] ?? KIND_OF_KEY[key.replace(/s$/, '')] ?? key.replace(/_ids?$/, 's').replace(/ys$/, 'ies');
  return pool[named] ?? Object.values(pool).flat();
}

/** No test calls an address outside: these are refused before anybody is called. */
const ADDRESSES = ['http://127.0.0.1:9/calendar.ics', 'ftp://example.net/x', 'http://[::1]/', 'https://', 'not an address'];
const TEXTS = [
  '2026-03-02T09:00:00Z',
  '2026-03-02T09:00:00',
  '2026-03-03T17:30:00+01:00',
  '2026-02-30T09:00:00Z',
  '9999-12-31T23:59:59Z',
  '0001-01-01T00:00:00Z',
  '2026-03-02',
  '2026-03-09',
  '2026-03-01T00:00:00_2026-03-05T00:00:00',
  '08:00:00Z',
  '25:00:00Z',
  'Europe/Berlin',
  'Mars/Base',
  '{{ payload.title }}',
  '{% if %}',
  '{{ 1 / 0 }}',
  '(a+)+$',
  '[unclosed',
  'current',
  'null',
  'true',
  'new',
  '0',
  '-1',
  '60',
  '1e9',
  '99999999999999999999',
  'RRULE:FREQ=DAILY',
  'a\u0000b',
  '\ud800',
  '%',
  "'; drop table users; --",
  '../../etc/passwd',
  '__proto__',
  'ж'.repeat(300),
  '',
  ' ',
];

const textOf = (pool: Pool, key: string): fc.Arbitrary<string> =>
  /url|link|host/.test(key)
    ? fc.constantFrom(...ADDRESSES)
    : fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom('none', ...idsFor(pool, key)) },
        { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
        { weight: 2, arbitrary: fc.string({ maxLength: 40 }) },
        { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
      );

const NUMBERS = [0, 1, 60, 300, 86_400, -1, 2_147_483_647, 2_147_483_648, -2_147_483_649, 2 ** 53, 1e300, 0.5, -0];
const anyNumber = fc.oneof(fc.constantFrom(...NUMBERS), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));

/** Any JSON value, wherever it is put. */
const anything = (pool: Pool): fc.Arbitrary<unknown> =>
  fc.oneof(
    textOf(pool, ''),
    anyNumber,
    fc.boolean(),
    fc.constantFrom(null, { toString: 1, valueOf: 'x' }, { length: 3 }, { constructor: null }),
    fc.array(textOf(pool, ''), { maxLength: 4 }),
    fc.array(fc.array(textOf(pool, ''), { maxLength: 3 }), { maxLength: 3 }),
    fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>, { maxKeys: 3 }),
    fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>,
  );

/** Values that a schema allows. */
function allowed(document: Json, schema: unknown, pool: Pool, key: string, depth = 0): fc.Arbitrary<unknown> {
  const known = dereference(document, schema);
  if (depth > 6) return fc.constant(null);
  const within = (inner: unknown, name = key): fc.Arbitrary<unknown> => allowed(document, inner, pool, name, depth + 1);
  if (known.const !== undefined) return fc.constant(known.const);
  if (Array.isArray(known.enum)) return fc.constantFrom(...known.enum);
  const options = known.anyOf ?? known.oneOf;
  if (Array.isArray(options)) return fc.oneof(...options.map((option) => within(option)));
  const types = [known.type].flat();
  if (types.length > 1) return fc.oneof(...types.map((type) => within({ ...known, type })));
  switch (types[0]) {
    case 'object': {
      const properties = isObject(known.properties) ? known.properties : {};
      const fields = Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, within(inner, name)]));
      const required = Array.isArray(known.required) ? known.required.map(String) : [];
      const named = fc.record(fields, { requiredKeys: required.filter((name) => fields[name] !== undefined) });
      if (!isObject(known.additionalProperties)) return named;
      return fc.dictionary(textOf(pool, ''), within(known.additionalProperties), { maxKeys: 3 });
    }
    case 'array':
      return fc.array(known.items === undefined ? anything(pool) : within(known.items, key.replace(/s$/, '')), { maxLength: 3 });
    case 'string':
      return known.format === 'date-time' ? fc.constantFrom('2026-03-02T09:00:00Z', '2026-03-09T08:00:00Z') : textOf(pool, key);
    case 'integer':
      return fc.oneof(
        fc.integer(rangeOf(known)),
        fc.constantFrom(...[60, 300, 3600].map((value) => Math.min(value, rangeOf(known).max ?? value))),
      );
    case 'number':
      return fc.integer(rangeOf(known));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return anything(pool);
  }
}

const rangeOf = ({ minimum, maximum }: Json): { min?: number; max?: number } => ({
  ...(typeof minimum === 'number' ? { min: Math.ceil(minimum) } : {}),
  ...(typeof maximum === 'number' ? { max: Math.floor(maximum) } : {}),
});

/** An allowed body some of whose keys hold something else, or that has keys which nobody knows. */
const nearly = (document: Json, schema: Json, pool: Pool): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      allowed(document, schema, pool, ''),
      fc.array(fc.tuple(fc.nat(), anything(pool)), { maxLength: 3 }),
      fc.option(fc.tuple(textOf(pool, ''), anything(pool)), { nil: undefined }),
    )
    .map(([body, changes, extra]) => {
      if (!isObject(body)) return body;
      const changed: Record<string, unknown> = { ...body };
      const keys = Object.keys(isObject(schema.properties) ? schema.properties : changed);
      for (const [index, value] of changes) if (keys.length > 0) changed[keys[index % keys.length] ?? ''] = value;
      if (extra !== undefined) changed[extra[0]] = extra[1];
      return changed;
    });

const BROKEN = [
  '',
  'nonsense',
  '{"a":',
  '[]',
  '[{}]',
  '"text"',
  '5',
  'null',
  '{"__proto__":{"admin":true}}',
  '{"name":"\\ud800"}',
];
const BROKEN_BODIES = [...BROKEN, `${'['.repeat(1_200)}${']'.repeat(1_200)}`, '{"position":1e999}', '{"position":-0}'];

const jsonHeaders = { 'content-type': 'application/json' };

function bodyOf(document: Json, schema: Json, pool: Pool): fc.Arbitrary<Pick<ApiRequest, 'headers' | 'payload'>> {
  const json = (value: unknown) => ({ headers: jsonHeaders, payload: JSON.stringify(value) ?? 'null' });
  const form = (values: Record<string, string>) => ({
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(values).toString(),
  });
  return fc.oneof(
    { weight: 6, arbitrary: allowed(document, schema, pool, '').map(json) },
    { weight: 6, arbitrary: nearly(document, schema, pool).map(json) },
    { weight: 1, arbitrary: fc.constantFrom(...BROKEN_BODIES).map((payload) => ({ headers: jsonHeaders, payload })) },
    { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('name', 'type', 'text', 'url'), textOf(pool, '')).map(form) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('text/plain', 'multipart/form-data; boundary=x')
        .map((type) => ({ headers: { 'content-type': type }, payload: 'x' })),
    },
  );
}

/** Percent signs that decode to nothing are a request's own mistake; they are sent too. */
const inPath = (text: string): string => (text.includes('%') ? text : encodeURIComponent(Buffer.from(text).toString()));

/** Requests to one operation: allowed, nearly allowed and broken ones, with ids of the pool. */
export function requestsTo(document: Json, operation: Operation, pool: Pool): fc.Arbitrary<ApiRequest> {
  const inPathOf = operation.parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = operation.parameters.filter((parameter) => parameter.in === 'query');
  const path = fc
    .tuple(
      ...inPathOf.map(({ name }, index) => {
        const collection = operation.path.split('/{')[index]?.split('/').at(-1) ?? '';
        return fc.oneof(
          { weight: 8, arbitrary: fc.constantFrom(...(pool[collection] ?? Object.values(pool).flat())) },
          { weight: 1, arbitrary: textOf(pool, name) },
        );
      }),
    )
    .map((values) =>
      inPathOf.reduce(
        (text, { name }, index) => text.replace(`{${name}}`, inPath(String(values[index])) || 'none'),
        operation.path,
      ),
    );
  const query = fc
    .record(
      Object.fromEntries(
        inQuery.map(({ name, schema }) => {
          const value = fc.oneof(allowed(document, schema, pool, name), textOf(pool, name));
          return [name, fc.oneof({ weight: 5, arbitrary: value.map((one) => [one]) }, fc.array(value, { maxLength: 3 }))];
        }),
      ),
      { requiredKeys: inQuery.filter(({ required }) => required === true).map(({ name }) => name) },
    )
    .map((values) => {
      const pairs = Object.entries(values).flatMap(([name, all]) =>
        all.map((one) => `${encodeURIComponent(name)}=${inPath(String(one))}`),
      );
      return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
    });
  const body: fc.Arbitrary<Pick<ApiRequest, 'headers' | 'payload'>> =
    operation.body === null ? fc.constant({ headers: {} }) : bodyOf(document, operation.body, pool);
  return fc.tuple(path, fc.constantFrom('', '/'), query, body).map(([at, slash, search, rest]) => ({
    method: operation.method,
    url: `${at}${slash}${search}`,
    ...rest,
  }));
}
