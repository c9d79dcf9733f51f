import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, type ListPage, type Query } from '../../api/client.ts';
import type { AlertGroup } from '../../api/types.ts';

/** Rows of one page of the list. */
export const LIST_PAGE_SIZE = 100;

/** What the list asks for: the filters of `GET alert_groups/`. */
export type GroupQuery = Query;

/** The list, newest first, page after page by cursor. */
export const groupsQuery = (query: GroupQuery) =>
  infiniteQueryOptions({
    queryKey: ['alert-groups', 'list', query],
    queryFn: ({ pageParam, signal }): Promise<ListPage<AlertGroup>> =>
      api.get('/alert_groups', { query: { ...query, perpage: LIST_PAGE_SIZE, ...cursorOf(pageParam) }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => (last.next === null ? null : new URL(last.next).searchParams.get('cursor')),
    maxPages: 200,
  });

/** The API pages by cursor when the parameter is there, also when it is empty. */
const cursorOf = (cursor: string | null): Query => ({ cursor: cursor ?? [''] });

export type GroupCounts = Record<'new' | 'acknowledged' | 'silenced' | 'resolved', number>;

/** How many groups there are in each state, for filters without one. */
export const countsQuery = (query: GroupQuery) =>
  queryOptions({
    queryKey: ['alert-groups', 'counts', query],
    queryFn: ({ signal }): Promise<GroupCounts> => api.get('/alert_groups/stats', { query, signal }),
    staleTime: 5_000,
  });

export const groupQuery = (id: string) =>
  queryOptions({
    queryKey: ['alert-groups', 'one', id],
    queryFn: ({ signal }): Promise<AlertGroup> => api.get('/alert_groups/{id}', { path: { id }, signal }),
  });
