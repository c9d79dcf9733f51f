import { Type } from 'typebox';
import { type GuardValues, parseNetwork } from '../../../integrations/index.ts';
import type { ErrorBody } from '../conventions/api-error.ts';
import { custom, type Field, Invalid, isObject, pythonType } from '../conventions/fields.ts';

/** Stands for a secret in answers; sent back it changes nothing. */
export const MASK = '*'.repeat(16);
export const SECRET_MIN = 8;
const SECRET_MAX = 512;
const MOST_ENTRIES = 100;
const HEADER = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const TOPIC = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]{1,256}$/;
const TOLERANCE = { min: 10, max: 86_400, usual: 300 };

type WithSecret<Rule> = { readonly rule: Rule /** Null: none was sent, or the mask. */; readonly secret: string | null };

/** A secret as it was sent; null for the mask and for none. */
export function readSecret(raw: unknown): string | null {
  if (raw === undefined || raw === null || raw === MASK) return null;
  if (typeof raw !== 'string') throw new Invalid(['Not a valid string.']);
  if (raw.length < SECRET_MIN) throw new Invalid([`Ensure this field has at least ${SECRET_MIN} characters.`]);
  if (raw.length > SECRET_MAX) throw new Invalid([`Ensure this field has no more than ${SECRET_MAX} characters.`]);
  return raw;
}

/** Reads the members of an object and reports what is wrong with them by name. */
function readObject<T>(raw: unknown, read: (member: <V>(name: string, check: (value: unknown) => V) => V) => T): T {
  if (!isObject(raw)) throw new Invalid([`Expected a dictionary of items but got type "${pythonType(raw)}".`]);
  const errors: Record<string, ErrorBody> = {};
  const result = read((name, check) => {
    try {
      return check(raw[name]);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      errors[name] = error.body;
      return undefined as never; // never used: the errors are thrown before
    }
  });
  if (Object.keys(errors).length > 0) throw new Invalid(errors);
  return result;
}

const choice =
  <const C extends readonly string[]>(choices: C, usual?: C[number]) =>
  (raw: unknown): C[number] => {
    if (raw === undefined && usual !== undefined) return usual;
    const found = choices.find((each) => each === raw);
    if (found === undefined) throw new Invalid([`Must be one of: ${choices.join(', ')}.`]);
    return found;
  };

function readHeader(raw: unknown): string {
  if (raw === undefined) throw new Invalid(['This field is required.']);
  if (typeof raw !== 'string' || !HEADER.test(raw)) throw new Invalid(['Not the name of a header.']);
  return raw;
}

function readText(usual: string, max: number) {
  return (raw: unknown): string => {
    if (raw === undefined || raw === null) return usual;
    if (typeof raw !== 'string') throw new Invalid(['Not a valid string.']);
    if (raw.length > max) throw new Invalid([`Ensure this field has no more than ${max} characters.`]);
    return raw;
  };
}

function readTolerance(raw: unknown): number {
  if (raw === undefined) return TOLERANCE.usual;
  if (typeof raw !== 'number' || !Number.isInteger(raw) || raw < TOLERANCE.min || raw > TOLERANCE.max)
    throw new Invalid([`Must be a whole number from ${TOLERANCE.min} to ${TOLERANCE.max}.`]);
  return raw;
}

const Secret = Type.Optional(Type.String({ minLength: SECRET_MIN, maxLength: SECRET_MAX, description: 'Adds a secret.' }));

const hmac: Field<WithSecret<GuardValues['hmac']> | null> = custom(
  Type.Union([
    Type.Object({
      header: Type.String({ examples: ['X-Signature'] }),
      algorithm: Type.Optional(Type.Union(['sha256', 'sha1', 'sha512'].map((name) => Type.Literal(name)))),
      encoding: Type.Optional(Type.Union([Type.Literal('hex'), Type.Literal('base64')])),
      prefix: Type.Optional(Type.String({ description: 'Before the signature, such as `sha256=`.' })),
      signed_text: Type.Optional(Type.String({ description: 'With `{body}` and `{timestamp}`; the body alone when left out.' })),
      timestamp_header: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      tolerance_seconds: Type.Optional(Type.Integer({ minimum: TOLERANCE.min, maximum: TOLERANCE.max })),
      secret: Secret,
    }),
    Type.Null(),
  ]),
  (raw) => {
    if (raw === null) return null;
    return readObject(raw, (member) => {
      const timestampHeader = member('timestamp_header', (value) => (value == null ? null : readHeader(value)));
      const usual = timestampHeader === null ? '{body}' : '{timestamp}.{body}';
      const signedText = member('signed_text', (value) => {
        const text = readText(usual, 200)(value);
        if (!text.includes('{body}')) throw new Invalid(['Must contain {body}.']);
        if (text.includes('{timestamp}') !== (timestampHeader !== null))
          throw new Invalid(['{timestamp} and timestamp_header go together.']);
        return text;
      });
      return {
        rule: {
          header: member('header', readHeader),
          algorithm: member('algorithm', choice(['sha256', 'sha1', 'sha512'], 'sha256')),
          encoding: member('encoding', choice(['hex', 'base64'], 'hex')),
          prefix: member('prefix', readText('', 50)),
          signedText,
          timestampHeader,
          toleranceSeconds: member('tolerance_seconds', readTolerance),
        },
        secret: member('secret', readSecret),
      };
    });
  },
);

const authorization: Field<WithSecret<GuardValues['authorization']> | null> = custom(
  Type.Union([
    Type.Object({
      kind: Type.Union([Type.Literal('bearer'), Type.Literal('basic')]),
      username: Type.Optional(Type.String({ description: 'For `basic`.' })),
      secret: Secret,
    }),
    Type.Null(),
  ]),
  (raw) => {
    if (raw === null) return null;
    return readObject(raw, (member) => {
      const kind = member('kind', choice(['bearer', 'basic']));
      const username = member('username', (value) => {
        const text = readText('', 200)(value);
        if (kind === 'basic' && (text === '' || text.includes(':'))) throw new Invalid(['A name without a colon is required.']);
        return kind === 'basic' ? text : '';
      });
      return { rule: { kind, username }, secret: member('secret', readSecret) };
    });
  },
);

function list(describe: string, error: (entry: string) => string | null): Field<readonly string[]> {
  return custom(Type.Array(Type.String(), { maxItems: MOST_ENTRIES, description: describe }), (raw) => {
    if (raw === null) return [];
    if (!Array.isArray(raw)) throw new Invalid([`Expected a list of items but got type "${pythonType(raw)}".`]);
    if (raw.length > MOST_ENTRIES) throw new Invalid([`Ensure this field has no more than ${MOST_ENTRIES} elements.`]);
    return raw.map((entry: unknown) => {
      const text = typeof entry === 'string' ? entry.trim() : '';
      const wrong = error(text);
      if (wrong !== null) throw new Invalid([`${JSON.stringify(entry)}: ${wrong}`]);
      return text;
    });
  });
}

export const guardFields = {
  hmac,
  authorization,
  allowed_addresses: list('Addresses and networks that may send, such as `10.0.0.0/8`; empty: all.', (entry) =>
    parseNetwork(entry) === null ? 'not an address or a network such as 10.0.0.0/8' : null,
  ),
  allowed_topics: list('Topics of Amazon SNS that may send; empty: all.', (entry) =>
    TOPIC.test(entry) ? null : 'not the ARN of a topic',
  ),
};
