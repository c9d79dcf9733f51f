import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { errorText, nameOfUser, usersQuery } from '../../api/index.ts';
import { ErrorState, Skeleton, useTimeSettings } from '../../ui/index.ts';
import { daysOf, rangeOf, todayIn } from './civil.ts';
import { timelineQuery } from './queries.ts';
import { Timeline } from './Timeline.tsx';

/** Who is on call this week on one schedule, in the zone of the page. `tz`: that of its address. */
export function WeekOf({ id, name, tz }: { id: string; name: string; tz: string | undefined }) {
  const { zone } = useTimeSettings();
  const navigate = useNavigate();
  const { data: users = [] } = useQuery(usersQuery);
  const days = daysOf('week', todayIn(zone), zone);
  const timeline = useQuery(timelineQuery(id, rangeOf(days)));
  const nameOf = (userId: string): string => {
    const user = users.find((one) => one.id === userId);
    return user === undefined ? userId : nameOfUser(user);
  };
  if (timeline.isError)
    return (
      <ErrorState
        title="The week could not be read"
        message={errorText(timeline.error)}
        onRetry={() => void timeline.refetch()}
      />
    );
  if (timeline.data === undefined) return <Skeleton className="h-24 w-full rounded-lg" />;
  const { final, gaps } = timeline.data;
  return (
    <section aria-label={`Week of ${name}`}>
      <Timeline
        days={days}
        rows={[{ key: 'final', label: 'On call', pieces: final, gaps }]}
        nameOf={nameOf}
        onOpen={() =>
          void navigate({ to: '/schedules/$id', params: { id }, search: { view: 'week', ...(tz === undefined ? {} : { tz }) } })
        }
      />
    </section>
  );
}
