import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { ListPage } from '../../api/client.ts';
import { ApiError } from '../../api/errors.ts';
import type { AlertGroup } from '../../api/types.ts';
import { groupQuery } from './queries.ts';

type Lists = InfiniteData<ListPage<AlertGroup>, string | null>;

/** Events within this time are answered together. */
const GATHER_MS = 150;
/** More changes at once than this, and lists are read anew as a whole. */
const MOST_SINGLE = 15;

/** Replaces a group in every list that shows it. */
export function patchGroup(client: QueryClient, group: AlertGroup): void {
  client.setQueryData(groupQuery(group.id).queryKey, group);
  client.setQueriesData<Lists>({ queryKey: ['alert-groups', 'list'] }, (lists) => mapGroups(lists, group.id, () => group));
}

/** Changes a group wherever it is shown, before the server has answered. @returns what puts everything back */
export function patchOptimistically(client: QueryClient, id: string, change: (group: AlertGroup) => AlertGroup): () => void {
  const before = [
    ...client.getQueriesData({ queryKey: ['alert-groups', 'list'] }),
    ...client.getQueriesData({ queryKey: ['alert-groups', 'one', id] }),
  ];
  client.setQueriesData<Lists>({ queryKey: ['alert-groups', 'list'] }, (lists) => mapGroups(lists, id, change));
  client.setQueryData<AlertGroup>(groupQuery(id).queryKey, (group) => (group === undefined ? undefined : change(group)));
  return () => {
    for (const [key, data] of before) client.setQueryData(key, data);
  };
}

function mapGroups(lists: Lists | undefined, id: string, change: (group: AlertGroup) => AlertGroup): Lists | undefined {
  if (lists?.pages.some((page) => page.results.some((group) => group.id === id)) !== true) return lists;
  return {
    ...lists,
    pages: lists.pages.map((page) => ({
      ...page,
      results: page.results.map((group) => (group.id === id ? change(group) : group)),
    })),
  };
}

const isShown = (client: QueryClient, id: string): boolean =>
  client
    .getQueriesData<Lists>({ queryKey: ['alert-groups', 'list'] })
    .some(([, lists]) => lists?.pages.some((page) => page.results.some((group) => group.id === id)) === true);

/** Turns events into reads: rows that are shown are read alone; counts, and lists that gained a row, as a whole. */
export function createGroupRefresher(client: QueryClient) {
  const waiting = new Set<string>();
  let created = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const readOne = async (id: string) => {
    try {
      patchGroup(client, await client.fetchQuery({ ...groupQuery(id), staleTime: 0 }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Deleted, or out of reach now: the list no longer holds it.
      await client.invalidateQueries({ queryKey: ['alert-groups', 'list'] });
    }
  };
  const flush = () => {
    timer = undefined;
    const ids = [...waiting];
    waiting.clear();
    void client.invalidateQueries({ queryKey: ['alert-groups', 'counts'] });
    void client.invalidateQueries({ queryKey: ['home'] });
    for (const id of ids) void client.invalidateQueries({ queryKey: ['alert-groups', 'of', id] });
    const single = ids.filter((id) => isShown(client, id) || client.getQueryData(groupQuery(id).queryKey) !== undefined);
    if (created || single.length > MOST_SINGLE) void client.invalidateQueries({ queryKey: ['alert-groups', 'list'] });
    if (single.length <= MOST_SINGLE) for (const id of single) void readOne(id);
    else void client.invalidateQueries({ queryKey: ['alert-groups', 'one'] });
    created = false;
  };
  return {
    changed(type: string, id: string) {
      waiting.add(id);
      if (type === 'alert_group.created' || type === 'alert_group.deleted') created = true;
      timer ??= setTimeout(flush, GATHER_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
