import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { api, type Query } from '../../api/client.ts';
import { chainsQuery, integrationsQuery, nameOfUser, teamsQuery, usersQuery } from '../../api/directory.ts';
import { useCan } from '../../api/session.ts';
import type { Choices } from './query-text.ts';

/** What teams, integrations, chains and people can be filtered by. @param withChains false: chains are not asked for */
export function useChoices(withChains = true): Choices {
  const mayReadPeople = useCan('user-settings:read');
  const mayReadChains = useCan('escalation-chains:read');
  const teams = useQuery({ ...teamsQuery, enabled: mayReadPeople }).data ?? [];
  const users = useQuery({ ...usersQuery, enabled: mayReadPeople }).data ?? [];
  const integrations = useQuery({ ...integrationsQuery, enabled: useCan('integrations:read') }).data ?? [];
  const chains = useQuery({ ...chainsQuery, enabled: withChains && mayReadChains }).data ?? [];
  return {
    team: [{ value: 'null', label: 'No team' }, ...teams.map(({ id, name: label }) => ({ value: id, label }))],
    integration: integrations.map(({ id, name: label }) => ({ value: id, label: label ?? id })),
    chain: chains.map(({ id, name: label }) => ({ value: id, label })),
    user: [{ value: 'me', label: 'Me' }, ...users.map((user) => ({ value: user.id, label: nameOfUser(user), hint: user.email }))],
  };
}

type FacetValue = { value: string | null; count: number };
/** `GET /alert_groups/facets` */
export type Facets = {
  integrations: FacetValue[];
  teams: FacetValue[];
  labels: { key: string; count: number; values: FacetValue[] }[];
};

/** How the alert groups that a filter finds spread. */
export const facetsQuery = (query: Query) =>
  queryOptions({
    queryKey: ['alert-groups', 'facets', query],
    queryFn: ({ signal }): Promise<Facets> => api.get('/alert_groups/facets', { query, signal }),
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  });
