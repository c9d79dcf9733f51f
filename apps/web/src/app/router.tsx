import { createRouter } from '@tanstack/react-router';
import { parseSearch, stringifySearch } from '../lib/search-params.ts';
import { alertGroupRoute, alertGroupsRoute } from '../pages/alert-groups/routes.ts';
import { confirmEmailRoute, forgotRoute, inviteRoute, loginRoute, resetRoute, setupRoute } from '../pages/entry/routes.ts';
import { chainRoute, chainsRoute } from '../pages/escalations/routes.ts';
import { homeRoute } from '../pages/home/routes.ts';
import { integrationRoute, integrationsRoute, templatesRoute } from '../pages/integrations/routes.ts';
import { readinessRoute } from '../pages/readiness/routes.ts';
import { scheduleRoute, schedulesRoute } from '../pages/schedules/routes.ts';
import { chatRoute, settingsRoutes } from '../pages/settings/routes.ts';
import { teamsRoute, userRoute, usersRoute } from '../pages/users/routes.ts';
import { webhookRoute, webhooksRoute } from '../pages/webhooks/routes.ts';
import { welcomeRoute } from '../pages/welcome/routes.ts';
import { RouteError } from './error-pages.tsx';
import { createQueryClient } from './query-client.ts';
import { appRoute, rootRoute } from './root.tsx';

// One entry for each page; each folder of pages/ exports its routes.
const routeTree = rootRoute.addChildren([
  loginRoute,
  setupRoute,
  inviteRoute,
  resetRoute,
  confirmEmailRoute,
  forgotRoute,
  appRoute.addChildren([
    homeRoute,
    welcomeRoute,
    alertGroupsRoute,
    alertGroupRoute,
    chainsRoute,
    chainRoute,
    integrationsRoute,
    integrationRoute,
    templatesRoute,
    schedulesRoute,
    scheduleRoute,
    usersRoute,
    userRoute,
    teamsRoute,
    webhooksRoute,
    webhookRoute,
    readinessRoute,
    chatRoute,
    settingsRoutes,
  ]),
]);

export function createAppRouter() {
  const queryClient = createQueryClient();
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: 'intent',
    // The query cache decides what is fresh.
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: RouteError,
    scrollRestoration: true,
    parseSearch,
    stringifySearch,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
