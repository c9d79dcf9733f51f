import type { RegexNode } from './ast.ts';

/** How many characters a node can match: the fewest and the most (possibly Infinity). */
export type Width = { min: number; max: number };

const ONE: Width = { min: 1, max: 1 };

/** Nested repeats ask again and again. */
const known = new WeakMap<RegexNode, Width>();

export function width(node: RegexNode): Width {
  if (node.type === 'char' || node.type === 'set') return ONE;
  let result = known.get(node);
  if (result === undefined) {
    result = measure(node);
    known.set(node, result);
  }
  return result;
}

function measure(node: RegexNode): Width {
  switch (node.type) {
    case 'char':
    case 'set':
      return ONE;
    case 'sequence': {
      const widths = node.items.map(width);
      return { min: sum(widths.map((one) => one.min)), max: sum(widths.map((one) => one.max)) };
    }
    case 'alternatives':
      return either(node.items.map(width));
    case 'repeat': {
      const body = width(node.body);
      return { min: body.min * node.min, max: body.max === 0 || node.max === 0 ? 0 : body.max * node.max };
    }
    case 'group':
    case 'atomic':
      return width(node.body);
    case 'conditional':
      return either([width(node.yes), width(node.no)]);
    case 'backreference':
      return { min: 0, max: Number.POSITIVE_INFINITY };
    case 'grapheme':
      return { min: 1, max: Number.POSITIVE_INFINITY };
    case 'look':
    case 'assertion':
    case 'verb':
      return { min: 0, max: 0 };
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const either = (widths: readonly Width[]): Width => ({
  min: Math.min(...widths.map((one) => one.min)),
  max: Math.max(...widths.map((one) => one.max)),
});

/** The one width a node can have, or undefined when it varies: what Python's `re` asks of a look-behind. */
export function fixedWidth(node: RegexNode): number | undefined {
  const { min, max } = width(node);
  return min === max ? min : undefined;
}
