import { queryOptions } from '@tanstack/react-query';
import { api, listAll, type Schedule } from '../../api/index.ts';
import type { ScheduleTimeline, TimelinePiece } from '../../api/schema.js';

export type { ScheduleTimeline, TimelinePiece };

/** `GET /on_call_shifts`; keys that do not belong to the type are not there. */
export type Shift = {
  id: string;
  schedule: string | null;
  name: string | null;
  type: 'single_event' | 'recurrent_event' | 'rolling_users' | 'override';
  time_zone: string | null;
  level?: number;
  /** Wall-clock time in the shift's zone. */
  start: string;
  rotation_start: string;
  duration: number;
  frequency?: 'hourly' | 'daily' | 'weekly' | 'monthly' | null;
  interval?: number | null;
  until?: string | null;
  by_day?: string[] | null;
  users?: string[];
  rolling_users?: string[][] | null;
};

export type Swap = {
  id: string;
  schedule: string;
  swap_start: string;
  swap_end: string;
  beneficiary: string;
  benefactor: string | null;
  status: 'open' | 'taken' | 'past_due' | 'deleted';
  description: string | null;
};

export type Quality = {
  total_score: number;
  comments: { type: string; text: string }[];
  overloaded_users: { id: string; score: number }[];
};
export type Warning = { type: string; start: string | null; end: string | null; user_id: string | null; text: string };

export const scheduleQuery = (id: string) =>
  queryOptions({
    queryKey: ['schedules', 'one', id],
    queryFn: ({ signal }): Promise<Schedule> => api.get('/schedules/{id}', { path: { id }, signal }),
  });

export const shiftsQuery = (id: string) =>
  queryOptions({
    queryKey: ['schedules', 'one', id, 'shifts'],
    queryFn: ({ signal }): Promise<Shift[]> => listAll('/on_call_shifts', { schedule_id: id }, signal),
  });

/** Days in UTC, `2026-03-02`, or with a time; the end is excluded. */
export type Range = { start_date: string; end_date: string };

export const timelineQuery = (id: string, range: Range) =>
  queryOptions({
    queryKey: ['schedules', 'one', id, 'timeline', range],
    queryFn: ({ signal }): Promise<ScheduleTimeline> =>
      api.get('/schedules/{id}/timeline', { path: { id }, query: range, signal }),
    placeholderData: (previous) => previous,
  });

export const qualityQuery = (id: string) =>
  queryOptions({
    queryKey: ['schedules', 'one', id, 'quality'],
    queryFn: ({ signal }): Promise<Quality> => api.get('/schedules/{id}/quality', { path: { id }, signal }),
  });

export const warningsQuery = (id: string) =>
  queryOptions({
    queryKey: ['schedules', 'one', id, 'warnings'],
    queryFn: async ({ signal }): Promise<Warning[]> =>
      (await api.get<{ results: Warning[] }>('/schedules/{id}/warnings', { path: { id }, signal })).results,
  });

/** The same for all schedules, in one request. */
export const allWarningsQuery = queryOptions({
  queryKey: ['schedules', 'warnings'],
  queryFn: async ({ signal }): Promise<(Warning & { schedule_id: string })[]> =>
    (await api.get<{ results: (Warning & { schedule_id: string })[] }>('/schedules/warnings', { signal })).results,
});

type Turn = { shift_start: string; shift_end: string };
/** `GET /users/{id}/upcoming_shifts` */
export type TurnsOnSchedule = {
  schedule_id: string;
  schedule_name: string;
  current_shift: Turn | null;
  next_shift: Turn | null;
};

/** The turn under way and the next one of a person within 30 days, by schedule. */
export const turnsOfPersonQuery = (userId: string) =>
  queryOptions({
    queryKey: ['schedules', 'of-person', userId],
    queryFn: ({ signal }): Promise<TurnsOnSchedule[]> => api.get('/users/{id}/upcoming_shifts', { path: { id: userId }, signal }),
  });

export const swapsQuery = (id: string) =>
  queryOptions({
    queryKey: ['schedules', 'one', id, 'swaps'],
    queryFn: ({ signal }): Promise<Swap[]> => listAll('/shift_swaps', { schedule_id: id }, signal),
  });
