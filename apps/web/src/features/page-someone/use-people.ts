import { useQuery } from '@tanstack/react-query';
import { nameOfUser, schedulesQuery, usersQuery } from '../../api/directory.ts';
import { useCan } from '../../api/session.ts';
import type { User } from '../../api/types.ts';
import { formatClock, type Option, useNow } from '../../ui/index.ts';

/** People as choices: those on call first, each with the schedule or the time it is where they are. */
export function usePeople(): {
  options: Option[];
  warningsFor: (ids: readonly string[]) => string[];
  nameOf: (id: string) => string;
} {
  const users = useQuery({ ...usersQuery, enabled: useCan('user-settings:read') }).data ?? [];
  const schedules = useQuery({ ...schedulesQuery, enabled: useCan('schedules:read') }).data ?? [];
  const now = useNow();
  const onCall = new Map<string, string>();
  for (const schedule of schedules) {
    for (const id of schedule.on_call_now ?? []) if (!onCall.has(id)) onCall.set(id, schedule.name);
  }
  const localTime = (user: User): string | null =>
    user.timezone ? formatClock(now, { zone: user.timezone, hour12: false }) : null;
  const options = users
    .map((user) => {
      const schedule = onCall.get(user.id);
      const time = localTime(user);
      const hint = [schedule === undefined ? '' : `on call: ${schedule}`, time === null ? '' : `${time} there`]
        .filter(Boolean)
        .join(' · ');
      return { value: user.id, label: nameOfUser(user), hint: hint === '' ? user.email : hint, isOnCall: schedule !== undefined };
    })
    .sort((a, b) => Number(b.isOnCall) - Number(a.isOnCall) || a.label.localeCompare(b.label));
  return {
    options,
    nameOf: (id) => options.find(({ value }) => value === id)?.label ?? id,
    warningsFor: (ids) =>
      users
        .filter((user) => ids.includes(user.id) && !onCall.has(user.id))
        .map((user) => {
          const time = localTime(user);
          return `${nameOfUser(user)} is not on call${time === null ? '' : `; it is ${time} where they are`}.`;
        }),
  };
}
