import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { appRoute } from '../../app/root.tsx';
import { readinessQuery, STATES } from '../../features/reach/readiness-query.ts';
import { one, oneOf } from '../../lib/search-params.ts';

type ReadinessSearch = { search?: string | undefined; state?: (typeof STATES)[number] | undefined };

export const readinessRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/readiness',
  validateSearch: (search: Record<string, unknown>): ReadinessSearch => {
    const text = one(search.search);
    const state = oneOf(search.state, STATES);
    return { ...(text === undefined ? {} : { search: text }), ...(state === undefined ? {} : { state }) };
  },
  loader: ({ context: { queryClient } }) => queryClient.ensureQueryData(readinessQuery),
  component: lazyRouteComponent(() => import('./ReadinessPage.tsx'), 'ReadinessPage'),
});
