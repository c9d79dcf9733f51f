import { overflowError, PythonError, zeroDivision } from '../../errors.ts';
import { noArgs } from '../args.ts';
import { BoundMethod } from '../function.ts';
import { normalize } from '../integers.ts';
import { intValue } from '../numbers.ts';
import { orderHolds } from '../order-holds.ts';
import { KEY_MARK } from '../protocol.ts';
import { type BinaryOp, type HashKey, type Method, type OrderOp, PyFloat, PyObject, type Value } from '../types.ts';
import { DAY_US, pad2, pad6, SECOND_US } from './civil.ts';

const MOST_DAYS = 999_999_999n;
const DAY = BigInt(DAY_US);

/** A duration, exact to the microsecond. */
export class PyTimeDelta extends PyObject {
  /** The whole duration in microseconds. */
  readonly micros: bigint;

  /** @throws PythonError OverflowError beyond 999999999 days */
  constructor(micros: bigint) {
    super();
    const days = floorDiv(micros, DAY);
    if (days > MOST_DAYS || days < -MOST_DAYS) throw overflowError(`days=${days}; must have magnitude <= 999999999`);
    this.micros = micros;
  }

  /** @param seconds need not be whole: rounded to microseconds */
  static ofSeconds(seconds: number): PyTimeDelta {
    return new PyTimeDelta(BigInt(Math.round(seconds * SECOND_US)));
  }

  get typeName(): string {
    return 'datetime.timedelta';
  }

  get days(): number {
    return Number(floorDiv(this.micros, DAY));
  }

  private get ofDay(): number {
    return Number(this.micros - BigInt(this.days) * DAY);
  }

  /** 0 to 86399. */
  get seconds(): number {
    return Math.floor(this.ofDay / SECOND_US);
  }

  /** 0 to 999999. */
  get microseconds(): number {
    return this.ofDay % SECOND_US;
  }

  override getAttr(name: string): Value | undefined {
    switch (name) {
      case 'days':
        return this.days;
      case 'seconds':
        return this.seconds;
      case 'microseconds':
        return this.microseconds;
      case 'min':
        return new PyTimeDelta(-MOST_DAYS * DAY);
      case 'max':
        return new PyTimeDelta((MOST_DAYS + 1n) * DAY - 1n);
      case 'resolution':
        return new PyTimeDelta(1n);
      case 'total_seconds':
        return new BoundMethod(name, this, totalSeconds);
      default:
        return undefined;
    }
  }

  override truthy(): boolean {
    return this.micros !== 0n;
  }

  override str(): string {
    const { days, seconds, microseconds } = this;
    const clock = `${Math.floor(seconds / 3600)}:${pad2(Math.floor(seconds / 60) % 60)}:${pad2(seconds % 60)}`;
    const fraction = microseconds === 0 ? '' : `.${pad6(microseconds)}`;
    return `${days === 0 ? '' : `${days} day${Math.abs(days) === 1 ? '' : 's'}, `}${clock}${fraction}`;
  }

  override repr(): string {
    const { days, seconds, microseconds } = this;
    const parts = [
      days === 0 ? '' : `days=${days}`,
      seconds === 0 ? '' : `seconds=${seconds}`,
      microseconds === 0 ? '' : `microseconds=${microseconds}`,
    ];
    return `datetime.timedelta(${parts.filter((part) => part !== '').join(', ') || '0'})`;
  }

  override equals(other: Value): boolean | undefined {
    return other instanceof PyTimeDelta ? other.micros === this.micros : undefined;
  }

  override order(op: OrderOp, other: Value): boolean | undefined {
    if (!(other instanceof PyTimeDelta)) return undefined;
    return orderHolds(op, this.micros, other.micros);
  }

  override hashKey(): HashKey {
    return `${KEY_MARK}D${this.micros}`;
  }

  override unary(op: '-' | '+' | 'abs'): Value {
    const negate = op === '-' || (op === 'abs' && this.micros < 0n);
    return negate ? new PyTimeDelta(-this.micros) : this;
  }

  override binary(op: BinaryOp, other: Value, reflected: boolean): Value | undefined {
    if (other instanceof PyTimeDelta) return reflected ? undefined : this.withDelta(op, other.micros);
    if (op === '*') return this.times(other);
    return reflected ? undefined : this.dividedBy(op, other);
  }

  private withDelta(op: BinaryOp, other: bigint): Value | undefined {
    if (op === '+') return new PyTimeDelta(this.micros + other);
    if (op === '-') return new PyTimeDelta(this.micros - other);
    if (op !== '/' && op !== '//' && op !== '%') return undefined;
    if (other === 0n) throw zeroDivision(ZERO_MESSAGES[op]);
    if (op === '//') return normalize(floorDiv(this.micros, other));
    if (op === '%') return new PyTimeDelta(this.micros - floorDiv(this.micros, other) * other);
    return new PyFloat(Number(this.micros) / Number(other));
  }

  private times(factor: Value): Value | undefined {
    const n = intValue(factor);
    if (n !== undefined) {
      const micros = this.micros * BigInt(n);
      if (micros > 10n ** 20n || micros < -(10n ** 20n)) throw overflowError('Python int too large to convert to C int');
      return new PyTimeDelta(micros);
    }
    if (!(factor instanceof PyFloat)) return undefined;
    const [numerator, denominator] = exactRatio(factor.value);
    return new PyTimeDelta(divideHalfEven(this.micros * numerator, denominator));
  }

  private dividedBy(op: BinaryOp, divisor: Value): Value | undefined {
    const n = intValue(divisor);
    if (n !== undefined && (op === '/' || op === '//')) {
      if (n === 0) throw zeroDivision('integer division or modulo by zero');
      return new PyTimeDelta(op === '/' ? divideHalfEven(this.micros, BigInt(n)) : floorDiv(this.micros, BigInt(n)));
    }
    if (op !== '/' || !(divisor instanceof PyFloat)) return undefined;
    const [numerator, denominator] = exactRatio(divisor.value);
    if (numerator === 0n) throw zeroDivision('integer division or modulo by zero');
    return new PyTimeDelta(divideHalfEven(this.micros * denominator, numerator));
  }
}

const totalSeconds: Method = noArgs<PyTimeDelta>(
  'datetime.timedelta',
  'total_seconds',
  (self) => new PyFloat(Number(self.micros) / SECOND_US),
);

const ZERO_MESSAGES = { '/': 'division by zero', '//': 'integer division or modulo by zero', '%': 'integer modulo by zero' };

function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

function divideHalfEven(a: bigint, b: bigint): bigint {
  const [numerator, divisor] = b < 0n ? [-a, -b] : [a, b];
  const whole = floorDiv(numerator, divisor);
  const twice = 2n * (numerator - whole * divisor);
  return twice > divisor || (twice === divisor && whole % 2n !== 0n) ? whole + 1n : whole;
}

/** A float as a fraction of ints. @throws PythonError for inf and nan */
function exactRatio(x: number): [bigint, bigint] {
  if (Number.isNaN(x)) throw new PythonError('ValueError', 'cannot convert NaN to integer ratio');
  if (!Number.isFinite(x)) throw overflowError('cannot convert Infinity to integer ratio');
  let whole = x;
  let power = 0;
  while (!Number.isInteger(whole)) {
    whole *= 2;
    power++;
  }
  return [BigInt(whole), 1n << BigInt(power)];
}
