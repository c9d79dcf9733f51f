import { useQueries } from '@tanstack/react-query';
import { Temporal } from 'temporal-polyfill';
import { useCan } from '../../api/index.ts';
import { profileQuery, type UserProfile } from '../../features/people/profile-query.ts';
import { Avatar, Card, cx, formatClock, useNow, useTimeSettings } from '../../ui/index.ts';
import { daysOf, todayIn } from './civil.ts';

const MOST_PEOPLE = 12;
const HOUR_MS = 3_600_000;
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** Whether an instant lies in somebody's working hours. */
function isWorking({ working_hours: hours }: UserProfile, zone: string, at: number): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const time = local.toPlainTime().toString({ smallestUnit: 'second' });
  const spans =
    (hours as Partial<Record<string, { start: string; end: string }[]>>)[WEEKDAYS[local.dayOfWeek - 1] ?? 'monday'] ?? [];
  return spans.some(({ start, end }) => start <= time && time < end);
}

/** What time it is for each person of a schedule, and when they work, over the hours of today here. */
export function ZoneBar({ userIds, nameOf }: { userIds: readonly string[]; nameOf: (id: string) => string }) {
  const settings = useTimeSettings();
  const now = useNow();
  const mayRead = useCan('user-settings:read');
  const people = useQueries({
    queries: (mayRead ? userIds.slice(0, MOST_PEOPLE) : []).map((id) => profileQuery(id)),
    combine: (results) => results.flatMap(({ data }) => (data === undefined ? [] : [data])),
  });
  const [today] = daysOf('day', todayIn(settings.zone), settings.zone);
  if (people.length === 0 || today === undefined) return null;
  const hours = Array.from({ length: today.hours }, (_, hour) => today.start + hour * HOUR_MS);
  const percent = ((now.getTime() - today.start) / (today.end - today.start)) * 100;
  return (
    <Card title="Where people are" className="mt-5">
      <ul aria-label="Local times" className="space-y-2">
        {people.map((profile) => {
          const zone = profile.timezone ?? settings.zone;
          const works = isWorking(profile, zone, now.getTime());
          return (
            <li
              key={profile.id}
              className="grid grid-cols-[minmax(0,11rem)_minmax(0,1fr)] items-center gap-3 max-sm:grid-cols-1 max-sm:gap-1"
            >
              <span className="flex min-w-0 items-center gap-2">
                <Avatar id={profile.id} name={nameOf(profile.id)} size="small" />
                <span className="min-w-0">
                  <span className="block truncate font-medium">{nameOf(profile.id)}</span>
                  <span className="block text-[0.86rem] text-muted">
                    {formatClock(now, { ...settings, zone })} in {zone}, {works ? 'at work' : 'off work'}
                  </span>
                </span>
              </span>
              <span aria-hidden className="relative flex h-5 overflow-hidden rounded bg-sunken">
                {hours.map((at) => (
                  <span
                    key={at}
                    title={`${formatClock(new Date(at), settings)} here, ${formatClock(new Date(at), { ...settings, zone })} there`}
                    className={cx('flex-1 border-r border-page last:border-0', isWorking(profile, zone, at) && 'bg-accent/45')}
                  />
                ))}
                <span className="absolute inset-y-0 w-px bg-danger" style={{ left: `${percent}%` }} />
              </span>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
