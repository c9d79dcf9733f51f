import type { OrderOp } from './types.ts';

/** `a op b`; between number and bigint JavaScript compares exactly, with nan nothing holds. */
export function orderHolds(op: OrderOp, a: number | bigint, b: number | bigint): boolean {
  switch (op) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}
