import type { Query } from '../../api/client.ts';
import { many, one } from '../../lib/search-params.ts';

export const STATE_WORDS = ['new', 'acknowledged', 'silenced', 'resolved'] as const;
export type StateWord = (typeof STATE_WORDS)[number];
const DEFAULT_STATES: readonly StateWord[] = ['new', 'acknowledged'];

/** Filters that hold several ids or values. */
export const LIST_FILTERS = [
  'team_id',
  'integration_id',
  'escalation_chain_id',
  'route_id',
  'acknowledged_by',
  'resolved_by',
  'silenced_by',
  'invitees_are',
  'involved_users_are',
  'label',
  'exclude_label',
  'exclude_integration_id',
  'exclude_team_id',
] as const;
export type ListFilter = (typeof LIST_FILTERS)[number];

/** What the list shows: its URL, read. What is left out has its default. */
export type GroupFilter = {
  state?: StateWord[];
  search?: string;
  /** Such as `now-7d_now`, or two UTC times joined by `_`. */
  started_at?: string;
  resolved_at?: string;
  mine?: 'true';
  with_resolution_note?: 'true' | 'false';
  /** What rows stand under: `integration`, `team`, `state` or `label:<key>`. It filters nothing. */
  group_by?: string;
  /** The drawer that works on every page. */
  page?: string;
} & { [Name in ListFilter]?: string[] };

export const DEFAULT_PERIOD = 'now-30d_now';
export const PERIODS: readonly (readonly [value: string, label: string])[] = [
  ['now-24h_now', 'Last 24 hours'],
  ['now-7d_now', 'Last 7 days'],
  ['now-30d_now', 'Last 30 days'],
  ['now-90d_now', 'Last 90 days'],
  ['now-3650d_now', 'All time'],
];

/** How the reference's links name the states. */
const OLD_STATES: Readonly<Record<string, StateWord>> = { 0: 'new', 1: 'acknowledged', 2: 'resolved', 3: 'silenced' };

const isState = (word: string): word is StateWord => (STATE_WORDS as readonly string[]).includes(word);

/** Reads the search parameters of the page; unknown ones are dropped, the reference's `status=0` and `team=` are understood. */
export function parseFilter(search: Record<string, unknown>): GroupFilter {
  const states = [...many(search.state), ...many(search.status).map((old) => OLD_STATES[old] ?? '')].filter(isState);
  const filter: GroupFilter = {};
  if (states.length > 0) filter.state = STATE_WORDS.filter((word) => states.includes(word));
  for (const name of LIST_FILTERS) {
    const values = name === 'team_id' ? [...many(search.team_id), ...many(search.team)] : many(search[name]);
    if (values.length > 0) filter[name] = values;
  }
  for (const name of ['search', 'started_at', 'resolved_at', 'group_by', 'page'] as const) {
    const value = one(search[name]);
    if (value !== undefined) filter[name] = value;
  }
  if (one(search.mine) === 'true') filter.mine = 'true';
  const noted = one(search.with_resolution_note);
  if (noted === 'true' || noted === 'false') filter.with_resolution_note = noted;
  return filter;
}

/** The filter with the teams that the person looks at, where it names none itself. */
export const inTeamScope = (filter: GroupFilter, teams: readonly string[]): GroupFilter =>
  filter.team_id !== undefined || teams.length === 0 ? filter : { ...filter, team_id: [...teams] };

export const statesOf = (filter: GroupFilter): readonly StateWord[] => filter.state ?? DEFAULT_STATES;

/** The filter with a state switched on or off. With none left, and with those shown anyway, the address says nothing of states. */
export function withState({ state: _state, ...rest }: GroupFilter, word: StateWord): GroupFilter {
  const before = _state ?? DEFAULT_STATES;
  const states = STATE_WORDS.filter((one) => (one === word) !== before.includes(one));
  const isDefault = states.length === DEFAULT_STATES.length && DEFAULT_STATES.every((one) => states.includes(one));
  return isDefault || states.length === 0 ? rest : { ...rest, state: states };
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const MINUTE_MS = 60_000;
const FOREVER = '9999-12-31T23:59:59';

const apiInstant = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

/** `now-7d_now` as the API takes it. The end of a range until now is open, so that what comes in later belongs to it. */
export function absoluteRange(range: string, now: number): string | undefined {
  const read = (part: string, isEnd: boolean): string | null => {
    if (part === 'now') return isEnd ? FOREVER : apiInstant(now);
    const relative = /^now-(\d{1,5})([mhd])$/.exec(part);
    if (relative !== null)
      return apiInstant(Math.floor((now - Number(relative[1]) * (UNIT_MS[relative[2] ?? ''] ?? 0)) / MINUTE_MS) * MINUTE_MS);
    return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(part) ? part : null;
  };
  const [from = '', to = ''] = range.split('_');
  const ends = [read(from, false), read(to, true)];
  return ends[0] === null || ends[1] === null ? undefined : ends.join('_');
}

/** What is asked of the API. @param now when the page was opened, so that one visit keeps one key in the cache */
export function toQuery(filter: GroupFilter, now: number): Query {
  const { state: _state, page: _page, group_by: _by, started_at = DEFAULT_PERIOD, resolved_at, ...rest } = filter;
  return {
    ...rest,
    started_at: absoluteRange(started_at, now),
    ...(resolved_at === undefined ? {} : { resolved_at: absoluteRange(resolved_at, now) }),
  };
}

/** Filters apart from state and period, for "nothing matches" and the chips. */
export const activeFilters = (
  filter: GroupFilter,
): (ListFilter | 'search' | 'mine' | 'with_resolution_note' | 'resolved_at')[] => [
  ...LIST_FILTERS.filter((name) => filter[name] !== undefined),
  ...(['search', 'mine', 'with_resolution_note', 'resolved_at'] as const).filter((name) => filter[name] !== undefined),
];
