import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { appRoute } from '../../app/root.tsx';

export const alertGroupsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/alert-groups',
  component: lazyRouteComponent(() => import('./AlertGroupsPage.tsx'), 'AlertGroupsPage'),
});
