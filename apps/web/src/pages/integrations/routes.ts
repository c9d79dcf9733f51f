import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { integrationsQuery } from '../../api/index.ts';
import { appRoute } from '../../app/root.tsx';
import { one } from '../../lib/search-params.ts';
import {
  countersQuery,
  heartbeatsQuery,
  integrationCountersQuery,
  integrationQuery,
  routesQuery,
  typeQuery,
  typesQuery,
} from './queries.ts';
import { samplesQuery } from './samples.ts';

export const integrationsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/integrations',
  validateSearch: (search: Record<string, unknown>): { search?: string; type?: string; label?: string } => {
    const [text, type, label] = [one(search.search), one(search.type), one(search.label)];
    return {
      ...(text === undefined ? {} : { search: text }),
      ...(type === undefined ? {} : { type }),
      ...(label === undefined ? {} : { label }),
    };
  },
  loader: ({ context: { queryClient } }) =>
    Promise.all([
      queryClient.ensureQueryData(integrationsQuery),
      queryClient.ensureQueryData(typesQuery),
      queryClient.prefetchQuery(countersQuery),
      queryClient.prefetchQuery(heartbeatsQuery),
    ]),
  component: lazyRouteComponent(() => import('./IntegrationsPage.tsx'), 'IntegrationsPage'),
});

export const integrationRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/integrations/$id',
  loader: ({ context: { queryClient }, params: { id } }) =>
    Promise.all([
      queryClient.ensureQueryData(integrationQuery(id)),
      queryClient.ensureQueryData(routesQuery(id)),
      queryClient.ensureQueryData(typesQuery),
      queryClient.prefetchQuery(integrationCountersQuery(id)),
    ]),
  component: lazyRouteComponent(() => import('./IntegrationPage.tsx'), 'IntegrationPage'),
});

export const templatesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/integrations/$id/templates',
  validateSearch: (search: Record<string, unknown>): { template?: string; payload?: string } => {
    const [template, payload] = [one(search.template), one(search.payload)];
    return { ...(template === undefined ? {} : { template }), ...(payload === undefined ? {} : { payload }) };
  },
  loader: async ({ context: { queryClient }, params: { id } }) => {
    const { type } = await queryClient.ensureQueryData(integrationQuery(id));
    await Promise.all([queryClient.ensureQueryData(typeQuery(type)), queryClient.prefetchQuery(samplesQuery(id))]);
  },
  component: lazyRouteComponent(() => import('./templates/TemplatesPage.tsx'), 'TemplatesPage'),
});
