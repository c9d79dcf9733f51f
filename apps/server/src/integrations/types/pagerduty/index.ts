import { defineType } from '../integration-type.ts';
import { channels, factMessages } from '../shared-templates.ts';

/** The incident of a v3 body, or of the first message of a v2 body. */
const data = `((payload.event or {}).data or ((payload.messages or [{}])[0]).incident or {})`;
const incident = `(${data}.incident or ${data})`;
const event = `((payload.event or {}).event_type or ((payload.messages or [{}])[0]).event or '')`;

export const pagerduty = defineType({
  slug: 'pagerduty',
  title: 'Pagerduty',
  description: 'PagerDuty, by a webhook of version 3 or 2',
  templates: {
    grouping_key: `{{ ${incident}.id or '' }}`,
    resolve_signal: `{{ ${event} in ['incident.resolved', 'incident.resolve'] }}`,
    acknowledge_signal: `{{ ${event} in ['incident.acknowledged', 'incident.acknowledge'] }}`,
    source_link: `{{ ${incident}.html_url or '' }}`,
    ...channels({
      title: `{{ ${incident}.title or ${incident}.summary or '' }}`,
      ...factMessages(`${incident}.description`, [
        ['Service', `((${incident}.service or {}).summary or (${incident}.service or {}).name)`],
        ['Urgency', `${incident}.urgency`],
        ['Assigned to', `(${incident}.assignees or []) | map(attribute='summary') | join(', ')`],
      ]),
    }),
  },
  example: {
    event: {
      id: '01CH754SM17TWPE2V2H4VPBRO7',
      event_type: 'incident.triggered',
      resource_type: 'incident',
      occurred_at: '2026-01-15T10:20:30.101Z',
      data: {
        id: 'Q1RFKQ9VX3',
        type: 'incident',
        html_url: 'https://example.pagerduty.com/incidents/Q1RFKQ9VX3',
        number: 1207,
        status: 'triggered',
        title: 'Checkout error rate above 5%',
        service: { id: 'PF9KMXH', summary: 'Checkout' },
        assignees: [{ id: 'PTUXL6G', summary: 'Anna' }],
        urgency: 'high',
      },
    },
  },
});
