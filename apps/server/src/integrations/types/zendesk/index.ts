import { defineType } from '../integration-type.ts';
import { channels, factMessages } from '../shared-templates.ts';

const ticket = `(payload.ticket or {})`;
const status = `(${ticket}.status or '') | string | lower`;

export const zendesk = defineType({
  slug: 'zendesk',
  title: 'Zendesk',
  description: 'Zendesk tickets, by a trigger',
  templates: {
    grouping_key: `{{ ${ticket}.id if ${ticket}.id is not none }}`,
    resolve_signal: `{{ ${status} in ['solved', 'closed'] }}`,
    acknowledge_signal: `{{ ${status} == 'pending' }}`,
    // The placeholder for the address has no scheme.
    source_link: `{% set url = ${ticket}.url or '' %}{{ url if url == '' or '://' in url else 'https://' ~ url }}`,
    ...channels({
      title: `{{ ${ticket}.title or '' }}`,
      ...factMessages(`${ticket}.description`, [['Status', `${ticket}.status`]]),
    }),
  },
  example: {
    ticket: {
      id: '35436',
      url: 'example.zendesk.com/agent/tickets/35436',
      status: 'Open',
      title: 'VPN is down in Lisbon',
      description: 'Nobody can connect since nine.',
    },
  },
});
