import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CalendarClock, Phone } from 'lucide-react';
import { useCan, useSession } from '../../api/index.ts';
import { Badge, cx, Time } from '../../ui/index.ts';
import { turnsOfPersonQuery } from './queries.ts';

/** The person's own turns on all schedules, whatever the list below is narrowed to. */
export function MyTurns({ tz }: { tz: string | undefined }) {
  const { data: turns } = useQuery({ ...turnsOfPersonQuery(useSession().user.id), enabled: useCan('user-settings:read') });
  if (turns === undefined || turns.length === 0) return null;
  return (
    <section aria-label="My turns" className="mb-4 flex flex-wrap items-center gap-x-5 gap-y-2 rounded-lg bg-sunken px-4 py-2.5">
      <h2 className="font-medium">My turns</h2>
      <ul className="flex flex-wrap items-center gap-x-5 gap-y-2">
        {turns.map(({ schedule_id: id, schedule_name: name, current_shift: current, next_shift: next }) => {
          const Icon = current === null ? CalendarClock : Phone;
          return (
            <li key={id} className="flex min-w-0 items-start gap-2">
              <Icon className={cx('mt-0.5 size-4 shrink-0', current === null ? 'text-muted' : 'text-accent')} aria-hidden />
              <span className="min-w-0 [overflow-wrap:anywhere]">
                <Link to="/schedules/$id" params={{ id }} search={tz === undefined ? {} : { tz }} className="hover:underline">
                  {name}
                </Link>{' '}
                {current !== null && (
                  <>
                    <Badge tone="accent">on call</Badge>{' '}
                    <span className="text-muted">
                      until <Time value={current.shift_end} show="short" />
                    </span>
                  </>
                )}
                {current === null && next !== null && (
                  <span className="text-muted">
                    from <Time value={next.shift_start} show="short" />
                  </span>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
