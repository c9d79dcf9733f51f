import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { Readiness } from '../../api/schema.js';

export type ReadinessRow = Readiness['results'][number];
export const STATES = ['not_reachable', 'partial', 'ready'] as const;

/** Events about people and schedules make it stale. */
export const readinessQuery = queryOptions({
  queryKey: ['readiness'],
  queryFn: async ({ signal }): Promise<ReadinessRow[]> => (await api.get<Readiness>('/readiness', { signal })).results,
  staleTime: 60_000,
});
