import type { Directory } from '../people.ts';
import { attendanceOfIds } from '../people.ts';
import type { Problem } from '../problem.ts';
import { occurrencesOf } from '../shifts/occurrences.ts';
import type { Shift } from '../shifts/shift.ts';
import { turnGroups } from '../shifts/shift.ts';
import { findZone } from '../time/iana-zone.ts';
import type { Window } from '../time/interval.ts';
import { isInWindow } from '../time/interval.ts';
import type { Zone } from '../time/zone.ts';
import { UTC } from '../time/zone.ts';
import type { CalendarKind, ScheduleEvent } from './event.ts';
import { unswapped } from './event.ts';
import { membershipPieces } from './membership.ts';

/**
 * Events of a calendar that is made of shifts, unsorted.
 * @param calendarZone zone of the shifts that name none
 * @param problems receives what had to be worked around
 */
export function eventsOfShifts(
  shifts: readonly Shift[],
  calendar: CalendarKind,
  calendarZone: string,
  directory: Directory,
  window: Window,
  problems: Problem[],
): ScheduleEvent[] {
  const events: ScheduleEvent[] = [];
  for (const shift of shifts) {
    const zone = zoneOfShift(shift, calendarZone, problems);
    const { occurrences, truncated } = occurrencesOf(shift, zone, window);
    if (truncated) {
      problems.push({
        code: 'too_many_occurrences',
        subject: shift.id,
        message: `Shift ${shift.id}: only the first ${occurrences.length} occurrences of the window were computed`,
      });
    }
    if (occurrences.length === 0) continue;
    const groups = turnGroups(shift);
    const level = Math.max(0, shift.level);
    const origin = {
      calendar,
      shiftId: shift.id,
      shiftName: shift.name,
      shiftType: shift.type,
      source: shift.source,
      texts: null,
    } as const;
    // The same few groups come again and again.
    const attendances = new Map<number, ReturnType<typeof attendanceOfIds>>();
    for (const occurrence of occurrences) {
      const turn = occurrence.turn % groups.length;
      if (shift.members === undefined) {
        let attendance = attendances.get(turn);
        if (attendance === undefined) {
          attendance = attendanceOfIds(directory, groups[turn] ?? []);
          attendances.set(turn, attendance);
        }
        const { start, end } = occurrence;
        events.push({
          start,
          end,
          ...origin,
          level,
          allDay: null,
          users: unswapped(attendance.users),
          missing: attendance.missing,
        });
        continue;
      }
      for (const { start, end, users: ids } of membershipPieces(shift, groups, turn, occurrence, zone)) {
        const { users, missing } = attendanceOfIds(directory, ids);
        const event = { start, end, ...origin, level, allDay: null, users: unswapped(users), missing };
        if (isInWindow(event, window)) events.push(event);
      }
    }
  }
  return events;
}

function zoneOfShift(shift: Shift, calendarZone: string, problems: Problem[]): Zone {
  const name = shift.timeZone ?? calendarZone;
  const zone = findZone(name);
  if (zone !== null) return zone;
  problems.push({
    code: 'unknown_time_zone',
    subject: shift.id,
    message: `Shift ${shift.id}: time zone ${JSON.stringify(name)} is unknown, UTC was used`,
  });
  return UTC;
}
