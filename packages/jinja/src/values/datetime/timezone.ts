import { KEY_MARK } from '../protocol.ts';
import { strRepr } from '../str-repr.ts';
import { type HashKey, PyObject, type Value } from '../types.ts';
import { DAY_US, pad2, pad6, SECOND_US } from './civil.ts';
import { PyTimeDelta } from './timedelta.ts';

/** A fixed distance from UTC, with a name when it has one: what a datetime's `tzinfo` is. */
export class PyTimezone extends PyObject {
  /** East of UTC is positive. */
  readonly offsetUs: number;
  readonly label: string | null;

  constructor(offsetUs: number, label: string | null = null) {
    super();
    this.offsetUs = offsetUs;
    this.label = label;
  }

  static readonly utc: PyTimezone = new PyTimezone(0);

  get typeName(): string {
    return 'datetime.timezone';
  }

  /** What `%Z` prints. */
  get zoneName(): string {
    if (this.label !== null) return this.label;
    return this.offsetUs === 0 ? 'UTC' : `UTC${offsetText(this.offsetUs)}`;
  }

  override getAttr(name: string): Value | undefined {
    if (name === 'utc') return PyTimezone.utc;
    if (name === 'min') return new PyTimezone(-DAY_US + 60 * SECOND_US);
    return name === 'max' ? new PyTimezone(DAY_US - 60 * SECOND_US) : undefined;
  }

  override str(): string {
    return this.zoneName;
  }

  override repr(): string {
    if (this.offsetUs === 0 && this.label === null) return 'datetime.timezone.utc';
    const delta = new PyTimeDelta(BigInt(this.offsetUs)).repr();
    return `datetime.timezone(${delta}${this.label === null ? '' : `, ${strRepr(this.label)}`})`;
  }

  override equals(other: Value): boolean | undefined {
    return other instanceof PyTimezone ? other.offsetUs === this.offsetUs : undefined;
  }

  override hashKey(): HashKey {
    return `${KEY_MARK}Z${this.offsetUs}`;
  }
}

/** `+hh:mm`, with seconds and microseconds when there are any. */
export function offsetText(offsetUs: number, colon = ':'): string {
  const absolute = Math.abs(offsetUs);
  const seconds = Math.floor(absolute / SECOND_US);
  const micros = absolute % SECOND_US;
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60].map(pad2).join(colon);
  const rest = seconds % 60 !== 0 || micros !== 0 ? colon + pad2(seconds % 60) : '';
  return `${offsetUs < 0 ? '-' : '+'}${clock}${rest}${micros === 0 ? '' : `.${pad6(micros)}`}`;
}
