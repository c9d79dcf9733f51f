import { defineType } from '../integration-type.ts';
import { alertmanagerExample } from './example.ts';
import { alertmanagerTemplates } from './templates.ts';

export const alertmanager = defineType({
  slug: 'alertmanager',
  title: 'Alertmanager',
  description: 'Prometheus',
  body: 'alertmanager',
  hasHeartbeat: true,
  isFeatured: true,
  featuredTag: 'Prometheus',
  isBasedOnAlertmanager: true,
  templates: alertmanagerTemplates,
  example: alertmanagerExample,
});
