import { defineType } from '../integration-type.ts';
import { jsonChannels } from '../shared-templates.ts';

export const kapacitor = defineType({
  slug: 'kapacitor',
  title: 'Kapacitor',
  description: 'Kapacitor, by its HTTP post handler',
  templates: {
    grouping_key: `{{ payload.id if payload.id is not none }}`,
    resolve_signal: `{{ (payload.level or '') | string | regex_match('OK') }}`,
    ...jsonChannels(`{{ payload.id or '' }}`),
  },
  example: {
    id: 'cpu:host=web-1',
    message: 'cpu:host=web-1 is CRITICAL',
    details: '',
    time: '2026-01-15T10:20:30Z',
    duration: 0,
    level: 'CRITICAL',
    data: {
      series: [{ name: 'cpu', tags: { host: 'web-1' }, columns: ['time', 'usage'], values: [['2026-01-15T10:20:30Z', 96.5]] }],
    },
    previousLevel: 'OK',
    recoverable: true,
  },
});
