import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { integrationsQuery, nameOfUser, teamsQuery, usersQuery } from '../../api/directory.ts';
import { useCan } from '../../api/session.ts';
import type { Names } from './GroupRow.tsx';

const nameMap = (rows: readonly { id: string; name: string }[] | undefined): ReadonlyMap<string, string> =>
  new Map((rows ?? []).map(({ id, name }) => [id, name]));

/** Names by id, as far as the person may know them; the same object until one changes. */
export function useNames(): Names {
  const integrations = useQuery({ ...integrationsQuery, enabled: useCan('integrations:read') }).data;
  const teams = useQuery({ ...teamsQuery, enabled: useCan('user-settings:read') }).data;
  const users = useQuery({ ...usersQuery, enabled: useCan('user-settings:read') }).data;
  return useMemo(
    () => ({
      integrations: nameMap(integrations?.map(({ id, name }) => ({ id, name: name ?? id }))),
      teams: nameMap(teams),
      users: nameMap(users?.map((user) => ({ id: user.id, name: nameOfUser(user) }))),
    }),
    [integrations, teams, users],
  );
}
