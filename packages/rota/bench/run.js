// Times the calendar engine against its limits and says how much room is left: `npm run bench -w @tocsin/rota`.
// Ends with status 1 when a limit is broken.
import { createDirectory, finalSchedule, importCalendar, onCallAt, parseCivil, parseInstant, zoneOf } from '../dist/index.js';

const DAY_MS = 86_400_000;
const NOW = parseInstant('2026-06-15T10:30:00Z');
const USERS = Array.from({ length: 200 }, (_, i) => `U${i}`);
const directory = createDirectory(
  USERS.map((id) => ({ id, username: id.toLowerCase(), email: null, active: true, notifiable: true })),
);
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Tokyo',
  'Australia/Sydney',
  'Europe/London',
  'America/Sao_Paulo',
];

/** A rotation of 20 users with its own zone, hand-over time and level. */
const rotation = (index, level = index) => ({
  type: 'rolling_users',
  id: `S${index}`,
  name: null,
  level,
  start: parseCivil(`2020-01-06T${String(index % 24).padStart(2, '0')}:00:00`),
  // Higher levels are on for fewer hours, so that every layer shows.
  durationSeconds: index % 4 === 3 ? 604_800 : Math.max(2, 22 - 2 * (index % 10)) * 3600,
  rotationStart: null,
  timeZone: ZONES[index % ZONES.length],
  source: 'web',
  until: null,
  groups: Array.from({ length: 20 }, (_, i) => [USERS[(index * 7 + i) % USERS.length]]),
  startIndex: 0,
  recurrence: {
    frequency: index % 4 === 3 ? 'weekly' : 'daily',
    interval: 1,
    weekStart: 'MO',
    byDay: index % 4 === 0 ? ['MO', 'TU', 'WE', 'TH', 'FR'] : null,
    byMonth: null,
    byMonthday: null,
  },
});

const schedule = (shifts) => ({
  primary: { from: 'shifts', shifts, timeZone: 'UTC' },
  overrides: { from: 'nowhere' },
  swaps: [],
});

/** Processor milliseconds of the cheapest of several runs: what other programs on the machine take does not count. */
function best(run, runs = 15) {
  let ms = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    ms = Math.min(ms, (user + system) / 1000);
  }
  return ms;
}

let broken = false;
function report(what, ms, limitMs) {
  if (ms > limitMs) broken = true;
  console.log(`${what}: ${ms.toFixed(1)} ms, limit ${limitMs} ms, ratio ${(ms / limitMs).toFixed(3)}`);
}

const year = { from: parseInstant('2026-01-01T00:00:00Z'), to: parseInstant('2027-01-01T00:00:00Z') };
const finalOf = (shifts, window = year) => finalSchedule(schedule(shifts), directory, window, { now: NOW });

const tenLayers = Array.from({ length: 10 }, (_, i) => rotation(i));
const began = performance.now();
const { events } = finalOf(tenLayers);
console.log(
  `the first final schedule, zones and code cold: ${(performance.now() - began).toFixed(1)} ms, ${events.length} events`,
);
report(
  'final schedule of a year, 10 layers of 20 users',
  best(() => finalOf(tenLayers)),
  50,
);

const thousand = Array.from({ length: 1000 }, (_, i) => schedule([rotation(i), rotation(i + 1), rotation(i + 2)]));
report(
  'who is on call now, 1,000 schedules of 3 rotations',
  best(() => thousand.map((s) => onCallAt(s, directory, NOW))),
  200,
);

// Ten levels whatever the number of shifts. Ten times as many may take ten times as long, and the memory of so many events
// its toll; squared growth would be a hundred times.
const month = { from: year.from, to: parseInstant('2026-02-01T00:00:00Z') };
const shiftsOf = (count) => Array.from({ length: count }, (_, i) => rotation(i, i % 10));
const small = best(() => repeat(10, () => finalOf(shiftsOf(40), month)), 9) / 10;
const large = best(() => finalOf(shiftsOf(400), month), 9);
const growth = large / small;
if (growth > 20) broken = true;
console.log(`40 shifts ${small.toFixed(1)} ms, 400 shifts ${large.toFixed(1)} ms: ${growth.toFixed(1)} times as long, limit 20`);

const feedEvent = (i) =>
  [
    'BEGIN:VEVENT',
    `UID:${i}@ex.org`,
    `SUMMARY:u${i % 200}`,
    `DTSTART;TZID=${ZONES[1 + (i % 6)]}:20260105T090000`,
    'DURATION:PT8H',
    i % 2 === 0 ? 'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE' : 'RRULE:FREQ=MONTHLY;BYDAY=1TU',
    'END:VEVENT',
  ].join('\r\n');
const text = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${Array.from({ length: 10_000 }, (_, i) => feedEvent(i)).join('\r\n')}\r\nEND:VCALENDAR\r\n`;
report(
  'reading a feed of 10,000 recurring events',
  best(() => importCalendar(text, { floatingTimes: 'utc' }), 3),
  3000,
);
const imported = importCalendar(text, { floatingTimes: 'utc' });
if (!imported.ok) throw new Error(imported.message);
const feed = { primary: { from: 'ical', calendar: imported.calendar }, overrides: { from: 'nowhere' }, swaps: [] };
report(
  'who is on call now in that feed',
  best(() => onCallAt(feed, directory, NOW), 7),
  500,
);
report(
  'one year of a zone’s clock changes, 40 new zones',
  best(() => coldZones(), 1),
  1000,
);

function repeat(times, run) {
  for (let i = 0; i < times; i++) run();
}

function coldZones() {
  for (const name of Intl.supportedValuesOf('timeZone').slice(0, 40)) zoneOf(name).toCivil(NOW + DAY_MS);
}

process.exitCode = broken ? 1 : 0;
