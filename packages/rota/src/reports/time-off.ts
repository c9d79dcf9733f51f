import type { ScheduleEvent } from '../events/event.ts';
import { busyIntervals } from '../ical/expand.ts';
import type { ImportedCalendar } from '../ical/imported.ts';
import type { Problem } from '../problem.ts';
import { cutToWindow } from '../schedule/final.ts';
import type { CivilDay } from '../time/civil.ts';
import { civilAt } from '../time/civil.ts';
import type { Interval, Window } from '../time/interval.ts';
import { differenceOf, intersectionOf, unionOf } from '../time/interval.ts';
import type { Zone } from '../time/zone.ts';

/** A user is away. */
export type TimeOff = Interval & { readonly userId: string };

/** Time off on whole days, both included, in the user's zone. */
export const timeOffOnDays = (userId: string, zone: Zone, first: CivilDay, last: CivilDay): TimeOff => ({
  userId,
  start: zone.toInstant(civilAt(first, 0), 'first-or-change'),
  end: zone.toInstant(civilAt((last + 1) as CivilDay, 0), 'first-or-change'),
});

/** Time off from a feed: every event in it, whatever its title. */
export const timeOffFromCalendar = (userId: string, calendar: ImportedCalendar, window: Window, problems: Problem[]): TimeOff[] =>
  busyIntervals(calendar, window, problems).map((busy) => ({ userId, ...busy }));

/** A user is on call while away. */
export type AwayShift = Interval & { readonly userId: string; readonly event: ScheduleEvent };

export type TimeOffReport = {
  /** By start; one entry per event, user and stretch of time off. */
  readonly away: readonly AwayShift[];
  /** When somebody is on call on paper and all of them are away. */
  readonly uncovered: readonly Interval[];
};

/** Marks what time off does to the final events of a window, before it happens. Nobody is taken off call by it. */
export function timeOffReport(events: readonly ScheduleEvent[], timeOff: readonly TimeOff[], window: Window): TimeOffReport {
  const pieces = cutToWindow(events, window);
  const offOf = new Map<string, Interval[]>();
  for (const off of timeOff) offOf.set(off.userId, [...(offOf.get(off.userId) ?? []), off]);
  for (const [userId, intervals] of offOf) offOf.set(userId, unionOf(intervals));
  const away: AwayShift[] = [];
  const present: Interval[] = [];
  for (const event of pieces) {
    for (const { id } of event.users) {
      const off = intersectionOf([event], offOf.get(id) ?? []);
      for (const { start, end } of off) away.push({ start, end, userId: id, event });
      present.push(...differenceOf([event], off));
    }
  }
  const onPaper = unionOf(pieces.filter((event) => event.users.length > 0));
  away.sort((a, b) => a.start - b.start);
  return { away, uncovered: differenceOf(onPaper, unionOf(present)) };
}
