import fc from 'fast-check';
import type { CivilTime, Recurrence, Schedule, Shift, Swap, Weekday, Window } from '../src/index.ts';
import { addMs, type Instant, parseCivil, parseInstant } from '../src/index.ts';
import { NAMES, scheduleOf } from './support.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const WEEKDAYS: readonly Weekday[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
export const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Casablanca',
] as const;

const BASE_CIVIL = parseCivil('2026-01-01T00:00:00');
const BASE = parseInstant('2026-01-01T00:00:00Z');

/** Within 2026, on the quarter of an hour. */
export const anyCivil: fc.Arbitrary<CivilTime> = fc
  .integer({ min: 0, max: 365 * 96 })
  .map((n) => (BASE_CIVIL + n * (HOUR / 4)) as CivilTime);
export const anyInstant: fc.Arbitrary<Instant> = fc.integer({ min: 0, max: 365 * 96 }).map((n) => addMs(BASE, n * (HOUR / 4)));
const user = fc.constantFrom(...NAMES.slice(0, 6));
const group = fc.uniqueArray(user, { minLength: 0, maxLength: 3 });
const some = <T>(values: readonly T[], max = values.length) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: max });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 2, nil: null });

export const anyRecurrence: fc.Arbitrary<Recurrence> = fc.record({
  frequency: fc.constantFrom('hourly', 'daily', 'weekly', 'monthly'),
  interval: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 5 }) },
    { weight: 1, arbitrary: fc.integer({ min: 6, max: 100 }) },
  ),
  weekStart: fc.constantFrom(...WEEKDAYS),
  byDay: maybe(some(WEEKDAYS)),
  byMonth: fc.option(some([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), { freq: 4, nil: null }),
  byMonthday: fc.option(some([1, 2, 15, 28, 29, 30, 31, -1, -2, -31], 4), { freq: 4, nil: null }),
});

const base = fc.record({
  id: fc.stringMatching(/^S[A-Z0-9]{7}$/),
  name: fc.constant(null),
  level: fc.integer({ min: -1, max: 3 }),
  start: anyCivil,
  durationSeconds: fc.oneof(
    fc.integer({ min: 1, max: 48 }).map((n) => n * 1800),
    fc.constantFrom(0, -5, 86_400, 604_800, 100_000),
  ),
  rotationStart: maybe(anyCivil),
  timeZone: maybe(fc.constantFrom(...ZONES)),
  source: fc.constantFrom('web', 'api', 'terraform'),
  until: fc.option(anyInstant, { freq: 4, nil: null }),
});
const startIndex = maybe(fc.integer({ min: 0, max: 4 }));
const groups = fc.array(group, { minLength: 0, maxLength: 4 });

export const anyShift: fc.Arbitrary<Shift> = fc.oneof(
  fc.tuple(base, group).map(([b, users]): Shift => ({ ...b, type: 'single_event', users })),
  fc
    .tuple(base, group, maybe(anyRecurrence))
    .map(([b, users, recurrence]): Shift => ({ ...b, type: 'recurrent_event', users, recurrence })),
  {
    weight: 3,
    arbitrary: fc
      .tuple(base, groups, startIndex, fc.option(anyRecurrence, { freq: 8, nil: null }))
      .map(([b, g, index, recurrence]): Shift => ({ ...b, type: 'rolling_users', groups: g, startIndex: index, recurrence })),
  },
  fc
    .tuple(base, groups, group, startIndex)
    .map(([b, g, users, index]): Shift => ({ ...b, type: 'override', groups: g, users, startIndex: index })),
);

export const anyShifts = fc.uniqueArray(anyShift, { minLength: 1, maxLength: 8, selector: (shift) => shift.id });

/** Up to ten days of 2026. */
export const anyWindow: fc.Arbitrary<Window> = fc
  .tuple(anyInstant, fc.integer({ min: 1, max: 10 * 96 }))
  .map(([from, quarters]) => ({ from, to: addMs(from, quarters * (HOUR / 4)) }));

export const anySchedule: fc.Arbitrary<Schedule> = fc
  .tuple(anyShifts, fc.constantFrom(...ZONES))
  .map(([shifts, zone]) => scheduleOf(shifts, zone));

/** Taken swaps inside the window. */
export const anySwaps = (window: Window): fc.Arbitrary<Swap[]> =>
  fc
    .array(
      fc
        .tuple(user, user, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
        .map(([beneficiary, benefactor, a, b]): Omit<Swap, 'id'> => {
          const at = (part: number): Instant => addMs(window.from, Math.round(((window.to - window.from) * part) / 1000) * 1000);
          return { beneficiary, benefactor, start: at(Math.min(a, b)), end: at(Math.max(a, b)), deleted: false };
        }),
      { maxLength: 3 },
    )
    .map((swaps) => swaps.map((swap, index) => ({ ...swap, id: `W${index}` })));
