import { createRoute, lazyRouteComponent, notFound, redirect } from '@tanstack/react-router';
import { forgetOfflineReading } from '../../api/offline.ts';
import { methodsQuery } from '../../api/session.ts';
import { rootRoute } from '../../app/root.tsx';
import { one } from '../../lib/search-params.ts';

/** Only paths of this origin: `//host` and `/\host` lead elsewhere. */
export const safeNext = (value: unknown): string => {
  const next = one(value);
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : '/';
};

export const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): { next?: string } => {
    const next = safeNext(search.next);
    return next === '/' ? {} : { next };
  },
  loader: async ({ context: { queryClient } }) => {
    const methods = await queryClient.fetchQuery(methodsQuery);
    if (methods.setup_needed) throw redirect({ to: '/setup', search: {} });
    await forgetOfflineReading(); // also what was under way when somebody signed out
  },
  component: lazyRouteComponent(() => import('./LoginPage.tsx'), 'LoginPage'),
});

export const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  validateSearch: (search: Record<string, unknown>): { code?: string } => {
    const code = one(search.code);
    return code === undefined ? {} : { code };
  },
  loader: async ({ context: { queryClient } }) => {
    const methods = await queryClient.fetchQuery({ ...methodsQuery, staleTime: 0 });
    if (!methods.setup_needed) throw notFound();
  },
  component: lazyRouteComponent(() => import('./SetupPage.tsx'), 'SetupPage'),
});

export const inviteRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invite/$token',
  component: lazyRouteComponent(() => import('./InvitePage.tsx'), 'InvitePage'),
});

export const resetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset/$token',
  component: lazyRouteComponent(() => import('./ResetPage.tsx'), 'ResetPage'),
});

export const forgotRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgot',
  component: lazyRouteComponent(() => import('./ForgotPage.tsx'), 'ForgotPage'),
});

export const confirmEmailRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/confirm-email/$token',
  component: lazyRouteComponent(() => import('./ConfirmEmailPage.tsx'), 'ConfirmEmailPage'),
});
