import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { UserProfile } from '../../api/schema.js';

export type { UserProfile };

export const profileQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'one', id],
    queryFn: ({ signal }): Promise<UserProfile> => api.get('/users/{id}/profile', { path: { id }, signal }),
  });
