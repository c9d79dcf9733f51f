import { defineType } from '../integration-type.ts';
import { channels, factMessages } from '../shared-templates.ts';

/** The title without its state in brackets, but with the scope that stands there. */
const grouping = String.raw`{%- if payload.alert_id -%}
{{ payload.alert_id }}
{%- else -%}
{{ (payload.title or '') | string | regex_replace('^\\[[^\\]{]*(\\{[^}]*\\})?\\]', '\\1') | trim }}
{%- endif -%}`;

export const datadog = defineType({
  slug: 'datadog',
  title: 'Datadog',
  description: 'Datadog monitors, by a webhook',
  templates: {
    grouping_key: grouping,
    resolve_signal: String.raw`{{ payload.alert_transition == 'Recovered' or (payload.title or '') | string | regex_match('\\[Recovered') }}`,
    source_link: `{{ payload.link or '' }}`,
    ...channels({
      title: `{{ payload.title or '' }}`,
      ...factMessages(`(payload.body or '') | string | replace('%%%', '') | trim`, [
        ['Priority', 'payload.priority'],
        ['Host', 'payload.hostname'],
        ['Scope', 'payload.alert_scope'],
        ['Tags', 'payload.tags'],
      ]),
    }),
  },
  example: {
    id: '7391200145',
    title: '[Triggered on {host:web-3}] CPU is high',
    body: '%%%\nCPU above 95% on web-3\n%%%',
    event_type: 'query_alert_monitor',
    date: 1768472430000,
    last_updated: 1768472430000,
    org: { id: '1', name: 'Example' },
  },
});
