import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { webhooksQuery } from '../../api/index.ts';
import { appRoute } from '../../app/root.tsx';
import { one } from '../../lib/search-params.ts';
import { responsesQuery, webhookQuery } from './queries.ts';

export const webhooksRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/outgoing_webhooks',
  validateSearch: (search: Record<string, unknown>): { search?: string; trigger_type?: string } => {
    const [text, trigger] = [one(search.search), one(search.trigger_type)];
    return { ...(text === undefined ? {} : { search: text }), ...(trigger === undefined ? {} : { trigger_type: trigger }) };
  },
  loader: ({ context: { queryClient } }) => queryClient.ensureQueryData(webhooksQuery),
  component: lazyRouteComponent(() => import('./WebhooksPage.tsx'), 'WebhooksPage'),
});

export const webhookRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/outgoing_webhooks/$id',
  loader: ({ context: { queryClient }, params: { id } }) =>
    Promise.all([queryClient.ensureQueryData(webhookQuery(id)), queryClient.prefetchQuery(responsesQuery(id))]),
  component: lazyRouteComponent(() => import('./WebhookPage.tsx'), 'WebhookPage'),
});
