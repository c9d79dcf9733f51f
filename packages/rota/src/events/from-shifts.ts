import type { Directory } from '../people.ts';
import { attendanceOfIds } from '../people.ts';
import type { Problem } from '../problem.ts';
import { occurrencesOf } from '../shifts/occurrences.ts';
import type { Shift } from '../shifts/shift.ts';
import { turnGroups } from '../shifts/shift.ts';
import { findZone } from '../time/iana-zone.ts';
import type { Instant } from '../time/instant.ts';
import type { Window } from '../time/interval.ts';
import { isInWindow } from '../time/interval.ts';
import type { Zone } from '../time/zone.ts';
import { UTC } from '../time/zone.ts';
import type { CalendarKind, OnCallUser, ScheduleEvent } from './event.ts';
import { unswapped } from './event.ts';
import { membershipPieces } from './membership.ts';

type Attendance = { readonly users: readonly OnCallUser[]; readonly missing: readonly string[] };

const NOBODY: readonly string[] = [];

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
    const attendances = new Map<readonly string[], Attendance>();
    const add = (start: Instant, end: Instant, ids: readonly string[]): void => {
      let attendance = attendances.get(ids);
      if (attendance === undefined) {
        const { users, missing } = attendanceOfIds(directory, ids);
        attendance = { users: unswapped(users), missing };
        attendances.set(ids, attendance);
      }
      events.push({ start, end, ...origin, level, allDay: null, users: attendance.users, missing: attendance.missing });
    };
    for (const occurrence of occurrences) {
      const turn = occurrence.turn % groups.length;
      if (shift.members === undefined) add(occurrence.start, occurrence.end, groups[turn] ?? NOBODY);
      else {
        for (const piece of membershipPieces(shift, groups, turn, occurrence, zone)) {
          if (isInWindow(piece, window)) add(piece.start, piece.end, piece.users);
        }
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
