import { queryOptions } from '@tanstack/react-query';
import { api, type EscalationChain, listAll } from '../../api/index.ts';

/** `GET /escalation_policies`; only the keys of its type are there. */
export type Step = {
  id: string;
  escalation_chain_id: string;
  position: number;
  type: StepType | null;
  important?: boolean;
  duration?: number | null;
  persons_to_notify?: string[];
  persons_to_notify_next_each_time?: string[];
  team_to_notify?: string | null;
  notify_on_call_from_schedule?: string | null;
  group_to_notify?: string | null;
  action_to_trigger?: string | null;
  notify_if_time_from?: string | null;
  notify_if_time_to?: string | null;
  num_alerts_in_window?: number | null;
  num_minutes_in_window?: number | null;
  severity?: string | null;
};

export type StepType =
  | 'wait'
  | 'notify_persons'
  | 'notify_person_next_each_time'
  | 'notify_team_members'
  | 'notify_on_call_from_schedule'
  | 'notify_next_on_call_from_schedule'
  | 'notify_user_group'
  | 'notify_whole_channel'
  | 'trigger_webhook'
  | 'notify_if_time_from_to'
  | 'notify_if_num_alerts_in_window'
  | 'repeat_escalation'
  | 'resolve'
  | 'declare_incident';

/** `GET /routes` */
export type Route = {
  id: string;
  integration_id: string;
  escalation_chain_id: string | null;
  routing_regex: string;
  is_the_last_route: boolean;
  position: number;
};

export const chainQuery = (id: string) =>
  queryOptions({
    queryKey: ['escalation-chains', 'one', id],
    queryFn: ({ signal }): Promise<EscalationChain> => api.get('/escalation_chains/{id}', { path: { id }, signal }),
  });

/** The steps of a chain, in their order. */
export const stepsQuery = (chainId: string) =>
  queryOptions({
    queryKey: ['escalation-chains', 'steps', chainId],
    queryFn: async ({ signal }): Promise<Step[]> => {
      const steps = await listAll<Step>('/escalation_policies', { escalation_chain_id: chainId }, signal);
      return steps.sort((a, b) => a.position - b.position);
    },
  });

/** All routes, for what uses a chain. */
export const routesQuery = queryOptions({
  queryKey: ['routes', 'all'],
  queryFn: ({ signal }): Promise<Route[]> => listAll('/routes', {}, signal),
});
