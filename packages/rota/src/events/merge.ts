import type { ScheduleEvent } from './event.ts';
import { byStart } from './event.ts';

/**
 * Sorts events and joins those of one shift at one time: calendars made elsewhere list every user of a group in an event
 * of its own. Users and missing names are united in order. Events without a shift id stay apart.
 */
export function mergeEvents(events: readonly ScheduleEvent[]): ScheduleEvent[] {
  const merged: ScheduleEvent[] = [];
  const places = new Map<string, number>();
  for (const event of [...events].sort(byStart)) {
    const key = `${event.calendar} ${event.start} ${event.end} ${event.level} ${event.shiftId}`;
    const place = event.shiftId === null ? undefined : places.get(key);
    if (place === undefined) {
      if (event.shiftId !== null) places.set(key, merged.length);
      merged.push(event);
    } else merged[place] = united(merged[place]!, event);
  }
  return merged;
}

function united(a: ScheduleEvent, b: ScheduleEvent): ScheduleEvent {
  const known = new Set(a.users.map((user) => user.id));
  return {
    ...a,
    users: [...a.users, ...b.users.filter((user) => !known.has(user.id))],
    missing: [...new Set([...a.missing, ...b.missing])],
  };
}
