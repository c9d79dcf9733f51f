import { useQueries } from '@tanstack/react-query';
import { Temporal } from 'temporal-polyfill';
import { useCan } from '../../api/index.ts';
import { profileQuery, type UserProfile } from '../../features/people/profile-query.ts';
import { Avatar, Card, cx, formatClock, useNow, useTimeSettings } from '../../ui/index.ts';
import { daysOf, todayIn } from './civil.ts';

const MOST_PEOPLE = 12;
const HOUR_MS = 3_600_000;
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const ROW = 'grid grid-cols-[17rem_minmax(0,1fr)] items-center gap-x-4 gap-y-1 max-sm:grid-cols-1';

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
      <div className={ROW} aria-hidden>
        <span className="text-[0.86rem] text-muted max-sm:hidden">Working hours are coloured</span>
        <span className="flex justify-between text-[0.79rem] text-muted tabular-nums">
          {[0, 6, 12, 18].map((hour) => (
            <span key={hour} className="w-1/4">
              {formatClock(new Date(hours[hour] ?? today.start), settings)}
            </span>
          ))}
        </span>
      </div>
      <ul aria-label="Local times" className="mt-1 space-y-2.5">
        {people.map((profile) => {
          const zone = profile.timezone ?? settings.zone;
          const works = isWorking(profile, zone, now.getTime());
          return (
            <li key={profile.id} className={ROW}>
              <span className="flex min-w-0 items-center gap-2">
                <Avatar id={profile.id} name={nameOf(profile.id)} />
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium">{nameOf(profile.id)}</span>
                  <span className="block truncate text-[0.86rem] text-muted">
                    {formatClock(now, { ...settings, zone })} in {zone}, {works ? 'at work' : 'off work'}
                  </span>
                </span>
              </span>
              <span aria-hidden className="relative flex h-6 overflow-hidden rounded-md bg-sunken ring-1 ring-line">
                {hours.map((at) => (
                  <span
                    key={at}
                    title={`${formatClock(new Date(at), settings)} here, ${formatClock(new Date(at), { ...settings, zone })} there`}
                    className={cx('flex-1 border-r border-line last:border-0', isWorking(profile, zone, at) && 'bg-accent/40')}
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
