import { queryOptions } from '@tanstack/react-query';
import { api, type ListPage } from '../../api/client.ts';
import { groupsQuery } from '../../features/alert-groups/queries.ts';

/** What fires now; live events keep it in line like every list. */
export const attentionQuery = groupsQuery({ state: ['new'] });

export type MyShift = { schedule: string; shift_start: string; shift_end: string };
type FinalShift = { user_pk: string; shift_start: string; shift_end: string };

const DAYS_AHEAD = 30;
const MOST_SCHEDULES = 30;
const DAY_MS = 86_400_000;
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** A person's shifts of the next 30 days over all schedules, in their order. */
export const myShiftsQuery = (userId: string, schedules: readonly { id: string; name: string }[]) =>
  queryOptions({
    queryKey: ['schedules', 'shifts-of', userId, schedules.map(({ id }) => id)],
    queryFn: async ({ signal }): Promise<MyShift[]> => {
      const query = { start_date: day(Date.now() - DAY_MS), end_date: day(Date.now() + DAYS_AHEAD * DAY_MS) };
      const all = await Promise.all(
        schedules.slice(0, MOST_SCHEDULES).map(async ({ id, name }) => {
          const { results } = await api.get<ListPage<FinalShift>>('/schedules/{id}/final_shifts', {
            path: { id },
            query,
            signal,
          });
          return results.filter(({ user_pk }) => user_pk === userId).map((shift) => ({ ...shift, schedule: name }));
        }),
      );
      return all.flat().sort((a, b) => a.shift_start.localeCompare(b.shift_start));
    },
    enabled: schedules.length > 0,
    staleTime: 60_000,
  });
