import { useQuery } from '@tanstack/react-query';
import { useCan } from '../../api/session.ts';
import { countsQuery } from './queries.ts';

/** How many alert groups fire now, on the entry of the navigation. */
export function FiringBadge({ compact }: { compact: boolean }) {
  const { data } = useQuery({ ...countsQuery({}), enabled: useCan('alert-groups:read') });
  const count = data?.firing ?? 0;
  if (count === 0) return null;
  const place = compact
    ? 'absolute top-1 right-1 max-md:right-auto max-md:left-[calc(50%+0.15rem)]'
    : 'max-lg:absolute max-lg:top-1 max-lg:right-1';
  return (
    <span
      className={`${place} min-w-5 rounded-full bg-danger px-1.5 text-center text-[0.75rem] leading-5 font-semibold text-on-danger tabular-nums`}
    >
      {count > 999 ? '999+' : count}
      <span className="sr-only"> firing</span>
    </span>
  );
}
