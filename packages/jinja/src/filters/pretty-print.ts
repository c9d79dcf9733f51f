import { PythonError } from '../errors.ts';
import type { RenderState } from '../runtime/state.ts';
import { codePointLength } from '../values/code-points.ts';
import { PyDict } from '../values/dict.ts';
import { order, repr, typeName } from '../values/ops.ts';
import { strRepr } from '../values/str-repr.ts';
import { splitLines } from '../values/string-methods/split.ts';
import { PyTuple } from '../values/tuple.ts';
import type { Value } from '../values/types.ts';

const WIDTH = 80;
/** A word with the white space after it. */
const wordAndSpace =
  /[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*/g;

/** Python's `pprint.pformat(value)`: keys sorted, one item per line where a line would be longer than 80. */
export function prettyPrint(value: Value, rt: RenderState): string {
  return new PrettyPrinter(rt).format(value, 0, 0, 1);
}

class PrettyPrinter {
  readonly #rt: RenderState;

  constructor(rt: RenderState) {
    this.#rt = rt;
  }

  /**
   * @param indent columns before the value
   * @param allowance columns that must stay free after it
   * @param level 1 for the outermost value
   */
  format(value: Value, indent: number, allowance: number, level: number): string {
    const rt = this.#rt;
    rt.budget.step();
    const short = this.#short(value);
    rt.budget.grow(2 * short.length + indent);
    if (codePointLength(short) <= WIDTH - indent - allowance) return short;
    rt.budget.enter();
    const long = this.#long(value, short, indent, allowance, level);
    rt.budget.leave();
    return long;
  }

  #long(value: Value, short: string, indent: number, allowance: number, level: number): string {
    if (typeof value === 'string') return this.#text(value, indent, allowance, level);
    if (Array.isArray(value)) return `[${this.#items(value, indent, allowance + 1, level)}]`;
    if (value instanceof PyDict) return `{${this.#pairs(value, indent + 1, allowance + 1, level)}}`;
    if (!(value instanceof PyTuple) || value.typeName !== 'tuple') return short;
    const end = value.items.length === 1 ? ',)' : ')';
    return `(${this.#items(value.items, indent, allowance + end.length, level)}${end}`;
  }

  #items(items: readonly Value[], indent: number, allowance: number, level: number): string {
    const last = items.length - 1;
    return items
      .map((item, i) => this.format(item, indent + 1, i === last ? allowance : 1, level + 1))
      .join(`,\n${' '.repeat(indent + 1)}`);
  }

  #pairs(dict: PyDict, indent: number, allowance: number, level: number): string {
    const pairs = this.#sorted(dict);
    const last = pairs.length - 1;
    return pairs
      .map(([key, value], i) => {
        const shown = this.#short(key);
        return `${shown}: ${this.format(value, indent + codePointLength(shown) + 2, i === last ? allowance : 1, level + 1)}`;
      })
      .join(`,\n${' '.repeat(indent)}`);
  }

  /** The value on one line: its repr with the keys of dicts sorted. */
  #short(value: Value): string {
    if (Array.isArray(value)) return this.#nested(() => `[${value.map((item) => this.#short(item)).join(', ')}]`);
    if (value instanceof PyDict) {
      return this.#nested(
        () =>
          `{${this.#sorted(value)
            .map(([key, item]) => `${this.#short(key)}: ${this.#short(item)}`)
            .join(', ')}}`,
      );
    }
    if (!(value instanceof PyTuple) || value.typeName !== 'tuple') return repr(value, this.#rt);
    const comma = value.items.length === 1 ? ',' : '';
    return this.#nested(() => `(${value.items.map((item) => this.#short(item)).join(', ')}${comma})`);
  }

  #nested(show: () => string): string {
    const { budget } = this.#rt;
    budget.enter();
    budget.step();
    const text = show();
    budget.grow(2 * text.length);
    budget.leave();
    return text;
  }

  #sorted(dict: PyDict): [Value, Value][] {
    const pairs = [...dict.pairs()];
    this.#rt.budget.step(pairs.length * Math.ceil(Math.log2(pairs.length + 1)));
    return pairs.sort(([a], [b]) => (this.#precedes(a, b) ? -1 : this.#precedes(b, a) ? 1 : 0));
  }

  /** Keys that can not be ordered go by the names of their types. */
  #precedes(a: Value, b: Value): boolean {
    try {
      return order('<', a, b, this.#rt);
    } catch (error) {
      if (!(error instanceof PythonError) || error.pyName !== 'TypeError') throw error;
      return typeName(a) < typeName(b);
    }
  }

  /** Long text goes over several lines, broken after line ends and between words. */
  #text(text: string, column: number, room: number, level: number): string {
    const outermost = level === 1;
    const indent = outermost ? column + 1 : column;
    const allowance = outermost ? room + 1 : room;
    const lines = splitLines(text, true);
    const chunks = lines.flatMap((line, i) => this.#breakLine(line, WIDTH - indent, i === lines.length - 1 ? allowance : 0));
    if (chunks.length === 1) return strRepr(text);
    const shown = chunks.join(`\n${' '.repeat(indent)}`);
    return outermost ? `(${shown})` : shown;
  }

  #breakLine(line: string, width: number, allowance: number): string[] {
    const whole = strRepr(line);
    if (codePointLength(whole) <= width - allowance) return [whole];
    const parts = (line.match(wordAndSpace) ?? []).filter((part) => part !== '');
    const chunks: string[] = [];
    let current = '';
    for (const [i, part] of parts.entries()) {
      this.#rt.budget.step(1 + (current.length >> 6));
      const most = i === parts.length - 1 ? width - allowance : width;
      if (codePointLength(strRepr(current + part)) <= most) {
        current += part;
        continue;
      }
      if (current !== '') chunks.push(strRepr(current));
      current = part;
    }
    if (current !== '') chunks.push(strRepr(current));
    return chunks;
  }
}
