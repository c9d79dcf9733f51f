import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, type ListPage, type Query } from '../../api/client.ts';
import type { Alert, AlertGroup, ResolutionNote } from '../../api/types.ts';

/** Rows of one page of the list. */
export const LIST_PAGE_SIZE = 100;

/** What the list asks for: the filters of `GET alert_groups/`. */
export type GroupQuery = Query;

/** Lists do without the payload of each group's last alert, which may be a megabyte. */
export const WITHOUT_PAYLOADS: Query = { last_alert: 'false' };

/** The list, newest first, page after page by cursor. */
export const groupsQuery = (query: GroupQuery) =>
  infiniteQueryOptions({
    queryKey: ['alert-groups', 'list', query],
    queryFn: ({ pageParam, signal }): Promise<ListPage<AlertGroup>> =>
      api.get('/alert_groups', {
        query: { ...query, ...WITHOUT_PAYLOADS, perpage: LIST_PAGE_SIZE, ...cursorOf(pageParam) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => (last.next === null ? null : new URL(last.next).searchParams.get('cursor')),
    maxPages: 200,
  });

/** The API pages by cursor when the parameter is there, also when it is empty. */
const cursorOf = (cursor: string | null): Query => ({ cursor: cursor ?? [''] });

export type GroupCounts = Record<'firing' | 'acknowledged' | 'silenced' | 'resolved', number>;

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

/** What belongs to one group; events about the group make all of it stale. */
const ofGroup = (id: string, what: string, ...more: readonly string[]) => ['alert-groups', 'of', id, what, ...more] as const;

/** `GET /alerts/{id}/rendered` */
export type RenderedAlert = {
  title: string | null;
  /** HTML that the server made from Markdown; it has nothing live in it. */
  message_html: string | null;
  image_url: string | null;
  source_link: string | null;
  template_errors: { template: string; error: string }[];
};

export const renderedQuery = (alertId: string) =>
  queryOptions({
    queryKey: ['rendered-alert', alertId],
    queryFn: ({ signal }): Promise<RenderedAlert> => api.get('/alerts/{id}/rendered', { path: { id: alertId }, signal }),
    staleTime: 60_000,
  });

const ALERTS_SHOWN = 100;

export const alertsQuery = (id: string) =>
  queryOptions({
    queryKey: ofGroup(id, 'alerts'),
    queryFn: ({ signal }): Promise<ListPage<Alert>> =>
      api.get('/alerts', { query: { alert_group_id: id, perpage: ALERTS_SHOWN }, signal }),
  });

/** One line of `GET /alert_groups/{id}/timeline`. */
export type TimelineEntry = {
  realm: 'alert_group' | 'user_notification' | 'resolution_note';
  type: number;
  created_at: string;
  /** May hold `{{author}}`, `{{escalation_chain}}`, `{{schedule}}` and `{{webhook}}`. */
  action: string;
  author: { id: string; username: string; name: string } | null;
  escalation_chain: { id: string; name: string } | null;
  schedule: { id: string; name: string } | null;
  webhook: { id: string; name: string } | null;
  error_code: number | null;
};

export const timelineQuery = (id: string) =>
  queryOptions({
    queryKey: ofGroup(id, 'timeline'),
    queryFn: ({ signal }): Promise<{ results: TimelineEntry[] }> =>
      api.get('/alert_groups/{id}/timeline', { path: { id }, signal }),
  });

export const notesQuery = (id: string) =>
  queryOptions({
    queryKey: ofGroup(id, 'notes'),
    queryFn: ({ signal }): Promise<ListPage<ResolutionNote>> =>
      api.get('/resolution_notes', { query: { alert_group_id: id, perpage: 100 }, signal }),
  });
