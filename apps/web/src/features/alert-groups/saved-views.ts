import { queryOptions } from '@tanstack/react-query';
import { listAll } from '../../api/client.ts';

export type Visibility = 'private' | 'team' | 'organization';

/** `GET /saved_views/{id}`, as far as the list uses it. */
export type SavedView = {
  id: string;
  name: string;
  /** Search parameters of the list. */
  filters: Record<string, string | string[]>;
  columns: string[];
  /** What rows stand under. */
  grouping: string | null;
  visibility: Visibility;
  team_id: string | null;
  is_own: boolean;
};

export const savedViewsQuery = queryOptions({
  queryKey: ['saved-views'],
  queryFn: ({ signal }): Promise<SavedView[]> => listAll('/saved_views', {}, signal),
  staleTime: 300_000,
});
