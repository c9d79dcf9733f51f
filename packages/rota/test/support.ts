import type {
  FinalSchedule,
  Person,
  Recurrence,
  RollingUsers,
  Schedule,
  ScheduleEvent,
  Shift,
  Swap,
  Window,
} from '../src/index.ts';
import {
  createDirectory,
  finalSchedule,
  formatInstant,
  importCalendar,
  parseCivil,
  parseInstant,
  rawEvents,
  type Weekday,
} from '../src/index.ts';

export const NAMES = ['ana', 'bo', 'cy', 'dee', 'eli', 'fay', 'gus', 'hal', 'ivy', 'jo'] as const;

export const person = (id: string, over: Partial<Person> = {}): Person => ({
  id,
  username: id,
  email: `${id}@ex.org`,
  active: true,
  notifiable: true,
  ...over,
});

/** ana, bo, cy … as ids and usernames. */
export const everybody = createDirectory(NAMES.map((name) => person(name)));
export const withViewer = (viewer: string) => createDirectory(NAMES.map((name) => person(name, { notifiable: name !== viewer })));

export const at = (text: string) =>
  parseInstant(/[Z]$/.test(text) ? text : text.length === 10 ? `${text}T00:00:00Z` : `${text}Z`);
export const between = (from: string, to: string): Window => ({ from: at(from), to: at(to) });
export const civil = parseCivil;

type Common = {
  id?: string;
  name?: string | null;
  level?: number;
  start: string;
  hours: number;
  rotationStart?: string;
  zone?: string | null;
  source?: Shift['source'];
  until?: string;
};

type Repeat = {
  every?: Recurrence['frequency'];
  interval?: number;
  weekStart?: Weekday;
  byDay?: string;
  byMonth?: number[];
  byMonthday?: number[];
};

const common = (spec: Common) => ({
  id: spec.id ?? 'shift',
  name: spec.name ?? null,
  level: spec.level ?? 0,
  start: civil(spec.start),
  durationSeconds: spec.hours * 3600,
  rotationStart: spec.rotationStart === undefined ? null : civil(spec.rotationStart),
  timeZone: spec.zone ?? null,
  source: spec.source ?? 'api',
  until: spec.until === undefined ? null : at(spec.until),
});

const repeat = (spec: Repeat): Recurrence | null =>
  spec.every === undefined
    ? null
    : {
        frequency: spec.every,
        interval: spec.interval ?? 1,
        weekStart: spec.weekStart ?? 'MO',
        byDay: spec.byDay === undefined ? null : (spec.byDay.split(',') as Weekday[]),
        byMonth: spec.byMonth ?? null,
        byMonthday: spec.byMonthday ?? null,
      };

export const single = (users: string, spec: Common): Shift => ({
  type: 'single_event',
  users: users.split(','),
  ...common(spec),
});

export const recurrent = (users: string, spec: Common & Repeat): Shift => ({
  type: 'recurrent_event',
  users: users.split(','),
  recurrence: repeat(spec),
  ...common(spec),
});

/** `groups` as `ana,bo|cy`: two groups, the first with two users; `ana||bo` has an empty one in the middle. */
export const rolling = (groups: string, spec: Common & Repeat & { index?: number }): RollingUsers => ({
  type: 'rolling_users',
  groups: groups.split('|').map((group) => group.split(',').filter((name) => name !== '')),
  startIndex: spec.index ?? 0,
  recurrence: repeat(spec),
  ...common(spec),
});

export const override = (users: string, spec: Common): Shift => ({
  type: 'override',
  groups: [users.split(',')],
  users: [],
  startIndex: null,
  ...common({ level: 99, source: 'web', ...spec }),
});

/** A schedule of shifts: overrides in one calendar, the rest in the other. */
export const scheduleOf = (shifts: readonly Shift[], timeZone = 'UTC', swaps: readonly Swap[] = []): Schedule => ({
  primary: { from: 'shifts', shifts: shifts.filter((shift) => shift.type !== 'override'), timeZone },
  overrides: { from: 'shifts', shifts: shifts.filter((shift) => shift.type === 'override'), timeZone: 'UTC' },
  swaps,
});

export const swap = (id: string, beneficiary: string, from: string, to: string, benefactor: string | null = null): Swap => ({
  id,
  beneficiary,
  benefactor,
  start: at(from),
  end: at(to),
  deleted: false,
});

/** `2026-05-04 08:00 – 2026-05-11 08:00 ana+bo`; seconds only when there are any. */
export function show(event: ScheduleEvent): string {
  const users = event.users.map((user) => user.id).join('+');
  return `${shortTime(event.start)} – ${shortTime(event.end)} ${users === '' ? 'nobody' : users}`;
}

const shortTime = (instant: Parameters<typeof formatInstant>[0]): string =>
  formatInstant(instant).replace('T', ' ').replace('Z', '').replace(/:00$/, '');

export const showGaps = (final: FinalSchedule): string[] =>
  final.gaps.map((gap) => `${shortTime(gap.start)} – ${shortTime(gap.end)} gap`);

export const NOW = at('2026-05-01');

export const finalOf = (schedule: Schedule, window: Window, now = NOW, directory = everybody): FinalSchedule =>
  finalSchedule(schedule, directory, window, { now });

/** Final events of shifts, as text. */
export const finalLines = (shifts: readonly Shift[], window: Window, timeZone = 'UTC'): string[] =>
  finalOf(scheduleOf(shifts, timeZone), window).events.map(show);

/** Raw events of one shift: what a worked example of a single shift lists. */
export const rawLines = (shift: Shift, window: Window, timeZone = 'UTC', directory = everybody): string[] =>
  rawEvents(scheduleOf([shift], timeZone), directory, window).events.map(show);

/** `01-05 ana`: the UTC date of the start and who has it. */
export const startDays = (shift: Shift, window: Window, timeZone = 'UTC'): string[] =>
  rawEvents(scheduleOf([shift], timeZone), everybody, window).events.map(
    (event) => `${formatInstant(event.start).slice(5, 10)} ${event.users.map((user) => user.id).join('+')}`,
  );

/** A feed around VEVENTs; fails the test when it is refused. */
export function feed(body: string, floatingTimes: 'utc' | 'calendar' = 'utc') {
  const text = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n${body.trim().replace(/\r?\n\s*/g, '\r\n')}\r\nEND:VCALENDAR\r\n`;
  const result = importCalendar(text, { floatingTimes });
  if (!result.ok) throw new Error(result.message);
  return result.calendar;
}

export const vevent = (...lines: string[]): string => ['BEGIN:VEVENT', ...lines, 'END:VEVENT', ''].join('\n');

export const scheduleOfFeed = (primary: ReturnType<typeof feed>, overrides: ReturnType<typeof feed> | null = null): Schedule => ({
  primary: { from: 'ical', calendar: primary },
  overrides: overrides === null ? { from: 'nowhere' } : { from: 'ical', calendar: overrides },
  swaps: [],
});
