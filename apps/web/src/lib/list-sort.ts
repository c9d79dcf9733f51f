import { useNavigate, useSearch } from '@tanstack/react-router';
import { one } from './search-params.ts';

/** The order of a page's list, kept in its address as `sort=-name`, for `Table`. */
export function useListSort(): { sort: string | undefined; onSort: (sort: string | undefined) => void } {
  const { sort } = useSearch({ strict: false }) as { sort?: unknown };
  const navigate = useNavigate();
  return {
    sort: one(sort),
    onSort: (next) =>
      void navigate({
        to: '.',
        search: (old: Record<string, unknown>) => ({ ...old, sort: next }),
        replace: true,
        resetScroll: false,
      } as never),
  };
}
