import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import type { Instant, Zone } from '../src/index.ts';
import {
  findZone,
  formatCivil,
  ianaFromWindows,
  isTimeZone,
  occurrencesOf,
  parseCivil,
  parseInstant,
  startOfDay,
  UTC,
  zoneOf,
} from '../src/index.ts';
import { WINDOWS_ZONES } from '../src/time/windows-zone.ts';
import { DAY, HOUR } from './arbitraries.ts';
import { rolling } from './support.ts';

const NAMES = Intl.supportedValuesOf('timeZone');
const FROM = parseInstant('2024-01-01T00:00:00Z');
const TO = parseInstant('2031-01-01T00:00:00Z');

/** Changes of a zone's clock from 2024 to 2030, as Temporal knows them. */
function changesOf(name: string): Instant[] {
  const changes: Instant[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(FROM).toZonedDateTimeISO(name).getTimeZoneTransition('next');
  while (at !== null && at.epochMilliseconds < TO) {
    changes.push(at.epochMilliseconds as Instant);
    at = at.getTimeZoneTransition('next');
  }
  return changes;
}

/** What Temporal makes of a wall-clock time under the rule "the second of two, or the change". */
function judged(name: string, civil: number): { second: number; first: number } {
  const plain = Temporal.PlainDateTime.from(formatCivil(civil as Parameters<typeof formatCivil>[0]));
  const earlier = plain.toZonedDateTime(name, { disambiguation: 'earlier' });
  const later = plain.toZonedDateTime(name, { disambiguation: 'later' });
  // In a gap Temporal steps by its length to either side; the change lies between.
  if (later.toPlainDateTime().equals(plain)) return { second: later.epochMilliseconds, first: earlier.epochMilliseconds };
  const change = earlier.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.NaN;
  return { second: change, first: change };
}

describe('200 random zones over their changes of 2024 to 2030', () => {
  const zones = fc.sample(fc.shuffledSubarray(NAMES, { minLength: 200, maxLength: 200 }), { numRuns: 1, seed: 2024 })[0]!;

  test('convert as Temporal does, both ways', () => {
    let checked = 0;
    for (const name of zones) {
      const zone = zoneOf(name);
      for (const change of changesOf(name)) {
        for (const instant of [change - 1000, change, change + HOUR, change + 90 * 60_000] as Instant[]) {
          const plain = Temporal.Instant.fromEpochMilliseconds(instant)
            .toZonedDateTimeISO(name)
            .toPlainDateTime()
            .toString({ smallestUnit: 'second' });
          expect(formatCivil(zone.toCivil(instant)), name).toBe(plain);
        }
        const civil = zone.toCivil(change);
        for (const offset of [-3, -1.5, -1, -0.5, 0, 0.25, 0.5, 1, 1.5]) {
          const at = (civil + offset * HOUR) as typeof civil;
          const expected = judged(name, at);
          expect(
            [zone.toInstant(at, 'second-or-change'), zone.toInstant(at, 'first-or-change')],
            `${name} ${formatCivil(at)}`,
          ).toEqual([expected.second, expected.first]);
          checked++;
        }
      }
    }
    expect(checked).toBeGreaterThan(5000);
  }, 120_000);

  test('have no hole and no overlap between the turns of a daily rotation', () => {
    for (const [index, name] of zones.entries()) {
      const hour = String(index % 24).padStart(2, '0');
      const shift = rolling('ana|bo', { start: `2023-12-25T${hour}:30:00`, hours: 24, every: 'daily', zone: name });
      const { occurrences } = occurrencesOf(shift, zoneOf(name), { from: FROM, to: TO });
      for (const [i, occurrence] of occurrences.slice(1).entries()) {
        if (occurrence.start !== occurrences[i]!.end) throw new Error(`${name}: ${new Date(occurrence.start).toISOString()}`);
      }
      expect(occurrences[0]!.start <= FROM && occurrences.at(-1)!.end >= TO, name).toBe(true);
    }
  });
});

describe('zones', () => {
  test('are found in any letter case; unknown ones are null or an error that names them', () => {
    expect(findZone('europe/berlin')?.toCivil(FROM)).toBe(parseCivil('2024-01-01T01:00:00'));
    for (const name of ['UTC', 'Etc/UTC', 'GMT']) expect(findZone(name)).toBe(UTC);
    for (const name of ['', 'Mars/Base', '+05:30', 'W. Europe Standard Time', '../etc/passwd'])
      expect([name, findZone(name)]).toEqual([name, null]);
    expect(isTimeZone('Asia/Tokyo')).toBe(true);
    expect(() => zoneOf('Mars/Base')).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_ZONE', message: expect.stringContaining('Mars/Base') }),
    );
  });

  test.each([
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['romance standard time', 'Europe/Paris'],
    ['Tokyo Standard Time', 'Asia/Tokyo'],
    ['Eastern Standard Time', 'America/New_York'],
    ['Mountain Standard Time (Mexico)', 'America/Mazatlan'],
    ['UTC', 'Etc/UTC'],
    ['Middle Earth Standard Time', null],
  ])('the Windows zone %s is %s', (windows, iana) => {
    expect(ianaFromWindows(windows)).toBe(iana);
    if (iana !== null) expect(isTimeZone(iana)).toBe(true);
  });

  test('every Windows zone of CLDR means one that this runtime knows', () => {
    const windows = [
      'Central Standard Time (Mexico)',
      'UTC-11',
      'Russia Time Zone 11',
      'South Sudan Standard Time',
      'GTB Standard Time',
      'Qyzylorda Standard Time',
    ];
    expect(windows.map((name) => isTimeZone(ianaFromWindows(name) ?? ''))).toEqual(windows.map(() => true));
    expect([...WINDOWS_ZONES.values()].filter((name) => !isTimeZone(name))).toEqual([]);
    expect(WINDOWS_ZONES.size).toBeGreaterThan(135);
  });

  test('a day that the date line swallowed begins when it ended', () => {
    const apia = zoneOf('Pacific/Apia');
    const skipped = apia.toInstant(parseCivil('2011-12-30T12:00:00'), 'second-or-change');
    expect(skipped).toBe(parseInstant('2011-12-30T10:00:00Z'));
    expect(apia.toCivil(skipped)).toBe(parseCivil('2011-12-31T00:00:00'));
  });

  test('half-hour changes and changes at the turn of a year are seen', () => {
    const lordHowe = zoneOf('Australia/Lord_Howe');
    expect(lordHowe.toInstant(parseCivil('2026-04-05T01:45:00'), 'first-or-change')).toBe(parseInstant('2026-04-04T14:45:00Z'));
    expect(lordHowe.toInstant(parseCivil('2026-04-05T01:45:00'), 'second-or-change')).toBe(parseInstant('2026-04-04T15:15:00Z'));
    const kiritimati = zoneOf('Pacific/Kiritimati');
    expect(kiritimati.toInstant(parseCivil('2026-01-01T00:00:00'), 'second-or-change')).toBe(
      parseInstant('2025-12-31T10:00:00Z'),
    );
  });

  test('a day begins at its first instant, also when midnight does not exist or exists twice', () => {
    const day = (zone: Zone, text: string): string => new Date(startOfDay(zone, parseInstant(text))).toISOString();
    expect(day(zoneOf('Europe/Berlin'), '2026-03-29T12:00:00Z')).toBe('2026-03-28T23:00:00.000Z');
    // Beirut skips midnight in spring and repeats 23:00 to midnight in autumn; Havana repeats 00:00 to 01:00.
    expect(day(zoneOf('Asia/Beirut'), '2026-03-29T12:00:00Z')).toBe('2026-03-28T22:00:00.000Z');
    expect(day(zoneOf('America/Havana'), '2026-11-01T12:00:00Z')).toBe('2026-11-01T04:00:00.000Z');
  });

  test('the offsets of every zone are Temporal’s every 37 hours of 2026', () => {
    for (const name of NAMES) {
      const zone = zoneOf(name);
      for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 37 * 24 * HOUR) {
        const expected = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(name).offsetNanoseconds / 1e6;
        expect(zone.toCivil(at as Instant) - at, name).toBe(expected);
      }
    }
    expect(DAY).toBe(24 * HOUR);
  });
});
