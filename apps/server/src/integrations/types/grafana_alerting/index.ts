import { alertmanagerExample } from '../alertmanager/example.ts';
import { alertmanagerTemplates } from '../alertmanager/templates.ts';
import { defineType } from '../integration-type.ts';

export const grafanaAlerting = defineType({
  slug: 'grafana_alerting',
  title: 'Grafana Alerting',
  description: 'Alerts of a Grafana that is connected by a contact point',
  body: 'alertmanager',
  isFeatured: true,
  featuredTag: 'Quick Connect',
  isBasedOnAlertmanager: true,
  templates: alertmanagerTemplates,
  example: {
    ...alertmanagerExample,
    receiver: 'oncall',
    version: '1',
    orgId: 1,
    title: '[FIRING:1] HighRequestLatency demo (critical)',
    state: 'alerting',
    message: 'Requests take longer than a second',
  },
});
