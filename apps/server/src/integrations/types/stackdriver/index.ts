import { defineType } from '../integration-type.ts';
import { channels, factMessages } from '../shared-templates.ts';

const incident = `(payload.incident or {})`;

export const stackdriver = defineType({
  slug: 'stackdriver',
  title: 'Stackdriver',
  description: 'Google Cloud Monitoring',
  templates: {
    grouping_key: `{{ ${incident}.incident_id or '' }}`,
    resolve_signal: `{{ ${incident}.state == 'closed' }}`,
    source_link: `{{ ${incident}.url or '' }}`,
    ...channels({
      title: `{{ ${incident}.policy_name }}: {{ ${incident}.condition_name }}`,
      ...factMessages(`${incident}.summary`, [
        ['Resource', `(${incident}.resource_display_name or ${incident}.resource_name)`],
        ['Documentation', `(${incident}.documentation or {}).content`],
      ]),
    }),
  },
  example: {
    incident: {
      incident_id: '0.n7x2k1q9w4ze',
      scoping_project_id: 'example-prod',
      url: 'https://console.cloud.google.com/monitoring/alerting/incidents/0.n7x2k1q9w4ze?project=example-prod',
      started_at: 1768472430,
      ended_at: null,
      state: 'open',
      summary: 'CPU utilization of web-3 is above 0.9 with a value of 0.96.',
      observed_value: '0.96',
      threshold_value: '0.9',
      resource_display_name: 'web-3',
      policy_name: 'VM load',
      condition_name: 'CPU above 90%',
      documentation: { content: 'Scale out', mime_type: 'text/markdown' },
    },
    version: '1.2',
  },
});
