import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { nameOfUser, schedulesQuery, teamsQuery, usersQuery, webhooksQuery } from '../../api/index.ts';
import type { Names } from './step-text.ts';

const byId = <Row extends { id: string }>(rows: readonly Row[] | undefined, nameOf: (row: Row) => string) =>
  new Map((rows ?? []).map((row) => [row.id, nameOf(row)]));

/** Names of what steps refer to. */
export function useNames(): Names {
  const { data: users } = useQuery(usersQuery);
  const { data: teams } = useQuery(teamsQuery);
  const { data: schedules } = useQuery(schedulesQuery);
  const { data: webhooks } = useQuery(webhooksQuery);
  return useMemo(
    () => ({
      users: byId(users, nameOfUser),
      teams: byId(teams, ({ name }) => name),
      schedules: byId(schedules, ({ name }) => name),
      webhooks: byId(webhooks, ({ name }) => name),
    }),
    [users, teams, schedules, webhooks],
  );
}
