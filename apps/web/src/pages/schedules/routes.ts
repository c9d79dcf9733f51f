import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { schedulesQuery } from '../../api/index.ts';
import { sessionQuery } from '../../api/session.ts';
import { appRoute } from '../../app/root.tsx';
import { allStepsQuery } from '../../features/used-by/steps-query.ts';
import { one, oneOf, zoneOf } from '../../lib/search-params.ts';
import { scheduleQuery, shiftsQuery, turnsOfPersonQuery } from './queries.ts';

export const VIEWS = ['day', 'week', '2weeks', 'month'] as const;
export type View = (typeof VIEWS)[number];
/** `tz`: the zone that times are shown in, for whoever opens the link. */
export type ScheduleSearch = { view?: View; date?: string; tz?: string };

const YES = ['true'] as const;
const YES_NO = ['true', 'false'] as const;
/** `open`: whose week is shown. `mine`: with a turn of mine within 30 days. `used`: whether an escalation chain asks it. */
export type SchedulesSearch = {
  search?: string;
  type?: string;
  mine?: 'true';
  used?: 'true' | 'false';
  tz?: string;
  open?: string;
};

export const schedulesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/schedules',
  validateSearch: (search: Record<string, unknown>): SchedulesSearch => {
    const [text, type, mine, used] = [one(search.search), one(search.type), oneOf(search.mine, YES), oneOf(search.used, YES_NO)];
    const [tz, open] = [zoneOf(search.tz), one(search.open)];
    return {
      ...(text === undefined ? {} : { search: text }),
      ...(type === undefined ? {} : { type }),
      ...(mine === undefined ? {} : { mine }),
      ...(used === undefined ? {} : { used }),
      ...(open === undefined ? {} : { open }),
      ...(tz === undefined ? {} : { tz }),
    };
  },
  loaderDeps: ({ search: { used } }) => ({ asksUse: used !== undefined }),
  // With what stands above the list and what narrows it, so that neither comes later and moves the rows.
  loader: async ({ context: { queryClient }, deps: { asksUse } }) => {
    const { user, permissions } = await queryClient.ensureQueryData(sessionQuery);
    await Promise.all([
      queryClient.ensureQueryData({ ...schedulesQuery, staleTime: 30_000 }),
      permissions.includes('user-settings:read') && queryClient.prefetchQuery(turnsOfPersonQuery(user.id)),
      asksUse && permissions.includes('escalation-chains:read') && queryClient.prefetchQuery(allStepsQuery),
    ]);
  },
  component: lazyRouteComponent(() => import('./SchedulesPage.tsx'), 'SchedulesPage'),
});

export const scheduleRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/schedules/$id',
  validateSearch: (search: Record<string, unknown>): ScheduleSearch => {
    const view = oneOf(search.view, VIEWS);
    const date = one(search.date);
    const tz = zoneOf(search.tz);
    return {
      ...(view === undefined ? {} : { view }),
      ...(date !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(date) ? { date } : {}),
      ...(tz === undefined ? {} : { tz }),
    };
  },
  loader: ({ context: { queryClient }, params: { id } }) =>
    Promise.all([queryClient.ensureQueryData(scheduleQuery(id)), queryClient.ensureQueryData(shiftsQuery(id))]),
  component: lazyRouteComponent(() => import('./SchedulePage.tsx'), 'SchedulePage'),
});
