import { typeError, valueError } from '../../errors.ts';
import { bindNames, named, noArgs, textArg } from '../args.ts';
import { BoundMethod } from '../function.ts';
import { orderHolds } from '../order-holds.ts';
import { KEY_MARK } from '../protocol.ts';
import { type HashKey, type Kwargs, type Method, type OrderOp, PyObject, type Value } from '../types.ts';
import { type ClockTime, DAY_US, pad2, pad6, SECOND_US, usOfDay } from './civil.ts';
import { strftimeMethod } from './date.ts';
import { checkTime, intField, zoneField } from './fields.ts';
import { type Moment, strftime } from './strftime.ts';
import { PyTimeDelta } from './timedelta.ts';
import { offsetText, type PyTimezone } from './timezone.ts';

export function clockOf(us: number): ClockTime {
  const seconds = Math.floor(us / SECOND_US);
  return {
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    microsecond: us % SECOND_US,
  };
}

/** A time of day, perhaps with a zone. */
export class PyTime extends PyObject {
  /** Microseconds since midnight. */
  readonly us: number;
  readonly zone: PyTimezone | null;

  constructor(us: number, zone: PyTimezone | null) {
    super();
    this.us = us;
    this.zone = zone;
  }

  get typeName(): string {
    return 'datetime.time';
  }

  get moment(): Moment {
    return {
      year: 1900,
      month: 1,
      day: 1,
      ...clockOf(this.us),
      offsetUs: this.zone?.offsetUs ?? null,
      zoneName: this.zone?.zoneName ?? '',
    };
  }

  override getAttr(name: string): Value | undefined {
    if (name === 'hour' || name === 'minute' || name === 'second' || name === 'microsecond') return clockOf(this.us)[name];
    if (name === 'tzinfo') return this.zone;
    if (name === 'fold') return 0;
    if (name === 'min') return new PyTime(0, null);
    if (name === 'max') return new PyTime(DAY_US - 1, null);
    if (name === 'resolution') return new PyTimeDelta(1n);
    const method = timeMethods.get(name);
    return method && new BoundMethod(name, this, method);
  }

  override str(): string {
    return isoTime(this.us, 'auto') + (this.zone === null ? '' : offsetText(this.zone.offsetUs));
  }

  override repr(): string {
    return `datetime.time(${clockParts(this.us).join(', ')}${this.zone === null ? '' : `, tzinfo=${this.zone.repr()}`})`;
  }

  override format(spec: string): string {
    return strftime(this.moment, spec);
  }

  private get absolute(): number {
    return this.us - (this.zone?.offsetUs ?? 0);
  }

  override equals(other: Value): boolean | undefined {
    if (!(other instanceof PyTime)) return undefined;
    return (this.zone === null) === (other.zone === null) && this.absolute === other.absolute;
  }

  override order(op: OrderOp, other: Value): boolean | undefined {
    if (!(other instanceof PyTime)) return undefined;
    if ((this.zone === null) !== (other.zone === null)) throw typeError("can't compare offset-naive and offset-aware times");
    return orderHolds(op, this.absolute, other.absolute);
  }

  override hashKey(): HashKey {
    return `${KEY_MARK}T${this.zone === null ? 'n' : 'a'}${this.absolute}`;
  }
}

/** hour, minute, then second and microsecond as far as they are not 0. */
export function clockParts(us: number): number[] {
  const { hour, minute, second, microsecond } = clockOf(us);
  if (microsecond !== 0) return [hour, minute, second, microsecond];
  return second === 0 ? [hour, minute] : [hour, minute, second];
}

/** @throws PythonError ValueError for an unknown timespec */
export function isoTime(us: number, timespec: string): string {
  const { hour, minute, second, microsecond } = clockOf(us);
  const toMinute = `${pad2(hour)}:${pad2(minute)}`;
  switch (timespec === 'auto' ? (microsecond === 0 ? 'seconds' : 'microseconds') : timespec) {
    case 'hours':
      return pad2(hour);
    case 'minutes':
      return toMinute;
    case 'seconds':
      return `${toMinute}:${pad2(second)}`;
    case 'milliseconds':
      return `${toMinute}:${pad2(second)}.${String(Math.floor(microsecond / 1000)).padStart(3, '0')}`;
    case 'microseconds':
      return `${toMinute}:${pad2(second)}.${pad6(microsecond)}`;
    default:
      throw valueError('Unknown timespec value');
  }
}

/** The clock that `replace` arguments make of another; missing ones are undefined. */
export function replaceClock(us: number, parts: readonly (Value | undefined)[]): number {
  const old = clockOf(us);
  const [hour, minute, second, microsecond] = parts;
  const fresh = {
    hour: hour === undefined ? old.hour : intField(hour),
    minute: minute === undefined ? old.minute : intField(minute),
    second: second === undefined ? old.second : intField(second),
    microsecond: microsecond === undefined ? old.microsecond : intField(microsecond),
  };
  checkTime(fresh.hour, fresh.minute, fresh.second, fresh.microsecond);
  return usOfDay(fresh);
}

export const zoneMethods: readonly [string, Method][] = [
  [
    'utcoffset',
    noArgs<PyObject>('datetime', 'utcoffset', (self) => zoneOf(self, (zone) => new PyTimeDelta(BigInt(zone.offsetUs)))),
  ],
  ['tzname', noArgs<PyObject>('datetime', 'tzname', (self) => zoneOf(self, (zone) => zone.zoneName))],
  ['dst', noArgs<PyObject>('datetime', 'dst', () => null)],
];

function zoneOf(self: PyObject, show: (zone: PyTimezone) => Value): Value {
  const { zone } = self as PyTime;
  return zone === null ? null : show(zone);
}

const timeMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ...zoneMethods,
  ['strftime', strftimeMethod((self) => (self as PyTime).moment)],
  [
    'isoformat',
    (self: Value, args: readonly Value[], kwargs: Kwargs) => {
      const [timespec = 'auto'] = bindNames('isoformat', ['timespec'], 0, args, kwargs);
      const { us, zone } = self as PyTime;
      return isoTime(us, textArg(timespec, 'isoformat', 1)) + (zone === null ? '' : offsetText(zone.offsetUs));
    },
  ],
  [
    'replace',
    named<PyTime>('replace', ['hour', 'minute', 'second', 'microsecond', 'tzinfo'], (self, args) => {
      const tzinfo = args[4];
      return new PyTime(replaceClock(self.us, args), tzinfo === undefined ? self.zone : zoneField(tzinfo));
    }),
  ],
]);
