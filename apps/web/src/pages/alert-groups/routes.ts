import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { sessionQuery } from '../../api/session.ts';
import { appRoute } from '../../app/root.tsx';
import { countsQuery, groupQuery, groupsQuery } from '../../features/alert-groups/queries.ts';
import { isScopeKept, readTeamScope } from '../../features/team-scope/team-scope.ts';
import { one, oneOf } from '../../lib/search-params.ts';
import { inTeamScope, parseFilter, statesOf, toQuery } from './filter.ts';

/** Ranges count back from here; an hour later a visit counts anew. */
const HOUR_MS = 3_600_000;
export const openedAt = (): number => Math.floor(Date.now() / HOUR_MS) * HOUR_MS;

const page = lazyRouteComponent(() => import('./AlertGroupsPage.tsx'), 'AlertGroupsPage');

export const alertGroupsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/alert-groups',
  validateSearch: parseFilter,
  // What the parse function drops is still among the router's search, so it is read again wherever it is used.
  loaderDeps: ({ search }) => {
    const { page: _page, group_by: _by, ...filter } = parseFilter(search);
    return filter;
  },
  loader: async ({ context: { queryClient }, deps }) => {
    const now = openedAt();
    const { user } = await queryClient.ensureQueryData(sessionQuery);
    const query = toQuery(inTeamScope(deps, readTeamScope(user.id)), now);
    void queryClient.prefetchQuery(countsQuery(query));
    await queryClient.ensureInfiniteQueryData(groupsQuery({ ...query, state: statesOf(deps) }));
    return { now };
  },
  component: page,
  staticData: {
    prefetch: (queryClient, search) => {
      void page.preload?.();
      // Whose choice of teams holds is not known before the session is.
      if (isScopeKept()) return;
      const filter = parseFilter(search);
      const query = toQuery(filter, openedAt());
      void queryClient.prefetchInfiniteQuery(groupsQuery({ ...query, state: statesOf(filter) }));
    },
  },
});

const groupPage = lazyRouteComponent(() => import('./AlertGroupPage.tsx'), 'AlertGroupPage');

export const TIMELINE_TABS = ['all', 'people', 'notifications', 'notes', 'failures'] as const;
export type TimelineTab = (typeof TIMELINE_TABS)[number];

export const alertGroupRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/alert-groups/$id',
  validateSearch: (search: Record<string, unknown>): { timeline?: TimelineTab; alert?: string; page?: string } => {
    const timeline = oneOf(search.timeline, TIMELINE_TABS);
    const alert = one(search.alert);
    const page = one(search.page);
    return {
      ...(timeline === undefined || timeline === 'all' ? {} : { timeline }),
      ...(alert === undefined ? {} : { alert }),
      ...(page === undefined ? {} : { page }),
    };
  },
  loader: ({ context: { queryClient }, params }) => queryClient.ensureQueryData(groupQuery(params.id)),
  component: groupPage,
  staticData: {
    prefetch: (queryClient, _search, { id = '' }) => {
      void groupPage.preload?.();
      void queryClient.prefetchQuery(groupQuery(id));
    },
  },
});
