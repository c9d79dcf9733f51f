import { overflowError, typeError } from '../../errors.ts';
import type { Runtime } from '../../runtime-types.ts';
import { bindNames, named, noArgs, textArg } from '../args.ts';
import { BoundMethod } from '../function.ts';
import { orderHolds } from '../order-holds.ts';
import { KEY_MARK } from '../protocol.ts';
import { PyTuple } from '../tuple.ts';
import { type BinaryOp, type HashKey, type Method, type OrderOp, PyObject, type Value } from '../types.ts';
import { type CivilDate, DAY_US, dateOfOrdinal, isoDateOf, LAST_ORDINAL, ordinalOf, pad2, pad4, weekdayOf } from './civil.ts';
import { checkDate, intField } from './fields.ts';
import { DAYS, MONTHS, type Moment, strftime } from './strftime.ts';
import { PyTimeDelta } from './timedelta.ts';

/** A day of the calendar. */
export class PyDate extends PyObject {
  /** Days from 0001-01-01, which is 1. */
  readonly ordinal: number;

  /** @throws PythonError OverflowError outside the years 1 to 9999 */
  constructor(ordinal: number) {
    super();
    if (ordinal < 1 || ordinal > LAST_ORDINAL) throw overflowError('date value out of range');
    this.ordinal = ordinal;
  }

  get typeName(): string {
    return 'datetime.date';
  }

  get civil(): CivilDate {
    return dateOfOrdinal(this.ordinal);
  }

  get moment(): Moment {
    return { ...this.civil, hour: 0, minute: 0, second: 0, microsecond: 0, offsetUs: null, zoneName: '' };
  }

  override getAttr(name: string, _rt: Runtime): Value | undefined {
    if (name === 'year' || name === 'month' || name === 'day') return this.civil[name];
    if (name === 'min') return new PyDate(1);
    if (name === 'max') return new PyDate(LAST_ORDINAL);
    if (name === 'resolution') return new PyTimeDelta(BigInt(DAY_US));
    const method = dateMethods.get(name);
    return method && new BoundMethod(name, this, method);
  }

  override str(): string {
    return isoDate(this.civil);
  }

  override repr(): string {
    const { year, month, day } = this.civil;
    return `datetime.date(${year}, ${month}, ${day})`;
  }

  override format(spec: string): string {
    return strftime(this.moment, spec);
  }

  override equals(other: Value): boolean | undefined {
    return other instanceof PyDate && other.typeName === 'datetime.date' ? other.ordinal === this.ordinal : undefined;
  }

  override order(op: OrderOp, other: Value, _rt: Runtime): boolean | undefined {
    if (!(other instanceof PyDate)) return undefined;
    if (other.typeName !== 'datetime.date') throw typeError("can't compare datetime.datetime to datetime.date");
    return orderHolds(op, this.ordinal, other.ordinal);
  }

  override hashKey(): HashKey {
    return `${KEY_MARK}d${this.ordinal}`;
  }

  override binary(op: BinaryOp, other: Value, reflected: boolean): Value | undefined {
    if (op === '-' && !reflected && other instanceof PyDate && other.typeName === 'datetime.date') {
      return new PyTimeDelta(BigInt(this.ordinal - other.ordinal) * BigInt(DAY_US));
    }
    if (!(other instanceof PyTimeDelta)) return undefined;
    if (op === '+') return new PyDate(this.ordinal + other.days);
    return op === '-' && !reflected ? new PyDate(this.ordinal - other.days) : undefined;
  }
}

export const isoDate = ({ year, month, day }: CivilDate): string => `${pad4(year)}-${pad2(month)}-${pad2(day)}`;

/** What `isocalendar()` gives: a tuple with names. */
export class IsoCalendarDate extends PyTuple {
  override get typeName(): string {
    return 'datetime.IsoCalendarDate';
  }

  override getAttr(name: string): Value | undefined {
    const place = ['year', 'week', 'weekday'].indexOf(name);
    return place === -1 ? undefined : this.items[place];
  }

  override repr(): string {
    const [year, week, weekday] = this.items;
    return `datetime.IsoCalendarDate(year=${String(year)}, week=${String(week)}, weekday=${String(weekday)})`;
  }
}

const method = (name: string, run: (self: PyDate, rt: Runtime) => Value): [string, Method] => [
  name,
  noArgs<PyDate>('date', name, run),
];

/** Methods that date and datetime share. */
export const sharedDateMethods: readonly [string, Method][] = [
  method('weekday', (self) => weekdayOf(self.ordinal)),
  method('isoweekday', (self) => weekdayOf(self.ordinal) + 1),
  method('toordinal', (self) => self.ordinal),
  method('isocalendar', (self) => {
    const { year, week, weekday } = isoDateOf(self.ordinal);
    return new IsoCalendarDate([year, week, weekday]);
  }),
  method('ctime', (self) => ctime(self.moment)),
  ['strftime', strftimeMethod((self) => (self as PyDate).moment)],
];

function ctime(m: Moment): string {
  const day = DAYS[weekdayOf(ordinalOf(m))]?.slice(0, 3);
  const clock = [m.hour, m.minute, m.second].map(pad2).join(':');
  return `${day} ${MONTHS[m.month - 1]?.slice(0, 3)} ${String(m.day).padStart(2)} ${clock} ${pad4(m.year)}`;
}

export function strftimeMethod(momentOf: (self: Value) => Moment): Method {
  return (self, args, kwargs, rt) => {
    const [format] = bindNames('strftime', ['format'], 1, args, kwargs);
    const text = strftime(momentOf(self), textArg(format as Value, 'strftime', 1));
    rt.budget.grow(2 * text.length);
    return text;
  };
}

const dateMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ...sharedDateMethods,
  method('isoformat', (self) => isoDate(self.civil)),
  [
    'replace',
    named<PyDate>('replace', ['year', 'month', 'day'], (self, [year, month, day]) => {
      const { civil } = self;
      const fresh = {
        year: year === undefined ? civil.year : intField(year),
        month: month === undefined ? civil.month : intField(month),
        day: day === undefined ? civil.day : intField(day),
      };
      checkDate(fresh.year, fresh.month, fresh.day);
      return new PyDate(ordinalOf(fresh));
    }),
  ],
]);
