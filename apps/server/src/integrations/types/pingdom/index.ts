import { defineType } from '../integration-type.ts';
import { channels, factMessages } from '../shared-templates.ts';

export const pingdom = defineType({
  slug: 'pingdom',
  title: 'Pingdom',
  description: 'Pingdom checks',
  templates: {
    grouping_key: `{{ payload.check_id if payload.check_id is not none }}`,
    resolve_signal: `{{ payload.current_state in ['UP', 'SUCCESS'] }}`,
    source_link: `{{ (payload.check_params or {}).full_url or '' }}`,
    ...channels({
      title: `{{ payload.check_name }} is {{ payload.current_state }}`,
      ...factMessages(`(payload.long_description or payload.description)`, [
        ['Importance', 'payload.importance_level'],
        ['First probe', '(payload.first_probe or {}).location'],
        ['Second probe', '(payload.second_probe or {}).location'],
        ['Note', 'payload.custom_message'],
      ]),
    }),
  },
  example: {
    check_id: 5551201,
    check_name: 'Shop front page',
    check_type: 'HTTP',
    check_params: { full_url: 'https://shop.example.net/', hostname: 'shop.example.net', port: 443 },
    previous_state: 'UP',
    current_state: 'DOWN',
    importance_level: 'HIGH',
    state_changed_timestamp: 1768472430,
    description: 'HTTP Error 503',
    long_description: 'HTTP error 503',
    first_probe: { ip: '198.51.100.7', location: 'Stockholm, Sweden' },
  },
});
