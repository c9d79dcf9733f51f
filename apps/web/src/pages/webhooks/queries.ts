import { queryOptions } from '@tanstack/react-query';
import { type AlertGroup, api, type ListPage, type Webhook, type WebhookResponse } from '../../api/index.ts';

export const webhookQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhooks', 'one', id],
    queryFn: ({ signal }): Promise<Webhook> => api.get('/webhooks/{id}', { path: { id }, signal }),
  });

/** The newest calls; the server keeps no more than this many of a webhook. */
const MOST_CALLS = 100;

export const responsesQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhooks', 'one', id, 'responses'],
    queryFn: async ({ signal }): Promise<WebhookResponse[]> => {
      const query = { perpage: MOST_CALLS };
      return (await api.get<ListPage<WebhookResponse>>('/webhooks/{id}/responses', { path: { id }, query, signal })).results;
    },
    staleTime: 2_000,
    refetchInterval: 60_000, // events tell of calls; this is for what they may miss
  });

/** Alert groups that a test can tell of. */
export const newestGroupsQuery = queryOptions({
  queryKey: ['alert-groups', 'newest'],
  queryFn: async ({ signal }): Promise<AlertGroup[]> =>
    (await api.get<ListPage<AlertGroup>>('/alert_groups', { query: { perpage: 20, cursor: [''] }, signal })).results,
});
