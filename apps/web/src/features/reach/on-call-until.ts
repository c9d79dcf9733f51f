import { queryOptions } from '@tanstack/react-query';
import { api, type ListPage } from '../../api/client.ts';

type FinalShift = { user_pk: string; shift_start: string; shift_end: string };

const DAY_MS = 86_400_000;
const DAYS_AHEAD = 31;
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Until when a person is on call on schedules that have them on call now, by the id of the schedule. */
export const onCallUntilQuery = (userId: string, scheduleIds: readonly string[]) =>
  queryOptions({
    queryKey: ['schedules', 'on-call-until', userId, scheduleIds],
    queryFn: async ({ signal }): Promise<Readonly<Record<string, string>>> => {
      const now = Date.now();
      const query = { start_date: day(now - DAY_MS), end_date: day(now + DAYS_AHEAD * DAY_MS) };
      const ends = await Promise.all(
        scheduleIds.map(async (id) => {
          const { results } = await api.get<ListPage<FinalShift>>('/schedules/{id}/final_shifts', {
            path: { id },
            query,
            signal,
          });
          // Turns that follow one another without a gap are one.
          const end = results
            .filter(({ user_pk }) => user_pk === userId)
            .sort((a, b) => a.shift_start.localeCompare(b.shift_start))
            .reduce((until, { shift_start, shift_end }) => {
              if (until === '') return Date.parse(shift_start) <= now && now < Date.parse(shift_end) ? shift_end : '';
              return Date.parse(shift_start) <= Date.parse(until) && shift_end > until ? shift_end : until;
            }, '');
          return [id, end] as const;
        }),
      );
      return Object.fromEntries(ends.filter(([, end]) => end !== ''));
    },
    enabled: scheduleIds.length > 0,
    staleTime: 60_000,
  });
