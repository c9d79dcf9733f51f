import type { SetExpression } from './char-set.ts';
import { type EscapeContext, parseCharacterEscape, parseClassEscape, parseOctalEscape } from './parse-escape.ts';
import { asciiOnly, propertyTest } from './properties.ts';
import type { Scanner } from './scanner.ts';

/** Classes inside classes (version 1) go no deeper than this. */
const MAX_DEPTH = 50;

type ClassContext = EscapeContext & { setOperations: boolean };

/** A member is a single character, which may start a range, or a whole set. */
type Member = number | SetExpression;

/** What stands between `[` and `]`; the scanner stands behind the `[`. */
export function parseClass(scanner: Scanner, context: ClassContext, depth = 0): SetExpression {
  if (depth > MAX_DEPTH) scanner.fail('pattern is nested too deeply');
  const negated = scanner.take('^');
  const set = context.setOperations ? parseOperation(scanner, context, depth, 0) : parseUnion(scanner, context, depth);
  if (!scanner.take(']')) unterminated(scanner);
  return negated ? { kind: 'not', item: set } : set;
}

/** Operators of version 1, loosest first; leaving one out means union and binds tightest. */
const OPERATORS = ['||', '~~', '&&', '--'] as const;
const KINDS = { '~~': 'symmetric', '&&': 'intersection', '--': 'difference' } as const;

function parseOperation(scanner: Scanner, context: ClassContext, depth: number, level: number): SetExpression {
  const operator = OPERATORS[level];
  if (operator === undefined) return parseUnion(scanner, context, depth);
  let left = parseOperation(scanner, context, depth, level + 1);
  while (scanner.take(operator)) {
    const right = parseOperation(scanner, context, depth, level + 1);
    left = operator === '||' ? { kind: 'union', items: [left, right] } : { kind: KINDS[operator], left, right };
  }
  return left;
}

function parseUnion(scanner: Scanner, context: ClassContext, depth: number): SetExpression {
  const items: SetExpression[] = [];
  do {
    const first = parseMember(scanner, context, depth);
    if (typeof first !== 'number' && context.flavour === 're' && startsRange(scanner)) scanner.fail('bad character range');
    items.push(typeof first === 'number' ? parseRange(scanner, context, depth, first, items) : first);
    if (context.setOperations && OPERATORS.some((operator) => startsWith(scanner, operator))) break;
  } while (scanner.peek() !== ']');
  return items.length === 1 && items[0] !== undefined ? items[0] : { kind: 'union', items };
}

const startsWith = (scanner: Scanner, text: string): boolean => scanner.peek() === text[0] && scanner.peek(1) === text[1];
const startsRange = (scanner: Scanner): boolean => scanner.peek() === '-' && scanner.peek(1) !== ']' && scanner.peek(1) !== '';

function parseRange(scanner: Scanner, context: ClassContext, depth: number, low: number, items: SetExpression[]): SetExpression {
  const alone: SetExpression = { kind: 'range', low, high: low };
  if (!startsRange(scanner) || (context.setOperations && startsWith(scanner, '--'))) return alone;
  scanner.next();
  const high = parseMember(scanner, context, depth);
  if (typeof high !== 'number') {
    if (context.flavour === 're') scanner.fail('bad character range');
    // "a-\d" is three things: a, the hyphen, and the digits.
    items.push(alone, { kind: 'range', low: 0x2d, high: 0x2d });
    return high;
  }
  if (high < low) scanner.fail('bad character range');
  return { kind: 'range', low, high };
}

function parseMember(scanner: Scanner, context: ClassContext, depth: number): Member {
  const char = scanner.next();
  if (char === '') unterminated(scanner);
  if (char === '\\') return parseEscape(scanner, context);
  if (char === '[' && context.flavour === 'regex') {
    const posix = parsePosixClass(scanner, context);
    if (posix !== undefined) return posix;
    if (context.setOperations) return parseClass(scanner, context, depth + 1);
  }
  return char.codePointAt(0) ?? 0;
}

/** `:alpha:]` or `:^alpha:]` behind a `[`; undefined when it is something else. */
function parsePosixClass(scanner: Scanner, context: ClassContext): SetExpression | undefined {
  const start = scanner.position;
  if (scanner.take(':')) {
    const negated = scanner.take('^');
    const name = scanner.takeWhile((char) => /^[A-Za-z0-9 &_\-./=]$/u.test(char));
    if (scanner.take(':]')) {
      const test = propertyTest(name, true);
      if (test === undefined) scanner.fail('unknown property');
      const limited = context.ascii ? asciiOnly(test) : test;
      return negated ? { kind: 'not', item: { kind: 'test', test: limited } } : { kind: 'test', test: limited };
    }
  }
  scanner.position = start;
  return undefined;
}

function parseEscape(scanner: Scanner, context: ClassContext): Member {
  const letter = scanner.next();
  if (letter === '') scanner.fail('bad escape (end of pattern)');
  if (letter === 'b') return 8;
  const octal = parseOctalEscape(scanner, letter, true, context.flavour);
  if (octal !== undefined) return octal;
  const set = parseClassEscape(scanner, letter, context);
  if (set !== undefined) return set;
  const code = letter === 'g' ? undefined : parseCharacterEscape(scanner, letter, context);
  return code ?? scanner.fail(`bad escape \\${letter}`);
}

function unterminated(scanner: Scanner): never {
  scanner.fail('unterminated character set');
}
