import { describe, expect, test } from 'vitest';
import {
  addMs,
  createDirectory,
  formatCivil,
  importCalendar,
  parseCivil,
  parseInstant,
  rawEvents,
  zoneOf,
} from '../src/index.ts';
import { civilTimes, feedOf, RFC_EXAMPLES } from './rfc5545-examples.ts';
import { scheduleOfFeed } from './support.ts';

const newYork = zoneOf('America/New_York');
const nobody = createDirectory([]);

describe('RFC 5545, 3.8.5.3', () => {
  const cases = RFC_EXAMPLES.flatMap((example) => example.rules.map((rule) => [example.name, rule, example] as const));
  test.each(cases)('%s: %s', (_name, rule, example) => {
    const expected = civilTimes(example);
    const result = importCalendar(feedOf(example, rule), { floatingTimes: 'utc' });
    if (!result.ok) throw new Error(result.message);
    // An endless rule is compared up to the last date the RFC lists, any other far beyond it.
    const last = newYork.toInstant(parseCivil(expected.at(-1)!), 'second-or-change');
    const window = {
      from: parseInstant('1990-01-01T00:00:00Z'),
      to: example.endless ? addMs(last, 1) : parseInstant('2020-01-01T00:00:00Z'),
    };
    const starts = rawEvents(scheduleOfFeed(result.calendar), nobody, window).events.map((event) =>
      formatCivil(newYork.toCivil(event.start)),
    );
    expect(starts).toEqual(expected);
    expect(result.calendar.problems).toEqual([]);
  });
});
