import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { EscalationPlan } from '../../api/schema.js';

export type { EscalationPlan };
export type PlanStep = EscalationPlan['steps'][number];
export type PlanVisit = PlanStep['visits'][number];
export type PlanRule = PlanVisit['recipients'][number]['rules'][number];

/** What will happen to an alert group if nobody does anything. */
export const planQuery = (id: string) =>
  queryOptions({
    queryKey: ['alert-groups', 'of', id, 'plan'],
    queryFn: ({ signal }): Promise<EscalationPlan> => api.get('/alert_groups/{id}/escalation_plan', { path: { id }, signal }),
    staleTime: 10_000,
  });

const CHANNELS: Readonly<Record<string, string>> = {
  email: 'e-mail',
  sms: 'SMS',
  phone_call: 'phone call',
  slack: 'Slack',
  telegram: 'Telegram',
  mattermost: 'Mattermost',
  msteams: 'Microsoft Teams',
  webhook: 'webhook',
  mobile_app: 'push',
  mobile_app_critical: 'critical push',
  web_push: 'browser push',
  ntfy: 'ntfy',
};

/** A channel in words: `phone_call` → `phone call`. */
export const channelName = (channel: string): string => CHANNELS[channel] ?? channel.replaceAll('_', ' ');

const REASONS: Readonly<Record<string, string>> = {
  acknowledged: 'Paused: somebody has acknowledged it.',
  silenced: 'Paused: it is silenced.',
  attached: 'Paused: it follows the alert group it is attached to.',
  maintenance: 'Paused: its integration is in maintenance.',
  resolved: 'Over: it is resolved.',
  chain_finished: 'The chain is through. Nobody further is notified.',
  no_chain: 'Its route has no escalation chain, so nobody is notified.',
  no_steps: 'Its escalation chain has no steps, so nobody is notified.',
  no_route: 'Its route is gone, so nobody is notified.',
};

/** Where the escalation stands, in a sentence; null while it simply runs. */
export function stateSentence(plan: EscalationPlan): string | null {
  if (plan.state === 'running') return null;
  if (plan.state === 'waiting_for_alerts') return 'Waits for more alerts.';
  const known = plan.reason === null ? undefined : REASONS[plan.reason];
  if (known !== undefined) return known;
  return { paused: 'Paused.', finished: 'The escalation is over.', none: 'Nobody is notified.' }[plan.state];
}
