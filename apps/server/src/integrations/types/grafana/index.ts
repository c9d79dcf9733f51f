import { defineType } from '../integration-type.ts';
import { channels } from '../shared-templates.ts';

const lists = (bold: (text: string) => string): string => `
{%- if payload.message %}{{ payload.message }}
{% endif -%}
{%- for match in payload.evalMatches or [] -%}
${bold('{{ match.metric }}')}: {{ match.value }}
{% endfor -%}
{%- if payload.status -%}
${bold('Status')}: {{ payload.status }}
{% endif -%}
{%- for name, value in (payload.labels or {}).items() -%}
${bold('{{ name }}')}: {{ value }}
{% endfor -%}
{%- for name, value in (payload.annotations or {}).items() -%}
${bold('{{ name }}')}: {{ value }}
{% endfor -%}`;

/** Alerting of Grafana before version 9, and bodies of Alertmanager's shape that are sent to it. */
export const grafana = defineType({
  slug: 'grafana',
  title: 'Grafana Legacy Alerting',
  description: 'Alerting of Grafana before version 9',
  body: 'grafana',
  hasHeartbeat: true,
  isBasedOnAlertmanager: true,
  templates: {
    grouping_key: `{{ payload.ruleName or (payload.labels or {}).alertname or 'alert without a name' }}`,
    resolve_signal: `{{ payload.state == 'ok' or payload.status == 'resolved' }}`,
    source_link: `{{ payload.ruleUrl or payload.generatorURL or '' }}`,
    ...channels({
      title: `{{ payload.title or (payload.labels or {}).alertname or 'Alert' }}`,
      spokenTitle: `{{ payload.ruleName or (payload.labels or {}).alertname or payload.title or 'Alert' }}`,
      message: lists((text) => `**${text}**`),
      slackMessage: lists((text) => `*${text}*`),
      telegramMessage: lists((text) => `<b>${text}</b>`),
      imageUrl: `{{ payload.imageUrl or '' }}`,
    }),
  },
  example: {
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'HighRequestLatency', instance: 'web-1' },
        annotations: { summary: 'Requests take longer than a second' },
        startsAt: '2026-01-15T10:20:30Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'https://grafana.example.net/alerting/grafana/b7/view',
        fingerprint: 'd7f0a1b2c3e4f506',
      },
    ],
  },
});
