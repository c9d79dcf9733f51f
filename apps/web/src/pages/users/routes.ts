import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { teamsQuery, usersQuery } from '../../api/index.ts';
import { sessionQuery } from '../../api/session.ts';
import { appRoute } from '../../app/root.tsx';
import { one, oneOf } from '../../lib/search-params.ts';
import { profileQuery, rulesQuery } from './queries.ts';

export const ROLES = ['admin', 'editor', 'viewer', 'none'] as const;
type UsersSearch = { search?: string | undefined; role?: (typeof ROLES)[number] | undefined };

export const usersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/users',
  validateSearch: (search: Record<string, unknown>): UsersSearch => {
    const text = one(search.search);
    const role = oneOf(search.role, ROLES);
    return { ...(text === undefined ? {} : { search: text }), ...(role === undefined ? {} : { role }) };
  },
  loader: ({ context: { queryClient } }) => queryClient.ensureQueryData(usersQuery),
  component: lazyRouteComponent(() => import('./UsersPage.tsx'), 'UsersPage'),
});

const TABS = ['profile', 'hours', 'rules', 'security'] as const;
export type UserTab = (typeof TABS)[number];

/** `me` is the signed-in person. */
export const userRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/users/$id',
  validateSearch: (search: Record<string, unknown>): { tab?: UserTab } => {
    const tab = oneOf(search.tab, TABS);
    return tab === undefined ? {} : { tab };
  },
  loader: async ({ context: { queryClient }, params }) => {
    const id = params.id === 'me' ? (await queryClient.ensureQueryData(sessionQuery)).user.id : params.id;
    await Promise.all([queryClient.ensureQueryData(profileQuery(id)), queryClient.prefetchQuery(rulesQuery(id))]);
    return { id };
  },
  component: lazyRouteComponent(() => import('./UserPage.tsx'), 'UserPage'),
});

export const teamsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/teams',
  loader: ({ context: { queryClient } }) => queryClient.ensureQueryData(teamsQuery),
  component: lazyRouteComponent(() => import('./TeamsPage.tsx'), 'TeamsPage'),
});
