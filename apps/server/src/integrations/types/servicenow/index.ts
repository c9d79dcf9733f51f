import { defineType } from '../integration-type.ts';
import { channels, factMessages } from '../shared-templates.ts';

export const servicenow = defineType({
  slug: 'servicenow',
  title: 'ServiceNow',
  description: 'ServiceNow incidents, by a business rule',
  templates: {
    grouping_key: `{{ payload.sys_id or '' }}`,
    // Resolved, closed, cancelled; 2 is in progress.
    resolve_signal: `{{ payload.state | string in ['6', '7', '8'] }}`,
    acknowledge_signal: `{{ payload.state | string == '2' }}`,
    source_link: `{{ payload.link or '' }}`,
    ...channels({
      title: `{{ payload.number }} {{ payload.short_description }}`,
      ...factMessages(`payload.description`, [
        ['Priority', 'payload.priority'],
        ['Group', 'payload.assignment_group'],
        ['Assigned to', 'payload.assigned_to'],
      ]),
    }),
  },
  example: {
    sys_id: '9c573169c611228700193229fff72400',
    number: 'INC0010452',
    short_description: 'SAP login fails',
    description: 'All users of plant 4',
    state: '1',
    priority: '1',
    assignment_group: 'SAP Basis',
    assigned_to: '',
    opened_at: '2026-01-15 10:20:30',
    link: 'https://example.service-now.com/nav_to.do?uri=incident.do?sys_id=9c573169c611228700193229fff72400',
  },
});
