import type { ScheduleEvent } from '../events/event.ts';
import { cutToWindow } from '../schedule/final.ts';
import type { CivilDay } from '../time/civil.ts';
import { civilAt, dayOfCivil, HOUR_MS, weekdayOf } from '../time/civil.ts';
import type { Interval, Window } from '../time/interval.ts';
import { differenceOf, intersectionOf, totalMs, unionOf } from '../time/interval.ts';
import type { Zone } from '../time/zone.ts';

/** One person whose share is measured, also when they have no shift. Nights, weekends and holidays are those of `zone`. */
export type FairnessMember = {
  readonly userId: string;
  readonly zone: Zone;
  readonly holidays: readonly CivilDay[];
  /** When they could have been on call (joined, not left, not away); null means the whole window. */
  readonly available: readonly Interval[] | null;
};

export type FairnessFigure = {
  readonly userId: string;
  readonly onCallMs: number;
  /** Between 22:00 and 06:00 local time. */
  readonly nightMs: number;
  /** Saturdays and Sundays. */
  readonly weekendMs: number;
  readonly holidayMs: number;
  readonly availableMs: number;
  /** 1 is a fair share for the time available, 2 twice that, 0 nothing; null when nobody was on call or available. */
  readonly load: number | null;
};

const NIGHT_ENDS_HOUR = 6;
const NIGHT_BEGINS_HOUR = 22;

/** How on-call time, and its unpleasant parts, fall on people. Figures are in the order of `members`. */
export function fairnessReport(
  events: readonly ScheduleEvent[],
  members: readonly FairnessMember[],
  window: Window,
): FairnessFigure[] {
  const pieces = cutToWindow(events, window);
  const measured = members.map((member) => {
    const onCall = unionOf(pieces.filter((event) => event.users.some((user) => user.id === member.userId)));
    const whole = unionOf([{ start: window.from, end: window.to }]);
    const available = member.available === null ? whole : intersectionOf(unionOf(member.available), whole);
    const days = daysOf(member, window);
    const within = (times: readonly Interval[]): number => totalMs(intersectionOf(onCall, times));
    return {
      userId: member.userId,
      onCallMs: totalMs(onCall),
      nightMs: within(differenceOf(whole, unionOf(days.map((day) => day.daylight)))),
      weekendMs: within(unionOf(days.filter((day) => weekdayOf(day.day) >= 5).map((day) => day.whole))),
      holidayMs: within(unionOf(days.filter((day) => member.holidays.includes(day.day)).map((day) => day.whole))),
      availableMs: totalMs(available),
    };
  });
  const onCallMs = measured.reduce((sum, figure) => sum + figure.onCallMs, 0);
  const availableMs = measured.reduce((sum, figure) => sum + figure.availableMs, 0);
  return measured.map((figure) => {
    const fairMs = availableMs === 0 ? 0 : (onCallMs * figure.availableMs) / availableMs;
    return { ...figure, load: fairMs === 0 ? null : figure.onCallMs / fairMs };
  });
}

type LocalDay = { readonly day: CivilDay; readonly whole: Interval; readonly daylight: Interval };

function daysOf({ zone }: FairnessMember, window: Window): LocalDay[] {
  const days: LocalDay[] = [];
  const last = dayOfCivil(zone.toCivil(window.to));
  const at = (day: number, hour: number) => zone.toInstant(civilAt(day as CivilDay, hour * HOUR_MS), 'first-or-change');
  for (let day = dayOfCivil(zone.toCivil(window.from)); day <= last; day = (day + 1) as CivilDay) {
    days.push({
      day,
      whole: { start: at(day, 0), end: at(day + 1, 0) },
      daylight: { start: at(day, NIGHT_ENDS_HOUR), end: at(day, NIGHT_BEGINS_HOUR) },
    });
  }
  return days;
}
