import { queryOptions } from '@tanstack/react-query';
import { api, listAll } from '../../api/index.ts';
import type { SecondFactors } from '../../api/schema.js';

export { profileQuery, type UserProfile } from '../../features/people/profile-query.ts';

/** `GET /personal_notification_rules` */
export type Rule = { id: string; user_id: string; position: number; type: string; duration?: number; important: boolean };

export type Invitation = {
  id: string;
  email: string;
  role: string;
  state: 'pending' | 'expired' | 'accepted' | 'revoked';
  created_at: string;
  expires_at: string;
  /** Shown once, where it was not mailed. */
  url?: string | null;
};

export type SessionRow = {
  id: string;
  is_current: boolean;
  created_at: string;
  last_seen_at: string;
  method: string;
  second_factor: boolean;
  ip: string | null;
  user_agent: string | null;
};

/** Both lists of a person's rules, in their order. */
export const rulesQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'one', id, 'rules'],
    queryFn: async ({ signal }): Promise<Rule[]> => {
      const rules = await listAll<Rule>('/personal_notification_rules', { user_id: id }, signal);
      return rules.sort((a, b) => Number(a.important) - Number(b.important) || a.position - b.position);
    },
  });

/** Who is on call now, each with the names of the schedules that say so. */
export const onCallQuery = queryOptions({
  queryKey: ['schedules', 'people-on-call'],
  queryFn: async ({ signal }): Promise<ReadonlyMap<string, string[]>> => {
    const users = await listAll<{ id: string; oncall_schedules?: { name: string }[] }>(
      '/users',
      { is_currently_oncall: 'true', short: 'true' },
      signal,
    );
    return new Map(users.map(({ id, oncall_schedules: schedules = [] }) => [id, schedules.map(({ name }) => name)]));
  },
  staleTime: 60_000,
});

export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: ({ signal }): Promise<Invitation[]> => listAll('/invitations', {}, signal),
});

export const sessionsQuery = queryOptions({
  queryKey: ['own-sessions'],
  queryFn: async ({ signal }): Promise<SessionRow[]> =>
    (await api.get<{ results: SessionRow[] }>('/auth/sessions', { signal })).results,
});

export const secondFactorsQuery = queryOptions({
  queryKey: ['second-factors'],
  queryFn: ({ signal }): Promise<SecondFactors> => api.get('/auth/second_factors', { signal }),
});

/** `GET /webhooks/current_personal_notification` */
export type PersonalLink = { webhook: string | null; context: Record<string, unknown> | null };
export const personalWebhookQuery = queryOptions({
  queryKey: ['personal-webhook'],
  queryFn: ({ signal }): Promise<PersonalLink> => api.get('/webhooks/current_personal_notification', { signal }),
});

/** `GET /time_off` */
export type TimeOffEntry = { id: string; user_id: string; starts_at: string; ends_at: string; note: string | null };
export const timeOffQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'one', id, 'time-off'],
    queryFn: ({ signal }): Promise<TimeOffEntry[]> => listAll('/time_off', { user_id: id }, signal),
  });
