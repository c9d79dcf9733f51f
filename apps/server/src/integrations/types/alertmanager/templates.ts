import type { DefaultTemplates } from '../integration-type.ts';
import { channels } from '../shared-templates.ts';

const title = `
{%- set group = payload.groupLabels or {} -%}
{%- set name = group.alertname or (payload.labels or {}).alertname or (payload.commonLabels or {}).alertname or 'Alert' -%}
{%- set others = group.items() | rejectattr(0, 'eq', 'alertname') | map(attribute=1) | list -%}
{{ name }}{% if others %} ({{ others | join(', ') }}){% endif %}`;

const spokenTitle = `
{%- set group = payload.groupLabels or {} -%}
{{ group.values() | join(', ') or (payload.labels or {}).alertname or (payload.commonLabels or {}).alertname or 'Alert' }}`;

type Markup = {
  bold: (text: string) => string;
  code: (text: string) => string;
  link: (text: string, url: string) => string;
  item: string;
};
const markdown: Markup = { bold: (t) => `**${t}**`, code: (t) => `\`${t}\``, link: (t, u) => `[${t}](${u})`, item: '- ' };
const slack: Markup = { bold: (t) => `*${t}*`, code: (t) => `\`${t}\``, link: (t, u) => `<${u}|${t}>`, item: '• ' };
const telegram: Markup = {
  bold: (t) => `<b>${t}</b>`,
  code: (t) => `<code>${t}</code>`,
  link: (t, u) => `<a href="${u}">${t}</a>`,
  item: '• ',
};

const list = (m: Markup, heading: string, of: string): string => `
{%- if ${of} %}
${m.bold(heading)}
{% for name, value in ${of}.items() -%}
${m.item}${m.bold('{{ name }}')}: {{ value }}
{% endfor %}
{%- endif -%}`;

/** Severity, status, counts, runbooks, labels, annotations and the link, in one markup. */
const message = (m: Markup): string => `
{%- set labels = payload.commonLabels or payload.labels or {} -%}
{%- set annotations = dict(payload.commonAnnotations or payload.annotations or {}) -%}
{%- set runbook = annotations.pop('runbook_url', '') -%}
{%- set internal_runbook = annotations.pop('runbook_url_internal', '') -%}
{%- set group = payload.groupLabels or {} -%}
{%- set common = dict(labels.items() | rejectattr(0, 'in', group.keys() | list) | list) -%}
{%- if labels.severity -%}
{{ {'critical': ':rotating_light:', 'warning': ':warning:'}.get(labels.severity, ':information_source:') }} ${m.bold('Severity')}: {{ labels.severity }}
{% endif -%}
{%- if payload.status == 'resolved' -%}
:white_check_mark: ${m.bold('Status')}: resolved (on the source)
{% else -%}
:fire: ${m.bold('Status')}: {{ payload.status or 'firing' }} (on the source)
{% if payload.numFiring is defined -%}
Firing alerts: {{ payload.numFiring }}, resolved alerts: {{ payload.numResolved }}
{% endif -%}
{%- endif -%}
{%- if payload.truncatedAlerts is number and payload.truncatedAlerts > 0 -%}
{{ payload.truncatedAlerts }} alerts were cut off by the sender
{% endif -%}
{%- if runbook -%}
:book: ${m.link('Runbook', '{{ runbook }}')}
{% endif -%}
{%- if internal_runbook -%}
:closed_book: ${m.link('Internal runbook', '{{ internal_runbook }}')}
{% endif -%}
${list(m, 'Group labels', 'group')}
${list(m, 'Common labels', 'common')}
${list(m, 'Annotations', 'annotations')}
{%- if source_link %}
${m.link('Source', '{{ source_link }}')}
{%- endif -%}`;

/** Of both Alertmanager and Grafana Alerting, whose bodies have the same shape. */
export const alertmanagerTemplates: DefaultTemplates = {
  grouping_key: `{{ payload.groupKey or '' }}`,
  resolve_signal: `{{ payload.status == 'resolved' }}`,
  source_link: `{%- set first = (payload.alerts or [{}])[0] -%}{{ first.generatorURL or payload.generatorURL or payload.externalURL or '' }}`,
  ...channels({
    title,
    spokenTitle,
    message: message(markdown),
    slackMessage: message(slack),
    telegramMessage: message(telegram),
  }),
};
