import { overflowError, PythonError, typeError, valueError } from '../../errors.ts';
import type { Runtime } from '../../runtime-types.ts';
import { bindNames, named, noArgs, oneArg, textArg } from '../args.ts';
import { codePointLength } from '../code-points.ts';
import { BoundMethod } from '../function.ts';
import { intValue } from '../numbers.ts';
import { orderHolds } from '../order-holds.ts';
import { KEY_MARK, typeName } from '../protocol.ts';
import { strRepr } from '../str-repr.ts';
import { textOf } from '../text.ts';
import { type BinaryOp, type HashKey, type Method, type OrderOp, PyFloat, type Value } from '../types.ts';
import { DAY_US, dateOfOrdinal, EPOCH_ORDINAL, LAST_ORDINAL, ordinalOf, SECOND_US, usOfDay } from './civil.ts';
import { isoDate, PyDate, sharedDateMethods } from './date.ts';
import { checkDate, checkTime, intField, zoneField } from './fields.ts';
import { offsetUsOf, readIso } from './iso.ts';
import type { Moment } from './strftime.ts';
import { parseWithFormat } from './strptime.ts';
import { clockOf, clockParts, isoTime, PyTime, replaceClock, zoneMethods } from './time.ts';
import { PyTimeDelta } from './timedelta.ts';
import { offsetText, PyTimezone } from './timezone.ts';
import { zoneAt } from './zones.ts';

/** A date with a time of day, naive or at a distance from UTC. */
export class PyDateTime extends PyDate {
  /** Microseconds since midnight. */
  readonly us: number;
  readonly zone: PyTimezone | null;

  constructor(ordinal: number, us: number, zone: PyTimezone | null) {
    super(ordinal);
    this.us = us;
    this.zone = zone;
  }

  /** An aware value in UTC; nothing finer than milliseconds. */
  static fromEpochMs(ms: number): PyDateTime {
    return PyDateTime.fromEpochUs(ms * 1000, PyTimezone.utc);
  }

  /** @param us microseconds since 1970-01-01T00:00:00Z, shown in `zone`; null leaves UTC's reading naive */
  static fromEpochUs(us: number, zone: PyTimezone | null): PyDateTime {
    return at(EPOCH_ORDINAL, us + (zone?.offsetUs ?? 0), zone);
  }

  override get typeName(): string {
    return 'datetime.datetime';
  }

  override get moment(): Moment {
    const zoneName = this.zone?.zoneName ?? '';
    return { ...this.civil, ...clockOf(this.us), offsetUs: this.zone?.offsetUs ?? null, zoneName };
  }

  /** Microseconds since 1970 in UTC; naive values count as UTC. */
  get epochUs(): number {
    return (this.ordinal - EPOCH_ORDINAL) * DAY_US + this.us - (this.zone?.offsetUs ?? 0);
  }

  /** The same instant as clocks show it in an IANA zone; naive values count as UTC. @throws PythonError UnknownTimeZoneError */
  inZone(name: string): PyDateTime {
    const zone = zoneAt(name, this.epochUs);
    return at(this.ordinal, this.us - (this.zone?.offsetUs ?? 0) + zone.offsetUs, zone);
  }

  /** The same instant at another distance from UTC; naive values count as UTC. */
  to(zone: PyTimezone): PyDateTime {
    return at(this.ordinal, this.us - (this.zone?.offsetUs ?? 0) + zone.offsetUs, zone);
  }

  override getAttr(name: string, rt: Runtime): Value | undefined {
    if (name === 'hour' || name === 'minute' || name === 'second' || name === 'microsecond') return clockOf(this.us)[name];
    if (name === 'tzinfo') return this.zone;
    if (name === 'fold') return 0;
    if (name === 'min') return new PyDateTime(1, 0, null);
    if (name === 'max') return new PyDateTime(LAST_ORDINAL, DAY_US - 1, null);
    if (name === 'resolution') return new PyTimeDelta(1n);
    const method = dateTimeMethods.get(name);
    if (method !== undefined) return new BoundMethod(name, this, method);
    return name === 'year' || name === 'month' || name === 'day' ? super.getAttr(name, rt) : undefined;
  }

  isoFormat(separator: string, timespec: string): string {
    return (
      isoDate(this.civil) + separator + isoTime(this.us, timespec) + (this.zone === null ? '' : offsetText(this.zone.offsetUs))
    );
  }

  override str(): string {
    return this.isoFormat(' ', 'auto');
  }

  override repr(): string {
    const { year, month, day } = this.civil;
    const zone = this.zone === null ? '' : `, tzinfo=${this.zone.repr()}`;
    return `datetime.datetime(${[year, month, day, ...clockParts(this.us)].join(', ')}${zone})`;
  }

  override equals(other: Value): boolean | undefined {
    if (!(other instanceof PyDateTime)) return undefined;
    return (this.zone === null) === (other.zone === null) && this.differenceUs(other) === 0n;
  }

  override order(op: OrderOp, other: Value): boolean | undefined {
    if (!(other instanceof PyDate)) return undefined;
    if (!(other instanceof PyDateTime)) throw typeError("can't compare datetime.datetime to datetime.date");
    if ((this.zone === null) !== (other.zone === null)) throw typeError("can't compare offset-naive and offset-aware datetimes");
    return orderHolds(op, this.differenceUs(other), 0n);
  }

  /** Microseconds from the other to this. */
  private differenceUs(other: PyDateTime): bigint {
    const ofDay = this.us - (this.zone?.offsetUs ?? 0) - other.us + (other.zone?.offsetUs ?? 0);
    return BigInt(this.ordinal - other.ordinal) * BigInt(DAY_US) + BigInt(ofDay);
  }

  override hashKey(): HashKey {
    const us = BigInt(this.ordinal) * BigInt(DAY_US) + BigInt(this.us - (this.zone?.offsetUs ?? 0));
    return `${KEY_MARK}${this.zone === null ? 'n' : 'a'}${us}`;
  }

  override binary(op: BinaryOp, other: Value, reflected: boolean): Value | undefined {
    if (op === '-' && !reflected && other instanceof PyDateTime) {
      if ((this.zone === null) !== (other.zone === null))
        throw typeError("can't subtract offset-naive and offset-aware datetimes");
      return new PyTimeDelta(this.differenceUs(other));
    }
    if (!(other instanceof PyTimeDelta)) return undefined;
    if (op === '+') return this.shift(other.micros);
    return op === '-' && !reflected ? this.shift(-other.micros) : undefined;
  }

  private shift(us: bigint): PyDateTime {
    const day = BigInt(DAY_US);
    const days = us / day;
    return at(this.ordinal + Number(days), this.us + Number(us - days * day), this.zone);
  }
}

/** @param us microseconds from the midnight that begins the day; may lie outside it */
function at(ordinal: number, us: number, zone: PyTimezone | null): PyDateTime {
  const days = Math.floor(us / DAY_US);
  return new PyDateTime(ordinal + days, us - days * DAY_US, zone);
}

/**
 * Seconds since 1970 as a datetime, rounded half to even to the microsecond. Python's `fromtimestamp`.
 * @throws PythonError TypeError for no number, ValueError outside the years 1 to 9999, OverflowError and OSError far outside
 */
export function fromTimestamp(v: Value, zone: PyTimezone | null): PyDateTime {
  const n = intValue(v);
  const seconds = v instanceof PyFloat ? v.value : n === undefined ? undefined : Number(n);
  if (seconds === undefined) throw typeError(`'${typeName(v)}' object cannot be interpreted as an integer`);
  if (Number.isNaN(seconds)) throw valueError('Invalid value NaN (not a number)');
  if (seconds >= 2 ** 63 || seconds < -(2 ** 63)) throw overflowError('timestamp out of range for platform time_t');
  // The year is a 32-bit int in the C library.
  if (Math.abs(seconds) > 67_768_036_191_694_800)
    throw new PythonError('OSError', '[Errno 75] Value too large for defined data type');
  const whole = Math.floor(seconds);
  const us = roundHalfEven((seconds - whole) * SECOND_US);
  const days = Math.floor(whole / 86_400);
  const ordinal = EPOCH_ORDINAL + days;
  if (ordinal < 1 || ordinal > LAST_ORDINAL) throw valueError(`year ${yearOf(days)} is out of range`);
  return at(ordinal, (whole - days * 86_400) * SECOND_US + us + (zone?.offsetUs ?? 0), zone);
}

/** Year of a day counted from 1970, for years that dates do not reach. */
function yearOf(days: number): number {
  const cycles = Math.floor((days + EPOCH_ORDINAL - 1) / 146_097);
  return cycles * 400 + dateOfOrdinal(days + EPOCH_ORDINAL - cycles * 146_097).year;
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

/** Python's `datetime.fromisoformat`. @throws PythonError ValueError */
export function fromIsoFormat(text: string): PyDateTime {
  const parts = readIso(text);
  if (parts === undefined) throw valueError(`Invalid isoformat string: ${strRepr(text)}`);
  const { date, clock, offset } = parts;
  const offsetUs = offset === null ? 0 : offsetUsOf(offset);
  if (Math.abs(offsetUs) >= DAY_US) {
    const shown = new PyTimeDelta(BigInt(offsetUs)).repr();
    throw valueError(`offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not ${shown}.`);
  }
  checkDate(date.year, date.month, date.day);
  checkTime(clock.hour, clock.minute, clock.second, clock.microsecond);
  return new PyDateTime(ordinalOf(date), usOfDay(clock), offset === null ? null : zoneOf(offsetUs));
}

/** Python's `datetime.strptime`. @throws PythonError ValueError */
export function strptime(text: string, format: string): PyDateTime {
  const { ordinal, us, offsetUs, zoneName } = parseWithFormat(text, format);
  if (offsetUs === null) return new PyDateTime(ordinal, us, null);
  return new PyDateTime(ordinal, us, zoneName === null ? zoneOf(offsetUs) : new PyTimezone(offsetUs, zoneName));
}

const zoneOf = (offsetUs: number): PyTimezone => (offsetUs === 0 ? PyTimezone.utc : new PyTimezone(offsetUs));

const simple = (name: string, run: (self: PyDateTime, rt: Runtime) => Value): [string, Method] => [
  name,
  noArgs<PyDateTime>('datetime', name, run),
];

const isoformat: Method = (self, args, kwargs) => {
  const [sep = 'T', timespec = 'auto'] = bindNames('isoformat', ['sep', 'timespec'], 0, args, kwargs);
  const separator = textOf(sep);
  if (separator === undefined || codePointLength(separator) !== 1) {
    throw typeError(`isoformat() argument 1 must be a unicode character, not ${separator === undefined ? 'int' : 'str'}`);
  }
  return (self as PyDateTime).isoFormat(separator, textArg(timespec, 'isoformat', 2));
};

const replaced = ['year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond', 'tzinfo'];

function replace(self: PyDateTime, args: readonly (Value | undefined)[]): PyDateTime {
  const [year, month, day, ...clock] = args;
  const old = self.civil;
  const date = {
    year: year === undefined ? old.year : intField(year),
    month: month === undefined ? old.month : intField(month),
    day: day === undefined ? old.day : intField(day),
  };
  const tzinfo = args[7];
  const zone = tzinfo === undefined ? self.zone : zoneField(tzinfo);
  checkDate(date.year, date.month, date.day);
  return new PyDateTime(ordinalOf(date), replaceClock(self.us, clock), zone);
}

const dateTimeMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ...sharedDateMethods,
  ...zoneMethods,
  simple('date', (self) => new PyDate(self.ordinal)),
  simple('time', (self) => new PyTime(self.us, null)),
  simple('timetz', (self) => new PyTime(self.us, self.zone)),
  simple('timestamp', (self) => new PyFloat(self.epochUs / SECOND_US)),
  simple('utcnow', (_self, rt) => PyDateTime.fromEpochUs(rt.clock(), null)),
  simple('today', (_self, rt) => PyDateTime.fromEpochUs(rt.clock(), null)),
  ['isoformat', isoformat],
  ['replace', named<PyDateTime>('replace', replaced, replace)],
  [
    'astimezone',
    named<PyDateTime>('astimezone', ['tz'], (self, [tz = null]) => self.to(zoneField(tz) ?? new PyTimezone(0, 'UTC'))),
  ],
  ['now', named<PyDateTime>('now', ['tz'], (_self, [tz = null], rt) => PyDateTime.fromEpochUs(rt.clock(), zoneField(tz)))],
  [
    'fromtimestamp',
    named<PyDateTime>('fromtimestamp', ['timestamp', 'tz'], (_self, [timestamp = null, tz = null]) =>
      fromTimestamp(timestamp, zoneField(tz)),
    ),
  ],
  [
    'utcfromtimestamp',
    named<PyDateTime>('utcfromtimestamp', ['timestamp'], (_self, [timestamp = null]) => fromTimestamp(timestamp, null)),
  ],
  [
    'fromisoformat',
    oneArg<PyDateTime>('datetime.datetime', 'fromisoformat', (_self, arg) => {
      const text = textOf(arg);
      if (text === undefined) throw typeError('fromisoformat: argument must be str');
      return fromIsoFormat(text);
    }),
  ],
  [
    'strptime',
    named<PyDateTime>('strptime', ['date_string', 'format'], (_self, [text = null, format = null]) =>
      strptime(textArg(text, 'strptime', 1), textArg(format, 'strptime', 2)),
    ),
  ],
]);
