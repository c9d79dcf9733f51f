import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CalendarClock, Phone } from 'lucide-react';
import { useCan, useSession } from '../../api/index.ts';
import { Badge, Time } from '../../ui/index.ts';
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
            <li key={id} className="flex min-w-0 flex-wrap items-center gap-2">
              <Icon className={current === null ? 'size-4 text-muted' : 'size-4 text-accent'} aria-hidden />
              <Link
                to="/schedules/$id"
                params={{ id }}
                search={tz === undefined ? {} : { tz }}
                className="min-w-0 [overflow-wrap:anywhere] hover:underline"
              >
                {name}
              </Link>
              {current !== null && <Badge tone="accent">on call</Badge>}
              <span className="text-muted">
                {current !== null && (
                  <>
                    until <Time value={current.shift_end} show="short" />
                  </>
                )}
                {current === null && next !== null && (
                  <>
                    from <Time value={next.shift_start} show="short" />
                  </>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
