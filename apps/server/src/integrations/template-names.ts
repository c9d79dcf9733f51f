import type { DefaultTemplates, IntegrationType } from './types/integration-type.ts';

export const BEHAVIOUR_TEMPLATES = ['grouping_key', 'resolve_signal', 'acknowledge_signal', 'source_link'] as const;
export const CHANNELS = [
  'web',
  'slack',
  'telegram',
  'sms',
  'phone_call',
  'email',
  'mobile_app',
  'mattermost',
  'msteams',
] as const;
export const ATTRIBUTES = ['title', 'message', 'image_url'] as const;

export type BehaviourTemplate = (typeof BEHAVIOUR_TEMPLATES)[number];
export type Channel = (typeof CHANNELS)[number];
export type Attribute = (typeof ATTRIBUTES)[number];
/** A template of an integration by its path in the API. */
export type TemplateName = BehaviourTemplate | `${Channel}.${Attribute}`;

/** Templates as they are stored: only what was set. */
export type StoredTemplates = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

/** Channels that have no defaults of their own use the type's web defaults (templates.md 4). */
const FALLS_BACK_TO_WEB: ReadonlySet<string> = new Set(['email', 'mobile_app', 'mattermost', 'msteams']);

function read(templates: StoredTemplates | Partial<DefaultTemplates>, name: TemplateName): string | null {
  const [first = '', leaf] = name.split('.');
  const entry = (templates as Readonly<Record<string, unknown>>)[first];
  const value =
    leaf === undefined
      ? entry
      : typeof entry === 'object' && entry !== null
        ? (entry as Record<string, unknown>)[leaf]
        : undefined;
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The type's default for a template, for integrations of this server or those imported from OnCall. */
export function defaultTemplate(type: IntegrationType, defaults: 'tocsin' | 'reference', name: TemplateName): string | null {
  const own = (defaults === 'reference' ? read(type.referenceTemplates ?? {}, name) : null) ?? read(type.templates, name);
  if (own !== null) return own;
  const [channel = '', attribute] = name.split('.');
  return FALLS_BACK_TO_WEB.has(channel) ? read(type.templates, `web.${attribute}` as TemplateName) : null;
}

/** The source that holds: the integration's own, else the type's default; null when there is none. */
export const templateSource = (
  stored: StoredTemplates,
  type: IntegrationType,
  defaults: 'tocsin' | 'reference',
  name: TemplateName,
): string | null => read(stored, name) ?? defaultTemplate(type, defaults, name);
