import { defineType } from '../integration-type.ts';
import { channels, factMessages } from '../shared-templates.ts';

const state = `(payload.current_state or payload.state or '') | string | lower`;

/** Workflows, and the webhook channel that was there before them. */
export const newrelic = defineType({
  slug: 'newrelic',
  title: 'New Relic',
  description: 'New Relic workflows and alert channels',
  templates: {
    grouping_key: `{{ payload.incident_id or payload.id or '' }}`,
    resolve_signal: `{{ ${state} == 'closed' }}`,
    acknowledge_signal: `{{ ${state} == 'acknowledged' }}`,
    source_link: `{{ payload.incident_url or payload.issueUrl or '' }}`,
    ...channels({
      title: `{{ payload.title or payload.condition_name or '' }}`,
      ...factMessages(`payload.details`, [
        ['Priority', '(payload.priority or payload.severity)'],
        ['Policy', `(payload.policy_name or (payload.alertPolicyNames or []) | join(', '))`],
        ['Targets', `(payload.impactedEntities or (payload.targets or []) | map(attribute='name') | list) | join(', ')`],
      ]),
    }),
  },
  example: {
    id: 'b1f0c3d2-90aa-4a51-8d6c-2f3f0a9e7711',
    issueUrl: 'https://radar-api.service.newrelic.com/accounts/1/issues/b1f0c3d2',
    title: 'checkout query result is > 5 for 5 minutes',
    priority: 'CRITICAL',
    impactedEntities: ['checkout'],
    totalIncidents: 1,
    state: 'ACTIVATED',
    trigger: 'STATE_CHANGE',
    alertPolicyNames: ['Web'],
    alertConditionNames: ['errors'],
    workflowName: 'to the on-call system',
  },
});
