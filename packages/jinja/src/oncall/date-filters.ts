import { PythonError, typeError } from '../errors.ts';
import { type NativeFunction, native } from '../native.ts';
import type { RenderState } from '../runtime/state.ts';
import { Undefined } from '../runtime/undefined.ts';
import { ordinalOf, SECOND_US } from '../values/datetime/civil.ts';
import { fromIsoFormat, fromTimestamp, PyDateTime, strptime } from '../values/datetime/datetime.ts';
import { checkDate, checkTime } from '../values/datetime/fields.ts';
import { PyTimeDelta } from '../values/datetime/timedelta.ts';
import { offsetText, PyTimezone } from '../values/datetime/timezone.ts';
import { call, getAttr } from '../values/ops.ts';
import { textOf } from '../values/text.ts';
import type { Value } from '../values/types.ts';
import { isCaught, orNone } from './attempt.ts';

/** What the templates of alerts look like when nothing else is said. */
const DEFAULT_FORMAT = '%H:%M / %d-%m-%Y';

/** One-digit parts and blanks before the offset, which ISO 8601 does not allow. */
const LOOSE =
  /^(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,6})\d{0,6})?)?(?:\s*(Z|([+-])(\d{2})(?::?(\d{2}))?))?\n?$/;

function text(value: Value): string {
  const found = textOf(value);
  if (found === undefined) throw typeError('argument must be str');
  return found;
}

function parseLoosely(value: string): Value {
  const match = LOOSE.exec(value);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  checkDate(year, month, day);
  const microsecond = Number((match[7] ?? '').padEnd(6, '0'));
  checkTime(hour, minute, second, microsecond);
  const us = ((hour * 60 + minute) * 60 + second) * SECOND_US + microsecond;
  return new PyDateTime(ordinalOf({ year, month, day }), us, looseZone(match.slice(8)));
}

function looseZone([zone, sign, hours, minutes]: (string | undefined)[]): PyTimezone | null {
  if (zone === undefined) return null;
  if (zone === 'Z') return PyTimezone.utc;
  const distance = (Number(hours) * 60 + Number(minutes ?? 0)) * 60 * SECOND_US;
  const offset = sign === '-' ? -distance : distance;
  return new PyTimezone(offset, offsetText(offset, ''));
}

function parseIso(value: Value): Value {
  const source = textOf(value);
  if (source === undefined) return null;
  return orNone(() => {
    try {
      return fromIsoFormat(source);
    } catch (error) {
      if (!isCaught(error)) throw error;
      return parseLoosely(source);
    }
  });
}

/** `value.strftime(format)`; null for what has no such method. */
function formatted(value: Value, format: Value, rt: RenderState): Value {
  if (value instanceof Undefined) value.fail(rt);
  const method = getAttr(value, 'strftime', rt);
  return method === undefined ? null : call(method, [format], null, rt);
}

function inZone(value: Value, format: Value, zone: Value, rt: RenderState): Value {
  if (value instanceof Undefined) value.fail(rt);
  if (!(value instanceof PyDateTime)) return null;
  if (zone === null) throw new PythonError('UnknownTimeZoneError', 'None');
  return orNone(() => formatted(value.inZone(text(zone)), format, rt));
}

const UNIT_SECONDS: Readonly<Record<string, bigint>> = { s: 1n, m: 60n, h: 3600n, d: 86_400n, w: 604_800n };
/** Python turns no longer text into a number. */
const MOST_DIGITS = 4300;

function parseDelta(value: Value): Value {
  const match = /^([+-]?)(\d+)([smhdw])\n?$/.exec(textOf(value) ?? '');
  if (match === null) return null;
  const [, sign, digits = '', unit = 's'] = match;
  if (digits.length > MOST_DIGITS) return null;
  const micros = BigInt(digits) * (UNIT_SECONDS[unit] ?? 1n) * BigInt(SECOND_US);
  return new PyTimeDelta(sign === '-' ? -micros : micros);
}

/** Filters that read and print dates and durations. */
export const dateFilters: readonly (readonly [string, NativeFunction])[] = [
  ['iso8601_to_time', native('iso8601_to_time', 'value', ([value = null]) => parseIso(value))],
  [
    'datetimeformat',
    native('datetimeformat', `value, format=${DEFAULT_FORMAT}`, ([value = null, format = null], rt) =>
      formatted(value, format, rt),
    ),
  ],
  [
    'datetimeformat_as_timezone',
    native(
      'datetimeformat_as_timezone',
      `value, format=${DEFAULT_FORMAT}, tz=UTC`,
      ([value = null, format = null, zone = null], rt) => inZone(value, format, zone, rt),
    ),
  ],
  [
    'datetimeparse',
    native('datetimeparse', `value, format=${DEFAULT_FORMAT}`, ([value = null, format = null]) =>
      orNone(() => strptime(text(value), text(format))),
    ),
  ],
  [
    'timestamp_to_datetime',
    native('timestamp_to_datetime', 'value', ([value = null]) => orNone(() => fromTimestamp(value, null))),
  ],
  ['timedeltaparse', native('timedeltaparse', 'value', ([value = null]) => parseDelta(value))],
];
