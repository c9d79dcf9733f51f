import { queryOptions } from '@tanstack/react-query';
import { api, listAll } from '../../api/client.ts';

/** Whether a page would reach the person: by a rule that leads to a channel that works, or without rules by the e-mail that stands in. */
export const ownReachQuery = (userId: string, features: readonly string[]) =>
  queryOptions({
    queryKey: ['users', 'one', userId, 'rules', 'reach'],
    queryFn: async ({ signal }): Promise<'somewhere' | 'nowhere'> => {
      const rules = await listAll<{ type: string }>('/personal_notification_rules', { user_id: userId }, signal);
      const types = new Set(rules.length === 0 ? ['notify_by_email'] : rules.map(({ type }) => type));
      if (types.has('notify_by_email') && features.includes('email')) return 'somewhere';
      if (!types.has('notify_by_webhook') || !features.includes('personal_webhook')) return 'nowhere';
      const { webhook } = await api.get<{ webhook: string | null }>('/webhooks/current_personal_notification', { signal });
      return webhook === null ? 'nowhere' : 'somewhere';
    },
    staleTime: 300_000,
  });
