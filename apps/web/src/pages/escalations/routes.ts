import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { chainsQuery } from '../../api/index.ts';
import { appRoute } from '../../app/root.tsx';
import { one } from '../../lib/search-params.ts';
import { chainQuery, routesQuery, stepsQuery } from './queries.ts';

export const chainsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/escalations',
  validateSearch: (search: Record<string, unknown>): { search?: string | undefined } => {
    const text = one(search.search);
    return text === undefined ? {} : { search: text };
  },
  loader: ({ context: { queryClient } }) => queryClient.ensureQueryData(chainsQuery),
  component: lazyRouteComponent(() => import('./ChainsPage.tsx'), 'ChainsPage'),
});

export const chainRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/escalations/$id',
  loader: ({ context: { queryClient }, params: { id } }) =>
    Promise.all([
      queryClient.ensureQueryData(chainQuery(id)),
      queryClient.ensureQueryData(stepsQuery(id)),
      queryClient.prefetchQuery(routesQuery),
    ]),
  component: lazyRouteComponent(() => import('./ChainPage.tsx'), 'ChainPage'),
});
