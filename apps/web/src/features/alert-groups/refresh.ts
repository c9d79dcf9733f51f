import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { api, type ListPage, type Query } from '../../api/client.ts';
import { ApiError } from '../../api/errors.ts';
import type { AlertGroup } from '../../api/types.ts';
import { beginReading, isFresh } from './freshness.ts';
import { groupQuery, WITHOUT_PAYLOADS } from './queries.ts';

type Lists = InfiniteData<ListPage<AlertGroup>, string | null>;

/** Events within this time are answered together. */
const GATHER_MS = 120;
/** More changes at once than this, and lists are read anew as a whole. */
const MOST_SINGLE = 50;
const STORM_MS = 1_000;

const LISTS = ['alert-groups', 'list'] as const;

/** Replaces a group in every list that shows it. @param began when it was read, from `beginReading`: what is older than a change is dropped */
export function patchGroup(client: QueryClient, group: AlertGroup, began: number): void {
  if (!isFresh(group.id, began)) return;
  client.setQueriesData<Lists>({ queryKey: LISTS }, (lists) => mapGroups(lists, new Set([group.id]), () => group));
}

/** Reads a group anew for its page and the lists. Readings under way may show the past, so they are dropped. */
export async function readGroup(client: QueryClient, id: string): Promise<void> {
  await client.cancelQueries({ queryKey: groupQuery(id).queryKey });
  const began = beginReading();
  patchGroup(client, await client.fetchQuery({ ...groupQuery(id), staleTime: 0 }), began);
}

/**
 * Changes groups wherever they are shown, before the server has answered.
 * @returns what puts those with the given ids back as they were
 */
export function patchOptimistically(
  client: QueryClient,
  groups: readonly AlertGroup[],
  change: (group: AlertGroup) => AlertGroup,
): (ids: ReadonlySet<string>) => void {
  const before = new Map(groups.map((group) => [group.id, group]));
  const patch = (next: (group: AlertGroup) => AlertGroup) => {
    client.setQueriesData<Lists>({ queryKey: LISTS }, (lists) =>
      mapGroups(lists, before, (group) => ({ ...next(group), last_alert: group.last_alert })),
    );
    for (const id of before.keys())
      client.setQueryData<AlertGroup>(groupQuery(id).queryKey, (group) =>
        group === undefined ? undefined : { ...next(group), last_alert: group.last_alert },
      );
  };
  patch(change);
  return (ids) => patch((group) => (ids.has(group.id) ? (before.get(group.id) ?? group) : group));
}

const holds = (lists: Lists | undefined, id: string): boolean =>
  lists?.pages.some((page) => page.results.some((group) => group.id === id)) === true;

function mapGroups(
  lists: Lists | undefined,
  ids: { has(id: string): boolean },
  change: (group: AlertGroup) => AlertGroup,
): Lists | undefined {
  if (lists === undefined) return lists;
  const pages = lists.pages.map((page) =>
    page.results.some(({ id }) => ids.has(id))
      ? { ...page, results: page.results.map((group) => (ids.has(group.id) ? change(group) : group)) }
      : page,
  );
  return pages.every((page, index) => page === lists.pages[index]) ? lists : { ...lists, pages };
}

function withoutGroups(lists: Lists, gone: ReadonlySet<string>): Lists {
  return { ...lists, pages: lists.pages.map((page) => ({ ...page, results: page.results.filter(({ id }) => !gone.has(id)) })) };
}

/** Puts new groups where their start places them on the first page. */
function withNewGroups(lists: Lists, groups: readonly AlertGroup[]): Lists {
  const [first, ...rest] = lists.pages;
  if (first === undefined || groups.length === 0) return lists;
  const results = [...groups, ...first.results].sort((a, b) => b.created_at.localeCompare(a.created_at));
  return { ...lists, pages: [{ ...first, results }, ...rest] };
}

// Rows do not move under the pointer: while a list is held, groups that came or left wait.
let isHeld = false;
const waitingNew = new Set<string>();
const waitingGone = new Set<string>();
const listeners = new Set<() => void>();
const tell = () => {
  for (const listener of listeners) listener();
};

/** How many new groups wait for the list to be let go. */
export const readWaiting = (): number => waitingNew.size;
export const subscribeWaiting = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Keeps the rows of lists in place while somebody reads or selects, and lets go of them afterwards. */
export function holdLists(client: QueryClient, hold: boolean): void {
  isHeld = hold;
  if (hold || waitingGone.size === 0) return;
  const gone = new Set(waitingGone);
  waitingGone.clear();
  client.setQueriesData<Lists>({ queryKey: LISTS, type: 'active' }, (lists) =>
    lists === undefined ? lists : withoutGroups(lists, gone),
  );
}

/** Shows the groups that waited. */
export async function showWaiting(client: QueryClient): Promise<void> {
  waitingNew.clear();
  waitingGone.clear();
  tell();
  await client.invalidateQueries({ queryKey: LISTS });
}

/** Forgets what waited: another list is shown. */
export function forgetWaiting(): void {
  waitingNew.clear();
  waitingGone.clear();
  tell();
}

const readGroups = async (query: Query, ids: readonly string[]): Promise<AlertGroup[]> =>
  (
    await api.get<ListPage<AlertGroup>>('/alert_groups', {
      query: { ...query, ...WITHOUT_PAYLOADS, id: ids, perpage: MOST_SINGLE },
    })
  ).results;

/** Brings a list that is on screen in line with groups that changed. */
async function updateList(client: QueryClient, key: readonly unknown[], ids: readonly string[]): Promise<void> {
  const began = beginReading();
  const fitting = await readGroups(key[2] as Query, ids);
  const fits = new Set(fitting.map(({ id }) => id));
  const lists = client.getQueryData<Lists>(key);
  const fresh = fitting.filter(({ id }) => !holds(lists, id));
  const gone = ids.filter((id) => !fits.has(id) && holds(lists, id) && isFresh(id, began));
  if (isHeld) {
    for (const id of gone) waitingGone.add(id);
    for (const { id } of fresh) waitingNew.add(id);
    tell();
    return;
  }
  client.setQueryData<Lists>(key, (old) => (old === undefined ? old : withNewGroups(withoutGroups(old, new Set(gone)), fresh)));
}

let pauses = 0;
const resumers = new Set<() => void>();

/** Leaves what is on screen as it is while this page itself changes many groups. @returns what ends that, and brings it in line */
export function pauseUpdates(): () => void {
  pauses += 1;
  return () => {
    pauses -= 1;
    if (pauses === 0) for (const resume of resumers) resume();
  };
}

/**
 * Turns events into reads: what is shown is read by its ids, once in 120 ms; many changes at once read the lists anew, and the next time
 * not before that is done and a second is over.
 */
export function createGroupRefresher(client: QueryClient) {
  const waiting = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStorm = false;

  const readAll = async () => {
    isStorm = true;
    const second = new Promise((resolve) => setTimeout(resolve, STORM_MS));
    await Promise.all([client.invalidateQueries({ queryKey: ['alert-groups'] }), second]);
    isStorm = false;
    gather();
  };
  const gather = () => {
    if (waiting.size > 0 && pauses === 0 && !isStorm) timer ??= setTimeout(flush, GATHER_MS);
  };
  resumers.add(gather);

  const refresh = async (ids: readonly string[]) => {
    const active = client.getQueryCache().findAll({ queryKey: LISTS, type: 'active' });
    void client.invalidateQueries({ queryKey: LISTS, type: 'inactive', refetchType: 'none' });
    const began = beginReading();
    // A group whose change is under way here is read when that is done.
    for (const id of ids) if (isFresh(id, began)) void client.invalidateQueries({ queryKey: groupQuery(id).queryKey });
    const shown = ids.filter((id) => active.some((one) => holds(one.state.data as Lists, id)));
    const read = shown.length === 0 ? [] : await readGroups({}, shown);
    for (const group of read) patchGroup(client, group, began);
    await Promise.all(active.map((one) => updateList(client, one.queryKey, ids)));
  };
  const flush = () => {
    timer = undefined;
    if (pauses > 0) return;
    const ids = [...waiting];
    waiting.clear();
    void client.invalidateQueries({ queryKey: ['alert-groups', 'counts'] });
    void client.invalidateQueries({ queryKey: ['home'] });
    for (const id of ids) void client.invalidateQueries({ queryKey: ['alert-groups', 'of', id] });
    if (ids.length > MOST_SINGLE) return void readAll();
    refresh(ids).catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      // The connection broke; the list is read anew when it is back.
      void client.invalidateQueries({ queryKey: LISTS });
    });
  };
  return {
    changed(id: string) {
      waiting.add(id);
      gather();
    },
    stop: () => {
      clearTimeout(timer);
      resumers.delete(gather);
      waiting.clear();
    },
  };
}
