import { defineType } from '../integration-type.ts';
import { fieldTemplates, jsonChannels } from '../shared-templates.ts';

export const elastalert = defineType({
  slug: 'elastalert',
  title: 'Elastalert',
  description: 'ElastAlert, by its HTTP POST alerter',
  hasHeartbeat: true,
  templates: {
    grouping_key: fieldTemplates.grouping_key,
    resolve_signal: fieldTemplates.resolve_signal,
    ...jsonChannels('Incident'),
  },
  example: {
    alert_uid: 'errors-in-the-shop',
    state: 'alerting',
    '@timestamp': '2026-01-15T10:20:30Z',
    _index: 'logs-2026.01.15',
    message: '500 on /cart',
    num_hits: 42,
    num_matches: 1,
  },
});
