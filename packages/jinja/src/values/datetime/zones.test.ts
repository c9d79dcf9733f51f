import { expect, test } from 'vitest';
import { fromIsoFormat } from './datetime.ts';
import { strftime } from './strftime.ts';

// Expected texts are those of Python's zoneinfo.
test.each([
  ['2025-07-04T12:00:00+00:00', 'America/Chicago', '07:00 CDT -0500'],
  ['2025-01-04T12:00:00+00:00', 'Europe/Berlin', '13:00 CET +0100'],
  ['2025-07-04T12:00:00+00:00', 'europe/berlin', '14:00 CEST +0200'],
  ['2025-07-04T12:00:00', 'Asia/Tokyo', '21:00 JST +0900'],
  ['2025-07-04T12:00:00+02:00', 'UTC', '10:00 UTC +0000'],
  ['2025-07-04T12:00:00+00:00', 'Asia/Kolkata', '17:30 IST +0530'],
  ['2025-07-04T12:00:00+00:00', 'America/Sao_Paulo', '09:00 -03 -0300'],
  ['2025-07-04T12:00:00+00:00', 'Asia/Kathmandu', '17:45 +0545 +0545'],
  ['2025-07-04T12:00:00+00:00', 'Etc/GMT+5', '07:00 -05 -0500'],
  ['2025-01-04T12:00:00+00:00', 'Europe/London', '12:00 GMT +0000'],
  ['1970-01-04T12:00:00+00:00', 'Europe/London', '13:00 BST +0100'],
  ['2012-07-04T12:00:00+00:00', 'Europe/Moscow', '16:00 MSK +0400'],
  ['2005-07-04T12:00:00+00:00', 'Europe/Moscow', '16:00 MSD +0400'],
  ['2025-03-30T00:59:59+00:00', 'Europe/Paris', '01:59 CET +0100'],
  ['2025-03-30T01:00:00+00:00', 'Europe/Paris', '03:00 CEST +0200'],
])('%s in %s', (text, zone, expected) => {
  expect(strftime(fromIsoFormat(text).inZone(zone).moment, '%H:%M %Z %z')).toBe(expected);
});

test.each(['Mars/Base', '', '+01:00', 'Europe', '../etc', 'é'])('%s is no zone', (zone) => {
  expect(() => fromIsoFormat('2025-01-01').inZone(zone)).toThrow(
    expect.objectContaining({ pyName: 'UnknownTimeZoneError', message: `'${zone}'` }),
  );
});

test('an instant that no date reaches in a zone is an overflow', () => {
  expect(() => fromIsoFormat('0001-01-01').inZone('America/New_York')).toThrow(
    expect.objectContaining({ pyName: 'OverflowError' }),
  );
  expect(() => fromIsoFormat('9999-12-31T23:00').inZone('Asia/Tokyo')).toThrow(
    expect.objectContaining({ pyName: 'OverflowError' }),
  );
});
