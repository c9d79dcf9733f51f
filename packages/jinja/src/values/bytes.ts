import { PythonError, typeError, valueError } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import { bindNames, textArg } from './args.ts';
import { BoundMethod } from './function.ts';
import { orderHolds } from './order-holds.ts';
import { KEY_MARK, typeName } from './protocol.ts';
import { multiplyCount } from './repeat.ts';
import { indexOf, sliceItems, sliceRange } from './sequence.ts';
import { bytesRepr } from './str-repr.ts';
import { repeatItems } from './tuple.ts';
import { type BinaryOp, type HashKey, type Method, type OrderOp, PyObject, type Value } from './types.ts';

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  [
    'decode',
    (self, args, kwargs, rt) => {
      const [encoding = 'utf-8', errors = 'strict'] = bindNames('decode', ['encoding', 'errors'], 0, args, kwargs);
      const { bytes } = self as PyBytes;
      rt.budget.grow(2 * bytes.length);
      return decodeBytes(bytes, textArg(encoding, 'decode', "'encoding'"), textArg(errors, 'decode', "'errors'"));
    },
  ],
  ['hex', (self) => Buffer.from((self as PyBytes).bytes).toString('hex')],
]);

/** Immutable bytes, as `str.encode` gives them. */
export class PyBytes extends PyObject {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    super();
    this.bytes = bytes;
  }

  get typeName(): string {
    return 'bytes';
  }

  override get subscriptable(): boolean {
    return true;
  }

  override getItem(key: Value): Value | undefined {
    const index = indexOf(key);
    return index === undefined ? undefined : this.bytes[index < 0 ? index + this.bytes.length : index];
  }

  override getSlice(start: Value, stop: Value, step: Value, rt: Runtime): Value {
    return new PyBytes(Uint8Array.from(sliceItems([...this.bytes], sliceRange(start, stop, step, this.bytes.length), rt)));
  }

  override iterate(): Iterator<Value> {
    return this.bytes[Symbol.iterator]();
  }

  override length(): number {
    return this.bytes.length;
  }

  override repr(rt: Runtime): string {
    rt.budget.grow(8 * this.bytes.length);
    return bytesRepr(this.bytes);
  }

  override equals(other: Value): boolean | undefined {
    return other instanceof PyBytes ? Buffer.from(this.bytes).equals(other.bytes) : undefined;
  }

  override order(op: OrderOp, other: Value): boolean | undefined {
    return other instanceof PyBytes ? orderHolds(op, Buffer.compare(this.bytes, other.bytes), 0) : undefined;
  }

  override contains(item: Value, rt: Runtime): boolean {
    rt.budget.step(1 + Math.floor(this.bytes.length / 1024));
    if (item instanceof PyBytes) return Buffer.from(this.bytes).includes(Buffer.from(item.bytes));
    const byte = indexOf(item);
    if (byte === undefined) throw typeError(`a bytes-like object is required, not '${typeName(item)}'`);
    if (byte < 0 || byte > 255) throw valueError('byte must be in range(0, 256)');
    return this.bytes.includes(byte);
  }

  override binary(op: BinaryOp, other: Value, reflected: boolean, rt: Runtime): Value | undefined {
    if (op === '+' && !reflected && other instanceof PyBytes) {
      rt.budget.grow(this.bytes.length + other.bytes.length);
      return new PyBytes(Uint8Array.from([...this.bytes, ...other.bytes]));
    }
    const times = op === '*' ? multiplyCount(other) : undefined;
    return times === undefined ? undefined : new PyBytes(Uint8Array.from(repeatItems([...this.bytes], times, rt) as number[]));
  }

  override hashKey(): HashKey {
    return `${KEY_MARK}b${Buffer.from(this.bytes).toString('latin1')}`;
  }

  override getAttr(name: string): Value | undefined {
    const method = METHODS.get(name);
    return method && new BoundMethod(name, this, method);
  }
}

/** @throws PythonError UnicodeDecodeError for bytes that are not in the encoding, LookupError for an unknown one */
export function decodeBytes(bytes: Uint8Array, encoding: string, errors: string): string {
  const codec = encoding.toLowerCase().replaceAll('_', '-');
  if (codec === 'latin-1' || codec === 'latin1' || codec === 'iso-8859-1') return Buffer.from(bytes).toString('latin1');
  if (codec === 'ascii' || codec === 'us-ascii') return decodeAscii(bytes, errors);
  if (codec !== 'utf-8' && codec !== 'utf8') throw new PythonError('LookupError', `unknown encoding: ${encoding}`);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (errors === 'replace') return text;
  const bad = Buffer.compare(Buffer.from(text, 'utf8'), bytes) !== 0;
  if (!bad) return text;
  if (errors === 'ignore') return text.replaceAll('\ufffd', '');
  throw new PythonError('UnicodeDecodeError', `'utf-8' codec can't decode bytes: invalid data`);
}

function decodeAscii(bytes: Uint8Array, errors: string): string {
  let out = '';
  bytes.forEach((byte, at) => {
    if (byte < 0x80) out += String.fromCharCode(byte);
    else if (errors === 'replace') out += '\ufffd';
    else if (errors !== 'ignore') {
      const shown = byte.toString(16).padStart(2, '0');
      throw new PythonError(
        'UnicodeDecodeError',
        `'ascii' codec can't decode byte 0x${shown} in position ${at}: ordinal not in range(128)`,
      );
    }
  });
  return out;
}
