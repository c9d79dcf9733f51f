import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, Outlet, redirect } from '@tanstack/react-router';
import { ApiError } from '../api/errors.ts';
import { methodsQuery, sessionQuery } from '../api/session.ts';
import { Toaster } from '../ui/index.ts';
import { NotFoundPage, RouteError } from './error-pages.tsx';
import { Shell } from './Shell.tsx';

export type RouterContext = { queryClient: QueryClient };

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** Asks for what the page needs first, before it is known who is there; what is refused is asked for again later. */
    prefetch?: (queryClient: QueryClient, search: Record<string, unknown>, params: Readonly<Record<string, string>>) => void;
  }
}

export const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: () => (
    <>
      <Outlet />
      <Toaster />
    </>
  ),
  notFoundComponent: () => (
    <main>
      <NotFoundPage />
    </main>
  ),
  errorComponent: RouteError,
});

/** What stands behind the sign-in. Every page of the application has it as its parent. */
export const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  beforeLoad: async ({ context: { queryClient }, location, matches }) => {
    // On a cold start the page's own data is asked for beside the session rather than after it.
    if (queryClient.getQueryData(sessionQuery.queryKey) === undefined) {
      for (const { staticData, search, params } of matches) staticData.prefetch?.(queryClient, search, params);
    }
    try {
      await queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) throw error;
      const methods = await queryClient.fetchQuery(methodsQuery);
      if (methods.setup_needed) throw redirect({ to: '/setup', search: {} });
      throw redirect({ to: '/login', search: location.href === '/' ? {} : { next: location.href } });
    }
  },
  component: Shell,
  notFoundComponent: NotFoundPage,
  errorComponent: RouteError,
});
