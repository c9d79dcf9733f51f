import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Instant, Interval, Schedule, ScheduleEvent, Shift, Window } from '../src/index.ts';
import {
  addMs,
  createDirectory,
  cutToWindow,
  eventsAt,
  exportEntries,
  exportWindow,
  finalSchedule,
  formatCivil,
  importCalendar,
  occurrencesOf,
  onCallAt,
  rawEvents,
  writeCalendar,
  zoneOf,
} from '../src/index.ts';
import { differenceOf, intersectionOf, totalMs, unionOf } from '../src/time/interval.ts';
import {
  anyInstant,
  anyRecurrence,
  anySchedule,
  anyShift,
  anyShifts,
  anySwaps,
  anyWindow,
  DAY,
  HOUR,
  ZONES,
} from './arbitraries.ts';
import { everybody, NOW, override, rolling, scheduleOf, scheduleOfFeed, withViewer } from './support.ts';

const directory = withViewer('cy');
const final = (schedule: Schedule, window: Window) =>
  finalSchedule(schedule, directory, window, { now: NOW, openSwaps: 'ignore' });

/** Who is on call when, for each user a union of intervals within the window. */
function coverage(events: readonly ScheduleEvent[], window: Window): Record<string, Interval[]> {
  const perUser = new Map<string, Interval[]>();
  for (const event of cutToWindow(events, window)) {
    for (const { id } of event.users) perUser.set(id, [...(perUser.get(id) ?? []), { start: event.start, end: event.end }]);
  }
  return Object.fromEntries([...perUser].sort().map(([id, intervals]) => [id, unionOf(intervals)]));
}

const covered = (events: readonly ScheduleEvent[], window: Window): Interval[] => unionOf(cutToWindow(events, window));

/** What the priority rules say, worked out from the raw events of one instant alone. */
function expectedAt(events: readonly ScheduleEvent[], at: Instant): string[] {
  const present = events.filter((event) => event.start <= at && at < event.end && event.users.length > 0);
  const overrides = present.filter((event) => event.calendar === 'overrides');
  const calendar = overrides.length > 0 ? overrides : present;
  const level = Math.max(...calendar.map((event) => event.level));
  return [
    ...new Set(calendar.filter((event) => event.level === level).flatMap((event) => event.users.map((user) => user.id))),
  ].sort();
}

describe('priorities', () => {
  test('hold at every instant', () => {
    fc.assert(
      fc.property(anySchedule, anyWindow, (schedule, window) => {
        const raw = rawEvents(schedule, directory, window).events;
        const { events } = final(schedule, window);
        const instants = [
          window.from,
          ...raw.flatMap((event) => [event.start, event.end, addMs(event.start, 1), addMs(event.end, -1)]),
        ];
        for (const at of instants.filter((t) => t >= window.from && t < window.to)) {
          const onCall = events
            .filter((event) => event.start <= at && at < event.end)
            .flatMap((event) => event.users.map((user) => user.id));
          expect([...new Set(onCall)].sort()).toEqual(expectedAt(raw, at));
        }
      }),
      { numRuns: 150 },
    );
  });

  test('a point query gives what the window holds then, at every start and end', () => {
    fc.assert(
      fc.property(anySchedule, anyWindow, (schedule, window) => {
        const { events } = final(schedule, window);
        const instants = [window.from, ...events.flatMap((event) => [event.start, event.end])].filter(
          (t) => t >= window.from && t < window.to,
        );
        for (const at of instants.slice(0, 40)) {
          const onCall = events
            .filter((event) => event.start <= at && at < event.end)
            .flatMap((event) => event.users.map((user) => user.id));
          expect(onCallAt(schedule, directory, at).sort()).toEqual([...new Set(onCall)].sort());
          expect(eventsAt(schedule, directory, at).every((event) => event.start <= at && at < event.end)).toBe(true);
        }
      }),
      { numRuns: 80 },
    );
  });

  test('no two pieces of different layers overlap, and no time is lost or made', () => {
    fc.assert(
      fc.property(anySchedule, anyWindow, (schedule, window) => {
        const staffed = rawEvents(schedule, directory, window).events.filter((event) => event.users.length > 0);
        const { events } = final(schedule, window);
        const layers = new Map<string, ScheduleEvent[]>();
        for (const event of events) {
          const key = `${event.calendar} ${event.level}`;
          layers.set(key, [...(layers.get(key) ?? []), event]);
        }
        const unions = [...layers.values()].map((pieces) => covered(pieces, window));
        for (const [i, a] of unions.entries()) for (const b of unions.slice(i + 1)) expect(intersectionOf(a, b)).toEqual([]);
        expect(covered(events, window)).toEqual(covered(staffed, window));
      }),
      { numRuns: 150 },
    );
  });

  test('cutting a range into pieces gives the same as the whole', () => {
    fc.assert(
      fc.property(anySchedule, anyWindow, fc.double({ min: 0, max: 1, noNaN: true }), (schedule, window, part) => {
        const middle = addMs(window.from, Math.round(((window.to - window.from) * part) / 1000) * 1000);
        fc.pre(middle > window.from && middle < window.to);
        const [left, right] = [
          { from: window.from, to: middle },
          { from: middle, to: window.to },
        ];
        const whole = coverage(final(schedule, window).events, window);
        const parts = [...cutToWindow(final(schedule, left).events, left), ...cutToWindow(final(schedule, right).events, right)];
        expect(coverage(parts, window)).toEqual(whole);
        // A hole of under a minute on either side of a cut is no gap there.
        const gapMs = totalMs([...final(schedule, left).gaps, ...final(schedule, right).gaps]);
        expect(Math.abs(gapMs - totalMs(final(schedule, window).gaps))).toBeLessThan(120_000);
      }),
      { numRuns: 150 },
    );
  });
});

describe('shifts', () => {
  test('any stored shift has an answer for any window', () => {
    const wild = fc.tuple(
      anyShift,
      fc.constantFrom('0001-01-01T00:00:00', '1970-01-01T00:00:00', '2026-03-29T02:30:00', '9999-12-31T23:00:00'),
      fc.constantFrom(1, 24, 100_000_000),
      fc.constantFrom(1, 7, 2_147_483_647),
      fc.constantFrom('2026-01-01', '0050-02-28', '9999-01-01'),
    );
    fc.assert(
      fc.property(wild, ([shift, start, hours, interval, from]) => {
        const time = Date.parse(`${start}Z`) as Shift['start'];
        const odd: Shift = { ...shift, start: time, rotationStart: null, durationSeconds: hours * 3600 };
        const wilder: Shift =
          'recurrence' in odd && odd.recurrence !== null ? { ...odd, recurrence: { ...odd.recurrence, interval } } : odd;
        const window = { from: Date.parse(from) as Instant, to: (Date.parse(from) + 30 * DAY) as Instant };
        const { events } = rawEvents(scheduleOf([wilder]), directory, window);
        expect(events.every((event) => event.end > event.start && event.start < window.to && event.end > window.from)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('looking at a late window alone gives what a long one holds there', () => {
    fc.assert(
      fc.property(anyShift, anyWindow, (shift, window) => {
        const zone = zoneOf(shift.timeZone ?? 'UTC');
        const all = occurrencesOf(shift, zone, {
          from: addMs(window.from, -400 * DAY),
          to: addMs(window.to, 40 * DAY),
        }).occurrences;
        const expected = all.filter((occurrence) => occurrence.start < window.to && occurrence.end > window.from);
        expect(occurrencesOf(shift, zone, window).occurrences).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('shifting a rotation by a whole round shifts nothing after it', () => {
    const period = { hourly: HOUR, daily: DAY, weekly: 7 * DAY } as const;
    fc.assert(
      fc.property(
        fc.constantFrom('hourly', 'daily', 'weekly' as const),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(...ZONES),
        anyInstant,
        fc.integer({ min: 0, max: 23 }),
        (frequency, groups, interval, zone, from, hour) => {
          const names = ['ana', 'bo', 'dee', 'eli'].slice(0, groups).join('|');
          const first = rolling(names, {
            start: `2025-06-02T${String(hour).padStart(2, '0')}:00:00`,
            hours: 10,
            every: frequency,
            interval,
            zone,
          });
          const round = period[frequency as keyof typeof period] * interval * groups;
          const later: Shift = { ...first, start: (first.start + round) as Shift['start'] };
          const window = { from: addMs(from, 60 * DAY), to: addMs(from, 75 * DAY) };
          const lines = (shift: Shift) =>
            rawEvents(scheduleOf([shift]), directory, window).events.map((e) => [e.start, e.end, e.users[0]?.id]);
          expect(lines(later)).toEqual(lines(first));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('shifting a rotation by a whole period shifts its turns', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), anyRecurrence, (periods, recurrence) => {
        const days = periods * 7 * recurrence.interval;
        fc.pre(recurrence.frequency === 'weekly' && recurrence.byMonth === null && recurrence.byMonthday === null);
        const first = { ...rolling('ana|bo|dee', { start: '2026-01-07T09:00:00', hours: 8 }), recurrence };
        const moved: Shift = { ...first, start: (first.start + days * DAY) as Shift['start'] };
        const window = { from: addMs(NOW, -200 * DAY), to: addMs(NOW, 100 * DAY) };
        const shifted = { from: addMs(window.from, days * DAY), to: addMs(window.to, days * DAY) };
        const lines = (shift: Shift, w: Window, by: number) =>
          rawEvents(scheduleOf([shift]), directory, w).events.map((e) => [e.start + by, e.end + by, e.users[0]?.id]);
        expect(lines(moved, shifted, 0)).toEqual(lines(first, window, days * DAY));
      }),
      { numRuns: 100 },
    );
  });

  test('the groups of a rotation follow each other without a hole for ten years, in any zone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('hourly', 'daily', 'weekly' as const),
        fc.constantFrom(...ZONES),
        fc.constantFrom(12, 24, 48, 72),
        fc.integer({ min: 0, max: 47 }),
        (frequency, zone, hours, half) => {
          const length = frequency === 'weekly' ? 168 : hours;
          const interval = frequency === 'hourly' ? hours : frequency === 'daily' ? Math.max(1, hours / 24) : 1;
          fc.pre(frequency !== 'daily' || hours >= 24);
          const start = formatCivil((Date.parse('2024-01-01T00:00:00Z') + half * (HOUR / 2)) as Shift['start']);
          const shift = rolling('ana|bo', { start, hours: length, every: frequency, interval, zone });
          const { occurrences } = occurrencesOf(shift, zoneOf(zone), {
            from: Date.parse('2024-02-01') as Instant,
            to: Date.parse('2034-02-01') as Instant,
          });
          expect(occurrences.length).toBeGreaterThan(500);
          for (const [index, occurrence] of occurrences.slice(1).entries())
            expect(occurrence.start).toBe(occurrences[index]!.end);
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe('swaps and overrides', () => {
  test('a taken swap conserves covered time, and deleting it brings the old schedule back', () => {
    const scene = fc
      .tuple(anyShifts, anyWindow)
      .chain(([shifts, window]) => fc.tuple(fc.constant(shifts), fc.constant(window), anySwaps(window)));
    fc.assert(
      fc.property(scene, ([shifts, window, swaps]) => {
        const without = finalSchedule(scheduleOf(shifts), everybody, window, { now: NOW });
        const swapped = finalSchedule(scheduleOf(shifts, 'UTC', swaps), everybody, window, { now: NOW });
        expect(covered(swapped.events, window)).toEqual(covered(without.events, window));
        expect(swapped.gaps).toEqual(without.gaps);
        const deleted = swaps.map((swap) => ({ ...swap, deleted: true }));
        expect(finalSchedule(scheduleOf(shifts, 'UTC', deleted), everybody, window, { now: NOW })).toEqual(without);
      }),
      { numRuns: 150 },
    );
  });

  test('an override adds its own time and takes none away', () => {
    fc.assert(
      fc.property(anyShifts, anyWindow, fc.integer({ min: 1, max: 48 }), (shifts, window, hours) => {
        const extra = override('fay', {
          id: 'extra',
          start: formatCivil((window.from + HOUR) as Shift['start']),
          hours,
          level: 1000,
        });
        const before = final(scheduleOf(shifts), window).events;
        const after = final(scheduleOf([...shifts, extra]), window).events;
        const added = cutToWindow([{ start: addMs(window.from, HOUR), end: addMs(window.from, HOUR + hours * HOUR) }], window);
        expect(covered(after, window)).toEqual(unionOf([...covered(before, window), ...added]));
        expect(intersectionOf(coverage(after, window).fay ?? [], unionOf(added))).toEqual(unionOf(added));
        expect(differenceOf(unionOf(added), coverage(after, window).fay ?? [])).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

test('export followed by import gives the same on-call', () => {
  fc.assert(
    fc.property(anySchedule, (schedule) => {
      const window = exportWindow(NOW);
      const { events } = final(schedule, window);
      const text = writeCalendar(exportEntries(events, directory), {
        calendarName: 'x',
        productId: '-//x//EN',
        generatedAt: NOW,
        previous: null,
      });
      const imported = importCalendar(text, { floatingTimes: 'utc' });
      if (!imported.ok) throw new Error(imported.message);
      expect(imported.calendar.problems).toEqual([]);
      const again = finalSchedule(scheduleOfFeed(imported.calendar), createDirectory(directory.byId.values()), window, {
        now: NOW,
      });
      expect(coverage(again.events, window)).toEqual(coverage(events, window));
    }),
    { numRuns: 40 },
  );
});
