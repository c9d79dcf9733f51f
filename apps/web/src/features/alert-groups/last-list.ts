import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { ListPage } from '../../api/client.ts';
import type { AlertGroup } from '../../api/types.ts';

const STORED = 'tocsin.last-list';
let lastKey: readonly unknown[] | null = null;

/** The list that a group was opened from: its filters for the way back, its rows for previous and next. */
export const lastList = {
  remember(search: Record<string, unknown>, queryKey: readonly unknown[]): void {
    lastKey = queryKey;
    sessionStorage.setItem(STORED, JSON.stringify(search));
  },
  search(): Record<string, unknown> {
    const { page: _page, ...search } = JSON.parse(sessionStorage.getItem(STORED) ?? '{}') as Record<string, unknown>;
    return search;
  },
  neighboursOf(client: QueryClient, id: string): { previous: string | null; next: string | null } {
    const lists = lastKey === null ? undefined : client.getQueryData<InfiniteData<ListPage<AlertGroup>>>(lastKey);
    const ids = (lists?.pages ?? []).flatMap((page) => page.results.map((group) => group.id));
    const at = ids.indexOf(id);
    return at < 0 ? { previous: null, next: null } : { previous: ids[at - 1] ?? null, next: ids[at + 1] ?? null };
  },
};
