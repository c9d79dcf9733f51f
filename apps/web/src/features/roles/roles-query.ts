import { queryOptions } from '@tanstack/react-query';
import { listAll } from '../../api/client.ts';

/** `GET /roles` */
export type Role = { id: string; name: string; description: string; is_fixed: boolean; permissions: string[] };

export const rolesQuery = queryOptions({
  queryKey: ['roles'],
  queryFn: ({ signal }): Promise<Role[]> => listAll('/roles', {}, signal),
});
