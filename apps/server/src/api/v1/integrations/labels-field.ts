import { type TSchema, Type } from 'typebox';
import type { ErrorBody } from '../conventions/api-error.ts';
import { custom, type Field, Invalid, isObject, pythonType } from '../conventions/fields.ts';

export interface Label {
  readonly key: string;
  readonly value: string;
}

const KEY = /^[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z])?$/;
const STATIC_VALUE = /^[A-Za-z0-9_.-]+$/;
const KEY_RULE = 'Label keys must start and end with a letter and contain only letters, digits and underscores.';
const VALUE_RULE = 'Label values must contain only letters, digits, hyphens, underscores and periods.';
const TEMPLATE_MAX = 50_000;

/** What is wrong with the name of a key, null when nothing is. */
export const labelKeyError = (key: string): string | null => (key.length <= 63 && KEY.test(key) ? null : KEY_RULE);

const Named = Type.Object({ name: Type.String() });
export const LabelsSchema: TSchema = Type.Array(Type.Object({ key: Named, value: Named }));

/**
 * A set of labels of an integration (http-api-alerting.md 2.1, labels). Null counts as absent.
 * @param valueError what is wrong with a value, null when nothing is
 */
export function labelsField(valueError: (value: string) => string | null): Field<readonly Label[] | null> {
  return custom(Type.Union([LabelsSchema, Type.Null()]), (raw) => {
    if (raw === null) return null;
    if (!Array.isArray(raw)) throw new Invalid([`Expected a list of items but got type "${pythonType(raw)}".`]);
    const errors: ErrorBody[] = [];
    const labels: Label[] = [];
    for (const item of raw) {
      const { label, error } = readLabel(item, valueError);
      errors.push(error);
      if (label !== null) labels.push(label);
    }
    if (labels.length < raw.length) throw new Invalid(errors);
    if (new Set(labels.map((label) => label.key)).size < labels.length) throw new Invalid(['Each label key must be unique.']);
    return labels;
  });
}

export const staticValueError = (value: string): string | null => {
  if (value.length < 1 || value.length > 63) return 'Label values must have 1 to 63 characters.';
  return STATIC_VALUE.test(value) ? null : VALUE_RULE;
};

/** A dynamic label's value is a template: it must parse. */
export const dynamicValueError =
  (syntaxError: (source: string) => string | null) =>
  (value: string): string | null => {
    if (value.length > TEMPLATE_MAX) return `Ensure this field has no more than ${TEMPLATE_MAX} characters.`;
    return syntaxError(value) === null ? null : 'Jinja template is incorrect';
  };

function readLabel(item: unknown, valueError: (value: string) => string | null): { label: Label | null; error: ErrorBody } {
  if (!isObject(item))
    return { label: null, error: { non_field_errors: [`Invalid data. Expected a dictionary, but got ${pythonType(item)}.`] } };
  const key = nameOf(item.key);
  const value = nameOf(item.value);
  const keyError = key === null ? 'This field is required.' : labelKeyError(key);
  const wrong = value === null ? 'This field is required.' : valueError(value);
  if (key !== null && value !== null && keyError === null && wrong === null) return { label: { key, value }, error: {} };
  return {
    label: null,
    error: {
      ...(keyError === null ? {} : { key: { name: [keyError] } }),
      ...(wrong === null ? {} : { value: { name: [wrong] } }),
    },
  };
}

const nameOf = (part: unknown): string | null => (isObject(part) && typeof part.name === 'string' ? part.name.trim() : null);

/** How a route by labels compares; `=` where an item does not say. */
const MATCHES = ['=', '!=', '=~', '!~'] as const;
export interface Matcher extends Label {
  readonly match: (typeof MATCHES)[number];
}
const MATCHER_VALUE_MAX = 200;
const MatcherSchema = Type.Object({
  key: Named,
  value: Named,
  match: Type.Optional(
    Type.Union(
      MATCHES.map((match) => Type.Literal(match)),
      { description: '`=` (default) and `!=` compare, `=~` and `!~` match a regular expression with the whole value.' },
    ),
  ),
});
export const MatchersSchema: TSchema = Type.Array(MatcherSchema);

/**
 * `routing_labels` of a route: as labels, each with how it compares. A key may come twice, the same comparison may not.
 * @param compiles whether a regular expression can be used
 */
export function matchersField(compiles: (pattern: string) => boolean): Field<readonly Matcher[] | null> {
  const matchOf = (item: unknown): Matcher['match'] | null => {
    const given = isObject(item) ? (item.match ?? '=') : '=';
    return MATCHES.find((match) => match === given) ?? null;
  };
  return custom(Type.Union([MatchersSchema, Type.Null()]), (raw) => {
    if (raw === null) return null;
    if (!Array.isArray(raw)) throw new Invalid([`Expected a list of items but got type "${pythonType(raw)}".`]);
    const errors: ErrorBody[] = [];
    const matchers: Matcher[] = [];
    for (const item of raw) {
      const match = matchOf(item);
      const { label, error } = readLabel(item, (value) => {
        if (value.length < 1 || value.length > MATCHER_VALUE_MAX)
          return `Label values must have 1 to ${MATCHER_VALUE_MAX} characters.`;
        return match?.endsWith('~') === true && !compiles(value) ? 'Regular expression is incorrect' : null;
      });
      if (label !== null && match !== null) matchers.push({ ...label, match });
      errors.push(match === null ? { match: ['Must be one of: =, !=, =~, !~.'] } : error);
    }
    if (matchers.length < raw.length) throw new Invalid(errors);
    if (new Set(matchers.map(({ key, match, value }) => JSON.stringify([key, match, value]))).size < matchers.length)
      throw new Invalid(['Each comparison must be unique.']);
    return matchers;
  });
}

/** `match` is left out where it is the default, so that clients that know labels only see what they sent. */
export const presentMatchers = (matchers: readonly Matcher[]): unknown[] =>
  matchers.map(({ key, value, match }) => ({ key: { name: key }, value: { name: value }, ...(match === '=' ? {} : { match }) }));

export const presentLabels = (labels: readonly Label[]): unknown[] =>
  labels.map(({ key, value }) => ({ key: { name: key }, value: { name: value } }));
