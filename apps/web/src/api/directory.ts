import { queryOptions } from '@tanstack/react-query';
import { listAll } from './client.ts';
import type { EscalationChain, Integration, Schedule, Team, User, Webhook } from './types.ts';

const FIVE_MINUTES = 300_000;

/** All people. Names of users are looked up here rather than asked for one by one. */
export const usersQuery = queryOptions({
  queryKey: ['users', 'all'],
  queryFn: ({ signal }): Promise<User[]> => listAll('/users', {}, signal),
  staleTime: FIVE_MINUTES,
});
export const teamsQuery = queryOptions({
  queryKey: ['teams', 'all'],
  queryFn: ({ signal }): Promise<Team[]> => listAll('/teams', {}, signal),
  staleTime: FIVE_MINUTES,
});
export const integrationsQuery = queryOptions({
  queryKey: ['integrations', 'all'],
  queryFn: ({ signal }): Promise<Integration[]> => listAll('/integrations', {}, signal),
  staleTime: FIVE_MINUTES,
});
export const chainsQuery = queryOptions({
  queryKey: ['escalation-chains', 'all'],
  queryFn: ({ signal }): Promise<EscalationChain[]> => listAll('/escalation_chains', {}, signal),
  staleTime: FIVE_MINUTES,
});
export const schedulesQuery = queryOptions({
  queryKey: ['schedules', 'all'],
  queryFn: ({ signal }): Promise<Schedule[]> => listAll('/schedules', {}, signal),
  staleTime: FIVE_MINUTES,
});

/** All outgoing webhooks, each with the health that its last calls gave it. */
export const webhooksQuery = queryOptions({
  queryKey: ['webhooks', 'all'],
  queryFn: ({ signal }): Promise<Webhook[]> => listAll('/webhooks', {}, signal),
});

/** What a person is called: the name, else the username. */
export const nameOfUser = (user: { name?: string | null; username: string }): string => user.name || user.username;
