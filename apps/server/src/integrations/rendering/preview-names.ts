import { ATTRIBUTES, type BehaviourTemplate, CHANNELS, type TemplateName } from '../template-names.ts';

/** What a preview renders: a template of the integration, a route's term, or a label. */
export type PreviewTarget =
  | { kind: 'behaviour'; name: BehaviourTemplate }
  | { kind: 'appearance'; name: TemplateName }
  | { kind: 'route' | 'dynamic_label' | 'multi_label' };

const BEHAVIOUR_PREFIXES: readonly [prefix: string, name: BehaviourTemplate][] = [
  ['grouping', 'grouping_key'],
  ['resolve', 'resolve_signal'],
  ['acknowledge', 'acknowledge_signal'],
  ['source_link', 'source_link'],
];

/** Names of the reference's UI (`web_title_template`, with or without the end), or paths of the API (`web.title`). */
export function previewTarget(name: string): PreviewTarget | { kind: 'unknown'; what: 'channel' | 'attribute' } {
  const bare = name.replace(/_template$/, '').replace('.', '_');
  if (bare === 'route') return { kind: 'route' };
  if (bare === 'alert_group_dynamic_label') return { kind: 'dynamic_label' };
  if (bare === 'alert_group_multi_label') return { kind: 'multi_label' };
  const behaviour = BEHAVIOUR_PREFIXES.find(([prefix]) => bare.startsWith(prefix));
  if (behaviour !== undefined) return { kind: 'behaviour', name: behaviour[1] };
  const channel = CHANNELS.find((known) => bare.startsWith(`${known}_`));
  if (channel === undefined) return { kind: 'unknown', what: 'channel' };
  const attribute = ATTRIBUTES.find((known) => bare === `${channel}_${known}`);
  return attribute === undefined
    ? { kind: 'unknown', what: 'attribute' }
    : { kind: 'appearance', name: `${channel}.${attribute}` };
}
