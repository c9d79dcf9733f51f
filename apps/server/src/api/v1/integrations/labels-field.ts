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
  const keyError = key === null ? 'This field is required.' : key.length <= 63 && KEY.test(key) ? null : KEY_RULE;
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

export const presentLabels = (labels: readonly Label[]): unknown[] =>
  labels.map(({ key, value }) => ({ key: { name: key }, value: { name: value } }));
