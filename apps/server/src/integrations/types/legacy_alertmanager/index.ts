import { alertmanagerTemplates } from '../alertmanager/templates.ts';
import { grafana } from '../grafana/index.ts';
import { defineType } from '../integration-type.ts';

/** Made before Alertmanager's bodies were taken whole: each of their alerts is one of its own (ingest.md 4.2). */
export const legacyAlertmanager = defineType({
  slug: 'legacy_alertmanager',
  title: '(Legacy) AlertManager',
  description: 'Splits the bodies of Alertmanager into their alerts',
  path: 'alertmanager',
  body: 'split',
  hasHeartbeat: true,
  canCreate: false,
  isBasedOnAlertmanager: true,
  templates: {
    ...alertmanagerTemplates,
    grouping_key: `{{ payload.labels }}`,
    source_link: `{{ payload.generatorURL or '' }}`,
  },
  example: grafana.example,
});
