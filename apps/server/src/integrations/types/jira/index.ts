import { defineType } from '../integration-type.ts';
import { channels, factMessages } from '../shared-templates.ts';

const issue = `(payload.issue or {})`;
const fields = `(${issue}.fields or {})`;
const status = `(${fields}.status or {})`;
const statusName = `(${status}.name or '') | lower`;

export const jira = defineType({
  slug: 'jira',
  title: 'Jira',
  description: 'Jira issues, by a webhook',
  templates: {
    grouping_key: `{{ ${issue}.key or '' }}`,
    resolve_signal: `{{ payload.webhookEvent == 'jira:issue_deleted' or ${statusName} == 'closed' or (${status}.statusCategory or {}).key == 'done' }}`,
    acknowledge_signal: `{{ ${statusName} == 'work in progress' }}`,
    source_link: `{% if ${issue}.key and ${issue}.self %}{{ ${issue}.self.split('/rest/')[0] }}/browse/{{ ${issue}.key }}{% endif %}`,
    ...channels({
      title: `{{ ${issue}.key }} {{ ${fields}.summary }}`,
      ...factMessages(`${fields}.description`, [
        ['Priority', `(${fields}.priority or {}).name`],
        ['Status', `${status}.name`],
        ['Assigned to', `(${fields}.assignee or {}).displayName`],
      ]),
    }),
  },
  example: {
    timestamp: 1768472430000,
    webhookEvent: 'jira:issue_created',
    issue_event_type_name: 'issue_created',
    user: { displayName: 'Anna' },
    issue: {
      id: '10442',
      self: 'https://example.atlassian.net/rest/api/2/issue/10442',
      key: 'OPS-118',
      fields: {
        summary: 'Printer room smells of smoke',
        description: 'Second floor',
        status: { id: '1', name: 'Open', statusCategory: { id: 2, key: 'new', name: 'To Do' } },
        priority: { id: '1', name: 'Highest' },
        assignee: null,
      },
    },
  },
});
