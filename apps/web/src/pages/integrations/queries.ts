import { queryOptions } from '@tanstack/react-query';
import { api, type Integration, listAll } from '../../api/index.ts';

/** `GET /integration_types` */
export type IntegrationType = {
  type: string;
  display_name: string;
  short_description: string;
  featured: boolean;
  featured_tag_name: string | null;
  is_creatable: boolean;
  is_demo_alert_enabled: boolean;
  is_available_for_integration_heartbeat: boolean;
};

/** Texts by name, and below the name of a channel. */
export type Templates = Record<string, string | null | Record<string, string | null>>;

/** `GET /integration_types/{type}` */
export type IntegrationTypeDetail = IntegrationType & { demo_alert_payload: unknown; default_templates: Templates };

/** `GET /integrations/counters`, by id */
export type Counters = {
  alerts_count: number;
  alert_groups_count: number;
  alerts_24h: number;
  alert_groups_24h: number;
  alert_groups_per_day: number[];
  firing_alert_groups: number;
  unresolved_alert_groups: number;
  last_alert_at: string | null;
};

export type Match = '=' | '!=' | '=~' | '!~';

/** `match` is left out for `=`. */
export type Matcher = { key: { name: string }; value: { name: string }; match?: Match };

/** `GET /routes?integration_id=` */
export type Route = {
  id: string;
  integration_id: string;
  escalation_chain_id: string | null;
  routing_type: 'regex' | 'jinja2' | 'labels';
  routing_regex: string | null;
  routing_labels?: Matcher[] | null;
  is_the_last_route: boolean;
  position: number;
};

export type Received = {
  at: string;
  kind: 'accepted' | 'noted' | 'refused' | 'parked';
  status: number;
  size: number;
  note: string | null;
  body_start: string;
  alert_id: string | null;
  alert_group_id: string | null;
};

export type ParkedAlert = { id: string; received_at: string; parked_at: string; error: string; payload: string };

export type Heartbeat = {
  id: string;
  integration_id: string;
  link: string;
  timeout_seconds: number;
  is_enabled: boolean;
  status: boolean;
  state: 'off' | 'waiting' | 'alive' | 'missing';
  last_heartbeat_time: string | null;
};

export const typesQuery = queryOptions({
  queryKey: ['integration-types'],
  queryFn: ({ signal }): Promise<IntegrationType[]> => api.get('/integration_types', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const typeQuery = (type: string) =>
  queryOptions({
    queryKey: ['integration-types', type],
    queryFn: ({ signal }): Promise<IntegrationTypeDetail> => api.get('/integration_types/{type}', { path: { type }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const countersQuery = queryOptions({
  queryKey: ['integrations', 'counters'],
  queryFn: ({ signal }): Promise<Record<string, Counters>> => api.get('/integrations/counters', { signal }),
  staleTime: 5_000,
});

export const integrationQuery = (id: string) =>
  queryOptions({
    queryKey: ['integrations', 'one', id],
    queryFn: ({ signal }): Promise<Integration> => api.get('/integrations/{id}', { path: { id }, signal }),
  });

/** Counters of one integration; asked for again every few seconds while nothing has come yet. */
export const integrationCountersQuery = (id: string) =>
  queryOptions({
    queryKey: ['integrations', 'one', id, 'counters'],
    queryFn: ({ signal }): Promise<Counters & { routes: Record<string, { alert_groups_24h: number }> }> =>
      api.get('/integrations/{id}/counters', { path: { id }, signal }),
    staleTime: 2_000,
    refetchInterval: ({ state }) => (state.data?.alerts_count === 0 ? 3_000 : 30_000),
  });

/** The routes of an integration, as they are tried. */
export const routesQuery = (id: string) =>
  queryOptions({
    queryKey: ['integrations', 'one', id, 'routes'],
    queryFn: async ({ signal }): Promise<Route[]> => {
      const routes = await listAll<Route>('/routes', { integration_id: id }, signal);
      return routes.sort((a, b) => Number(a.is_the_last_route) - Number(b.is_the_last_route) || a.position - b.position);
    },
  });

export const receivedQuery = (id: string) =>
  queryOptions({
    queryKey: ['integrations', 'one', id, 'received'],
    queryFn: async ({ signal }): Promise<Received[]> =>
      (await api.get<{ results: Received[] }>('/integrations/{id}/received', { path: { id }, signal })).results,
    staleTime: 2_000,
    refetchInterval: 10_000,
  });

export const parkedQuery = (id: string) =>
  queryOptions({
    queryKey: ['integrations', 'one', id, 'parked'],
    queryFn: async ({ signal }): Promise<ParkedAlert[]> =>
      (await api.get<{ results: ParkedAlert[] }>('/integrations/{id}/parked_alerts', { path: { id }, signal })).results,
  });

/** Heartbeats of all integrations; events about one make them stale. */
export const heartbeatsQuery = queryOptions({
  queryKey: ['integrations', 'heartbeats'],
  queryFn: ({ signal }): Promise<Heartbeat[]> => listAll('/heartbeats', {}, signal),
  staleTime: 30_000,
});

export const heartbeatQuery = (id: string) =>
  queryOptions({
    queryKey: ['integrations', 'one', id, 'heartbeat'],
    queryFn: async ({ signal }): Promise<Heartbeat | null> =>
      (await listAll<Heartbeat>('/heartbeats', { integration_id: id }, signal))[0] ?? null,
    refetchInterval: 15_000,
  });

/** `GET /integrations/deleted_calls`, the latest call first */
export type DeletedCalls = {
  integration_id: string;
  name: string;
  type: string;
  deleted_at: string;
  /** As far as the log keeps them. */
  calls: number;
  last_call_at: string;
};

export const deletedCallsQuery = queryOptions({
  queryKey: ['integrations', 'deleted-calls'],
  queryFn: async ({ signal }): Promise<DeletedCalls[]> =>
    (await api.get<{ results: DeletedCalls[] }>('/integrations/deleted_calls', { signal })).results,
  staleTime: 60_000,
});
