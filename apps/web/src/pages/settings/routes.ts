import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { sessionQuery } from '../../api/session.ts';
import { appRoute } from '../../app/root.tsx';
import { one } from '../../lib/search-params.ts';
import { accountsQuery, rolesQuery, tokensQuery } from './access-queries.ts';
import { auditQuery, parseAuditFilter } from './audit-query.ts';
import { liveSettingsQuery } from './live-settings.ts';
import { organizationQuery, policyQuery } from './organization-queries.ts';
import { SETTINGS } from './sections.ts';

export const settingsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('./SettingsLayout.tsx'), 'SettingsLayout'),
});

/** Opens the first section that the person may see. */
export const settingsIndexRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/',
  beforeLoad: async ({ context: { queryClient } }) => {
    const { permissions } = await queryClient.ensureQueryData(sessionQuery);
    const first = SETTINGS.find(({ permission }) => permissions.includes(permission));
    if (first !== undefined) throw redirect({ to: first.path, replace: true });
  },
  component: lazyRouteComponent(() => import('./NoSettings.tsx'), 'NoSettings'),
});

export const organizationRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/organization',
  loader: ({ context: { queryClient } }) =>
    Promise.all([queryClient.ensureQueryData(organizationQuery), queryClient.ensureQueryData(policyQuery)]),
  component: lazyRouteComponent(() => import('./OrganizationPage.tsx'), 'OrganizationPage'),
});

export const auditRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/audit',
  validateSearch: parseAuditFilter,
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queryClient }, deps }) => queryClient.ensureInfiniteQueryData(auditQuery(deps)),
  component: lazyRouteComponent(() => import('./AuditPage.tsx'), 'AuditPage'),
});

export const tokensRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/tokens',
  validateSearch: (search: Record<string, unknown>): { all?: boolean } => (one(search.all) === 'true' ? { all: true } : {}),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queryClient }, deps }) => queryClient.ensureQueryData(tokensQuery(deps.all ?? false)),
  component: lazyRouteComponent(() => import('./TokensPage.tsx'), 'TokensPage'),
});

export const serviceAccountsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/service-accounts',
  loader: ({ context: { queryClient } }) =>
    Promise.all([queryClient.ensureQueryData(accountsQuery), queryClient.ensureQueryData(rolesQuery)]),
  component: lazyRouteComponent(() => import('./ServiceAccountsPage.tsx'), 'ServiceAccountsPage'),
});

export const rolesRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/roles',
  loader: ({ context: { queryClient } }) => queryClient.ensureQueryData(rolesQuery),
  component: lazyRouteComponent(() => import('./RolesPage.tsx'), 'RolesPage'),
});

/** Settings of the installation; links of Grafana OnCall's plugin lead here. */
export const serverRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/env',
  loader: ({ context: { queryClient } }) => queryClient.ensureQueryData(liveSettingsQuery),
  component: lazyRouteComponent(() => import('./ServerPage.tsx'), 'ServerPage'),
});

/** Where links to the plugin's chat settings lead. */
export const chatRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/chat-ops',
  component: lazyRouteComponent(() => import('./ChatPage.tsx'), 'ChatPage'),
});

export const settingsRoutes = settingsRoute.addChildren([
  settingsIndexRoute,
  organizationRoute,
  serverRoute,
  tokensRoute,
  serviceAccountsRoute,
  rolesRoute,
  auditRoute,
]);
