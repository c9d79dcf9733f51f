import { queryOptions } from '@tanstack/react-query';
import { api, type OrganizationSettings, type SignInPolicy } from '../../api/index.ts';

export const organizationQuery = queryOptions({
  queryKey: ['organization'],
  queryFn: ({ signal }): Promise<OrganizationSettings> =>
    api.get('/organizations/{id}/settings', { path: { id: 'current' }, signal }),
});

export const policyQuery = queryOptions({
  queryKey: ['organization', 'sign-in'],
  queryFn: ({ signal }): Promise<SignInPolicy> => api.get('/auth/policy', { signal }),
});
