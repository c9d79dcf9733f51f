import { queryOptions } from '@tanstack/react-query';
import { api, listAll } from '../../api/index.ts';

/** `GET /tokens` */
export type Token = {
  id: number;
  name: string;
  user_id: string | null;
  service_account_id: string | null;
  starts_with: string;
  created_at: string;
  last_used_at: string | null;
  last_used_ip: string | null;
  expires_at: string | null;
  is_adopted: boolean;
  scopes: string[] | null;
  read_only: boolean;
  team_ids: string[] | null;
  respect_team_visibility: boolean;
};

/** What a new token is made of: `POST /tokens` and `POST /service_accounts/{id}/tokens`. */
export type NewToken = {
  name: string;
  expires_at: string | null;
  read_only: boolean;
  respect_team_visibility?: boolean;
  /** A token made elsewhere. */
  token?: string;
};

/** `GET /service_accounts` */
export type ServiceAccount = {
  id: string;
  name: string;
  description: string;
  role: string;
  roles: string[];
  team_ids: string[] | null;
  may_act: boolean;
  is_disabled: boolean;
  created_by: string | null;
  created_at: string;
};

/** Own tokens, or everybody's. */
export const tokensQuery = (all: boolean) =>
  queryOptions({
    queryKey: ['tokens', all ? 'all' : 'own'],
    queryFn: ({ signal }): Promise<Token[]> => listAll('/tokens', all ? { all: true } : {}, signal),
  });

export const accountTokensQuery = (id: string) =>
  queryOptions({
    queryKey: ['tokens', 'account', id],
    queryFn: async ({ signal }): Promise<Token[]> =>
      (await api.get<{ results: Token[] }>('/service_accounts/{id}/tokens', { path: { id }, query: { perpage: 1000 }, signal }))
        .results,
  });

export const accountsQuery = queryOptions({
  queryKey: ['service-accounts'],
  queryFn: ({ signal }): Promise<ServiceAccount[]> => listAll('/service_accounts', {}, signal),
});

export { type Role, rolesQuery } from '../../features/roles/roles-query.ts';
