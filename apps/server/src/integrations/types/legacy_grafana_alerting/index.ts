import { alertmanagerTemplates } from '../alertmanager/templates.ts';
import { grafana } from '../grafana/index.ts';
import { defineType } from '../integration-type.ts';

/** Made before Grafana Alerting's bodies were taken whole: each of their alerts is one of its own (ingest.md 4.2). */
export const legacyGrafanaAlerting = defineType({
  slug: 'legacy_grafana_alerting',
  title: '(Deprecated) Grafana Alerting',
  description: 'Splits the bodies of Grafana Alerting into their alerts',
  path: 'grafana_alerting',
  body: 'split',
  canCreate: false,
  isBasedOnAlertmanager: true,
  templates: {
    ...alertmanagerTemplates,
    grouping_key: `{{ (payload.labels or {}).alertname }}`,
    source_link: `{{ payload.generatorURL or '' }}`,
  },
  example: grafana.example,
});
