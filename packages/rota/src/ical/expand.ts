import type { AllDay } from '../events/event.ts';
import type { Problem } from '../problem.ts';
import { iterateRule } from '../recurrence/iterate.ts';
import { StepBudget } from '../recurrence/rule.ts';
import type { CivilDay, CivilTime } from '../time/civil.ts';
import { DAY_MS, dayOfCivil, SECOND_MS } from '../time/civil.ts';
import type { Instant } from '../time/instant.ts';
import { addMs } from '../time/instant.ts';
import type { Interval, Window } from '../time/interval.ts';
import { isInWindow } from '../time/interval.ts';
import type { ImportedCalendar, ImportedEvent, Series } from './imported.ts';

/** One occurrence of an imported event. All-day ones end at the last second of their last day. */
export type ImportedOccurrence = Interval & { readonly event: ImportedEvent; readonly allDay: AllDay | null };

/** The most occurrences one event gives for one window, so that a rule gone wild does not push the others out. */
const MAX_PER_EVENT = 20_000;
/** The most occurrences one calendar gives for one window. */
const MAX_PER_CALENDAR = 200_000;
const SLACK_MS = 3 * DAY_MS;

/** The occurrences of a calendar that belong to the window, unsorted. Bounded: what is cut off becomes a problem. */
export function expandCalendar(calendar: ImportedCalendar, window: Window, problems: Problem[]): ImportedOccurrence[] {
  const occurrences: ImportedOccurrence[] = [];
  for (const series of calendar.series) {
    const most = occurrences.length + MAX_PER_EVENT;
    for (const occurrence of expandSeries(series, window, problems)) {
      if (occurrences.length === most || occurrences.length === MAX_PER_CALENDAR) {
        const message = `Event ${series.event.uid}: only its first occurrences in the window were computed`;
        problems.push({ code: 'too_many_occurrences', subject: series.event.uid, message });
        break;
      }
      occurrences.push(occurrence);
    }
    if (occurrences.length === MAX_PER_CALENDAR) break;
  }
  return occurrences;
}

function* expandSeries(series: Series, window: Window, problems: Problem[]): Generator<ImportedOccurrence> {
  const { event, excluded, futureChanges } = series;
  for (const [start, ownLengthMs] of startsOf(series, window, problems)) {
    const instant = event.zone.toInstant(start, 'second-or-change');
    if (excluded.days.has(dayOfCivil(start)) || excluded.instants.has(instant)) continue;
    const change = futureChanges.findLast(({ from }) => from <= instant);
    if (change?.event.cancelled === true) continue;
    const current = change?.event ?? event;
    const moved = (start + (change?.shiftMs ?? 0)) as CivilTime;
    const lengthMs = change === undefined ? (ownLengthMs ?? event.lengthMs) : change.event.lengthMs;
    const occurrence = occurrenceOf(current, series.event, moved, lengthMs);
    if (occurrence !== null && isInWindow(occurrence, window)) yield occurrence;
  }
}

function occurrenceOf(
  event: ImportedEvent,
  master: ImportedEvent,
  start: CivilTime,
  lengthMs: number,
): ImportedOccurrence | null {
  if (lengthMs <= 0) return null;
  const startsAt = master.zone.toInstant(start, 'second-or-change');
  const endsAt = master.zone.toInstant((start + lengthMs) as CivilTime, 'second-or-change');
  const allDay = event.allDay
    ? { first: dayOfCivil(start), last: (dayOfCivil((start + lengthMs) as CivilTime) - 1) as CivilDay }
    : null;
  const end = allDay === null ? endsAt : addMs(endsAt, -SECOND_MS);
  return end > startsAt ? { start: startsAt, end, event, allDay } : null;
}

/** Starts on the wall clock that can matter to the window, with the length of those that bring their own. */
function startsOf(series: Series, window: Window, problems: Problem[]): Map<CivilTime, number | null> {
  const { event } = series;
  const starts = new Map<CivilTime, number | null>([[event.start, null]]);
  if (series.rules.length === 0 && series.extraDates.length === 0) return starts;
  const range = rangeOf(series, window);
  const budget = new StepBudget();
  for (const { rule, untilInstant, untilDay } of series.rules) {
    // No rule is followed far beyond its own end.
    const last = untilDay === null ? (untilInstant ?? Number.POSITIVE_INFINITY) : (untilDay + 1) * DAY_MS;
    const bounded = { from: range.from, to: Math.min(range.to, last + SLACK_MS) as CivilTime };
    for (const start of iterateRule(rule, event.start, bounded, budget)) {
      if (untilDay !== null && dayOfCivil(start) > untilDay) break;
      if (untilInstant !== null && event.zone.toInstant(start, 'second-or-change') > untilInstant) break;
      starts.set(start, null);
    }
  }
  for (const { start, lengthMs } of series.extraDates) starts.set(start, lengthMs);
  if (budget.exceeded) {
    const message = `Event ${event.uid}: its recurrence rule takes too many steps, occurrences may be missing`;
    problems.push({ code: 'rule_too_long', subject: event.uid, message });
  }
  return starts;
}

function rangeOf(series: Series, window: Window): { readonly from: CivilTime; readonly to: CivilTime } {
  const { zone, lengthMs } = series.event;
  const lengths = [lengthMs, ...series.futureChanges.map((change) => change.event.lengthMs)];
  const moves = [0, ...series.futureChanges.map((change) => change.shiftMs)];
  const from = zone.toCivil(window.from) - Math.max(...lengths) - Math.max(...moves) - SLACK_MS;
  const to = zone.toCivil(window.to) - Math.min(...moves) + SLACK_MS;
  return { from: from as CivilTime, to: to as CivilTime };
}

/** Whether any occurrence overlaps the window; the instants of it, for time off read from a feed. */
export const busyIntervals = (calendar: ImportedCalendar, window: Window, problems: Problem[]): Interval[] =>
  expandCalendar(calendar, window, problems).map(({ start, end, allDay }) => ({
    start,
    end: allDay === null ? end : (addMs(end, SECOND_MS) as Instant),
  }));
