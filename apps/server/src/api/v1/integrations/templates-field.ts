import { type TSchema, Type } from 'typebox';
import { refusal } from '../conventions/api-error.ts';
import { custom, type Field, Invalid, isObject, pythonType } from '../conventions/fields.ts';

/** Templates as they are stored: only what was set, by the names of the API. */
export type StoredTemplates = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

const BEHAVIOUR = ['grouping_key', 'resolve_signal', 'acknowledge_signal', 'source_link'] as const;
const WITH_IMAGE = ['title', 'message', 'image_url'] as const;

/** Leaves of each channel; `strict` channels refuse keys they do not know, the others ignore them. */
const CHANNELS: Readonly<Record<string, { leaves: readonly string[]; strict: boolean }>> = {
  slack: { leaves: WITH_IMAGE, strict: true },
  web: { leaves: WITH_IMAGE, strict: true },
  sms: { leaves: ['title'], strict: true },
  phone_call: { leaves: ['title'], strict: true },
  telegram: { leaves: WITH_IMAGE, strict: true },
  mobile_app: { leaves: ['title', 'message'], strict: false },
  email: { leaves: ['title', 'message'], strict: false },
  msteams: { leaves: WITH_IMAGE, strict: false },
  mattermost: { leaves: WITH_IMAGE, strict: false },
  webhook: { leaves: WITH_IMAGE, strict: false },
};

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const leafObject = (leaves: readonly string[], wrap: (leaf: TSchema) => TSchema): TSchema =>
  Type.Object(Object.fromEntries(leaves.map((leaf) => [leaf, wrap(TextOrNull)])));

export const TemplatesSchema: TSchema = Type.Object({
  ...Object.fromEntries(BEHAVIOUR.map((name) => [name, TextOrNull])),
  ...Object.fromEntries(Object.entries(CHANNELS).map(([name, { leaves }]) => [name, leafObject(leaves, (leaf) => leaf)])),
});

/** A change of templates: null resets to the type's default, a key that is not there is left alone. */
export type TemplatesChange = (stored: StoredTemplates) => StoredTemplates;

/**
 * The `templates` key of an integration (http-api-alerting.md 2.1). Only syntax is checked.
 * @param syntaxError what is wrong with a template's syntax, null when nothing is
 */
export function templatesField(syntaxError: (source: string) => string | null): Field<TemplatesChange> {
  const schema = Type.Object({
    ...Object.fromEntries(BEHAVIOUR.map((name) => [name, Type.Optional(TextOrNull)])),
    ...Object.fromEntries(
      Object.entries(CHANNELS).map(([name, { leaves }]) => [
        name,
        Type.Optional(Type.Union([leafObject(leaves, (leaf) => Type.Optional(leaf)), Type.Null()])),
      ]),
    ),
  });
  const isTemplate = (value: unknown): value is string => typeof value === 'string' && syntaxError(value) === null;
  return custom(schema, (raw) => {
    if (raw === null) throw new Invalid(['This field may not be null.']);
    if (!isObject(raw)) throw new Invalid([`Expected a dictionary of items but got type "${pythonType(raw)}".`]);
    const changes: [name: string, leaf: string | null, value: string | null][] = [];
    for (const name of BEHAVIOUR) {
      const value = raw[name];
      if (value === undefined) continue;
      if (value !== null && !isTemplate(value)) throw refusal(`Invalid ${name} template data`, 'invalid_template');
      changes.push([name, null, value]);
    }
    for (const [name, { leaves, strict }] of Object.entries(CHANNELS)) {
      const channel = raw[name];
      if (channel === undefined) continue;
      if (channel === null) {
        changes.push([name, null, null]);
        continue;
      }
      if (!isObject(channel)) throw refusal(`Invalid ${name} template data`, 'invalid_template');
      for (const [leaf, value] of Object.entries(channel)) {
        if (!leaves.includes(leaf)) {
          if (strict) throw refusal('Invalid template data', 'invalid_template');
          continue;
        }
        if (value !== null && !isTemplate(value)) throw refusal(`invalid ${name} ${leaf} template`, 'invalid_template');
        changes.push([name, leaf, value]);
      }
    }
    return (stored) => changes.reduce(applyChange, stored);
  });
}

function applyChange(stored: StoredTemplates, [name, leaf, value]: [string, string | null, string | null]): StoredTemplates {
  const { [name]: former, ...others } = stored;
  if (leaf === null) return value === null ? others : { ...others, [name]: value };
  const { [leaf]: _replaced, ...kept } = isObject(former) ? (former as Record<string, string>) : {};
  const channel = value === null ? kept : { ...kept, [leaf]: value };
  return Object.keys(channel).length === 0 ? others : { ...others, [name]: channel };
}

/** The whole tree, with null where the type's default holds. */
export function presentTemplates(stored: StoredTemplates): Record<string, unknown> {
  const channelOf = (name: string): Readonly<Record<string, unknown>> => {
    const channel = stored[name];
    return isObject(channel) ? channel : {};
  };
  return {
    ...Object.fromEntries(BEHAVIOUR.map((name) => [name, stored[name] ?? null])),
    ...Object.fromEntries(
      Object.entries(CHANNELS).map(([name, { leaves }]) => [
        name,
        Object.fromEntries(leaves.map((leaf) => [leaf, channelOf(name)[leaf] ?? null])),
      ]),
    ),
  };
}
