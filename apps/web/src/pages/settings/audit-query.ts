import { infiniteQueryOptions } from '@tanstack/react-query';
import { api, type ListPage } from '../../api/index.ts';
import { one } from '../../lib/search-params.ts';

/** `GET /audit` */
export type AuditRecord = {
  id: number;
  at: string;
  actor: { type: string; id: string | null; name: string };
  via: string;
  ip: string | null;
  user_agent: string | null;
  request_id: string | null;
  action_type: string;
  action_name: string;
  resource: { type: string; id: string; name: string; team_id: string | null } | null;
  diff: { before: Record<string, unknown> | null; after: Record<string, unknown> | null };
  note: string | null;
};

export type AuditFilter = {
  actor?: string;
  action?: string;
  resource_type?: string;
  resource_id?: string;
  from?: string;
  to?: string;
};

const NAMES = ['actor', 'action', 'resource_type', 'resource_id', 'from', 'to'] as const;

export function parseAuditFilter(search: Record<string, unknown>): AuditFilter {
  const found = NAMES.map((name) => [name, one(search[name])] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(found);
}

/** The parameters of the API: a day stands for the whole of it, in UTC. */
export function auditParameters({ from, to, ...rest }: AuditFilter): Record<string, string | undefined> {
  return {
    ...rest,
    from: from === undefined ? undefined : `${from}T00:00:00Z`,
    to: to === undefined ? undefined : `${to}T23:59:59.999Z`,
  };
}

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }): Promise<ListPage<AuditRecord>> =>
      // An empty cursor asks for pages by cursor.
      api.get('/audit', { query: { ...auditParameters(filter), cursor: pageParam === '' ? [''] : pageParam }, signal }),
    getNextPageParam: ({ next }) => (next === null ? undefined : (new URL(next).searchParams.get('cursor') ?? undefined)),
  });
