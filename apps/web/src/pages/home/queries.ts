import { queryOptions } from '@tanstack/react-query';
import { api, listAll, type Query } from '../../api/client.ts';
import { type GroupCounts, groupsQuery } from '../../features/alert-groups/queries.ts';

/** What fires now; live events keep it in line like every list. */
export const attentionQuery = (teams: readonly string[]) =>
  groupsQuery({ state: ['new'], ...(teams.length === 0 ? {} : { team_id: teams }) });

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DAYS_AHEAD = 30;
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** A turn of somebody on a schedule. */
export type Turn = { schedule_id: string; user_pk: string; shift_start: string; shift_end: string };

/** The turns of the next 30 days on all schedules, in their order; those under way come first. */
export const turnsQuery = queryOptions({
  queryKey: ['schedules', 'turns'],
  queryFn: async ({ signal }): Promise<Turn[]> => {
    const query = { start_date: day(Date.now() - DAY_MS), end_date: day(Date.now() + DAYS_AHEAD * DAY_MS) };
    const { results } = await api.get<{ results: Turn[] }>('/schedules/final_shifts', { query, signal });
    return results.sort((a, b) => a.shift_start.localeCompare(b.shift_start));
  },
  staleTime: 60_000,
});

/** Turns under way now. */
export const isNow = ({ shift_start, shift_end }: Turn, now: number): boolean =>
  new Date(shift_start).getTime() <= now && now < new Date(shift_end).getTime();

/** `GET /schedules/warnings` */
export type Gap = { schedule_id: string; start: string | null; text: string };
const GAP_DAYS = 7;

/** What the schedules warn of within the next week. */
export const gapsQuery = queryOptions({
  queryKey: ['schedules', 'gaps'],
  queryFn: async ({ signal }): Promise<Gap[]> =>
    (await api.get<{ results: Gap[] }>('/schedules/warnings', { query: { days: GAP_DAYS }, signal })).results,
  staleTime: 300_000,
});

/** Heartbeats that are overdue. Events about integrations make them stale. */
export const missingHeartbeatsQuery = queryOptions({
  queryKey: ['home', 'heartbeats'],
  queryFn: async ({ signal }): Promise<{ id: string; integration_id: string }[]> =>
    (await listAll<{ id: string; integration_id: string; state: string }>('/heartbeats', {}, signal)).filter(
      ({ state }) => state === 'missing',
    ),
});

/** Routes by which an alert reaches nobody, for they have no escalation chain. */
export const unroutedQuery = queryOptions({
  queryKey: ['home', 'routes-without-chain'],
  queryFn: async ({ signal }): Promise<{ id: string; integration_id: string }[]> =>
    (await listAll<{ id: string; integration_id: string; escalation_chain_id: string | null }>('/routes', {}, signal)).filter(
      ({ escalation_chain_id }) => escalation_chain_id === null,
    ),
  staleTime: 60_000,
});

/** `GET /shift_swaps` */
export type OpenSwap = {
  id: string;
  schedule: string;
  swap_start: string;
  swap_end: string;
  beneficiary: string;
  description: string | null;
};
export const openSwapsQuery = queryOptions({
  queryKey: ['schedules', 'open-swaps'],
  queryFn: ({ signal }): Promise<OpenSwap[]> => listAll('/shift_swaps', { open_only: 'true' }, signal),
  staleTime: 60_000,
});

const WEEK_MS = 7 * DAY_MS;
const instant = (ms: number): string => new Date(ms).toISOString().slice(0, 19);
export type Trend = Record<'groups' | 'mine', { now: number; before: number }>;

/** Alert groups of the last seven days and of the week before, all and those that involve me. */
export const trendQuery = queryOptions({
  queryKey: ['home', 'trend'],
  queryFn: async ({ signal }): Promise<Trend> => {
    const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
    const count = async (from: number, to: number, more: Query): Promise<number> => {
      const counts: GroupCounts = await api.get('/alert_groups/stats', {
        query: { ...more, started_at: `${instant(from)}_${instant(to)}` },
        signal,
      });
      return Object.values(counts).reduce((sum, one) => sum + one, 0);
    };
    const both = async (more: Query) => {
      const [last, before] = await Promise.all([
        count(now - WEEK_MS, now + MINUTE_MS, more),
        count(now - 2 * WEEK_MS, now - WEEK_MS - 1_000, more),
      ]);
      return { now: last, before };
    };
    const [groups, mine] = await Promise.all([both({}), both({ mine: 'true' })]);
    return { groups, mine };
  },
  staleTime: 300_000,
});
