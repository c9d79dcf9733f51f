import type { CalendarKind, ScheduleEvent } from '../events/event.ts';
import { byStart } from '../events/event.ts';
import { eventsOfCalendar } from '../events/from-calendar.ts';
import { eventsOfShifts } from '../events/from-shifts.ts';
import type { ImportedCalendar } from '../ical/imported.ts';
import type { Directory } from '../people.ts';
import type { Problem } from '../problem.ts';
import type { Shift } from '../shifts/shift.ts';
import type { Window } from '../time/interval.ts';
import type { Swap } from './swaps.ts';

/** Where one of a schedule's two calendars comes from. */
export type CalendarSource =
  | {
      readonly from: 'shifts';
      readonly shifts: readonly Shift[] /** Zone of shifts that name none. */;
      readonly timeZone: string;
    }
  | { readonly from: 'ical'; readonly calendar: ImportedCalendar }
  | { readonly from: 'nowhere' };

/** A schedule as the engine computes with it. */
export type Schedule = {
  readonly primary: CalendarSource;
  readonly overrides: CalendarSource;
  /** In the order they were created. */
  readonly swaps: readonly Swap[];
};

/** A schedule as it is stored, by type; `calendar` has its primary calendar null while no good copy was downloaded. */
export type StoredSchedule =
  | { readonly type: 'ical'; readonly primary: ImportedCalendar | null; readonly overrides: ImportedCalendar | null }
  | {
      readonly type: 'calendar';
      readonly timeZone: string;
      readonly shifts: readonly Shift[];
      /** When true the overrides made in the UI count, and a downloaded overrides calendar does not. */
      readonly enableWebOverrides: boolean;
      readonly webOverrides: readonly Shift[];
      readonly overrides: ImportedCalendar | null;
    }
  | { readonly type: 'web'; readonly shifts: readonly Shift[] };

const downloaded = (calendar: ImportedCalendar | null): CalendarSource =>
  calendar === null ? { from: 'nowhere' } : { from: 'ical', calendar };

/** Puts together which shifts and feeds make a schedule's calendars, and which zone its shifts fall back to. */
export function assembleSchedule(stored: StoredSchedule, swaps: readonly Swap[]): Schedule {
  switch (stored.type) {
    case 'ical':
      return { primary: downloaded(stored.primary), overrides: downloaded(stored.overrides), swaps };
    case 'calendar': {
      const primary: CalendarSource = { from: 'shifts', shifts: stored.shifts, timeZone: stored.timeZone };
      const web: CalendarSource = { from: 'shifts', shifts: stored.webOverrides, timeZone: 'UTC' };
      return { primary, overrides: stored.enableWebOverrides ? web : downloaded(stored.overrides), swaps };
    }
    case 'web': {
      const isOverride = (shift: Shift): boolean => shift.type === 'override';
      return {
        primary: { from: 'shifts', shifts: stored.shifts.filter((shift) => !isOverride(shift)), timeZone: 'UTC' },
        overrides: { from: 'shifts', shifts: stored.shifts.filter(isOverride), timeZone: 'UTC' },
        swaps,
      };
    }
  }
}

export type Events = { readonly events: readonly ScheduleEvent[]; readonly problems: readonly Problem[] };

/** The events of both calendars in the window, empty ones included, before swaps and priorities; not cut to the window. */
export function rawEvents(schedule: Schedule, directory: Directory, window: Window): Events {
  const problems: Problem[] = [];
  const of = (source: CalendarSource, calendar: CalendarKind): ScheduleEvent[] => {
    switch (source.from) {
      case 'shifts':
        return eventsOfShifts(source.shifts, calendar, source.timeZone, directory, window, problems);
      case 'ical':
        return eventsOfCalendar(source.calendar, calendar, directory, window, problems);
      case 'nowhere':
        return [];
    }
  };
  const events = [...of(schedule.primary, 'primary'), ...of(schedule.overrides, 'overrides')];
  return { events: events.sort(byStart), problems };
}
