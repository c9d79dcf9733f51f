import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { appRoute } from '../../app/root.tsx';
import { STEPS, type StepName } from '../../features/guided-setup/progress.ts';
import { oneOf } from '../../lib/search-params.ts';

export const welcomeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/welcome',
  validateSearch: (search: Record<string, unknown>): { step?: StepName } => {
    const step = oneOf(search.step, STEPS);
    return step === undefined ? {} : { step };
  },
  component: lazyRouteComponent(() => import('./WelcomePage.tsx'), 'WelcomePage'),
});
