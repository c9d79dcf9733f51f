import { expandCalendar } from '../ical/expand.ts';
import type { ImportedCalendar } from '../ical/imported.ts';
import type { Directory } from '../people.ts';
import { attendanceOfNames } from '../people.ts';
import type { Problem } from '../problem.ts';
import type { Window } from '../time/interval.ts';
import type { CalendarKind, ScheduleEvent } from './event.ts';
import { unswapped } from './event.ts';
import { mergeEvents } from './merge.ts';

/** Events of an imported calendar, users found by the names in its texts. */
export function eventsOfCalendar(
  imported: ImportedCalendar,
  calendar: CalendarKind,
  directory: Directory,
  window: Window,
  problems: Problem[],
): ScheduleEvent[] {
  const events = expandCalendar(imported, window, problems).map(({ event, start, end, allDay }): ScheduleEvent => {
    const { users, missing } = attendanceOfNames(directory, event.names);
    const { shiftId, source, level } = event;
    const shiftType = calendar === 'overrides' ? 'override' : null;
    const origin = { calendar, shiftId, shiftName: null, shiftType, source, texts: event.texts } as const;
    return { start, end, ...origin, level, allDay, users: unswapped(users), missing };
  });
  return mergeEvents(events);
}
