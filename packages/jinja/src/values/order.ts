import { typeError } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import { compareText } from './code-points.ts';
import { orderHolds } from './order-holds.ts';
import { plainNumber, same, typeName } from './protocol.ts';
import { textOf } from './text.ts';
import { PyTuple } from './tuple.ts';
import { type OrderOp, PyObject, type Value } from './types.ts';

const REFLECTED: Readonly<Record<OrderOp, OrderOp>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** `a op b`. @throws PythonError TypeError when the two have no order */
export function order(op: OrderOp, a: Value, b: Value, rt: Runtime): boolean {
  if (typeof a === 'number' && typeof b === 'number') return orderHolds(op, a, b);
  const x = plainNumber(a);
  const y = plainNumber(b);
  if (x !== undefined && y !== undefined) return orderHolds(op, x, y);
  const s = textOf(a);
  const t = textOf(b);
  if (s !== undefined && t !== undefined) return orderHolds(op, compareText(s, t), 0);
  if (Array.isArray(a) && Array.isArray(b)) return rowsHold(op, a, b, rt);
  if (a instanceof PyTuple && b instanceof PyTuple) return rowsHold(op, a.items, b.items, rt);
  const result =
    (a instanceof PyObject ? a.order(op, b, rt) : undefined) ??
    (b instanceof PyObject ? b.order(REFLECTED[op], a, rt) : undefined);
  if (result !== undefined) return result;
  throw typeError(`'${op}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

/** Rows are ordered by their first pair of unequal items, else by length. */
function rowsHold(op: OrderOp, a: readonly Value[], b: readonly Value[], rt: Runtime): boolean {
  const shared = Math.min(a.length, b.length);
  rt.budget.enter();
  try {
    for (let i = 0; i < shared; i++) {
      rt.budget.step(1);
      const x = a[i] as Value;
      const y = b[i] as Value;
      if (!same(x, y, rt)) return order(op, x, y, rt);
    }
    return orderHolds(op, a.length, b.length);
  } finally {
    rt.budget.leave();
  }
}

/** A stable sort by `<` alone, as Python's; `reverse` keeps the order of equals too. */
export function sortValues<T>(rows: readonly T[], keyOf: (row: T) => Value, reverse: boolean, rt: Runtime): T[] {
  rt.budget.grow(24 * rows.length);
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  if (reverse) keyed.reverse();
  keyed.sort((x, y) => compareForSort(x.key, y.key, rt));
  if (reverse) keyed.reverse();
  return keyed.map(({ row }) => row);
}

/** V8 sorts by the same algorithm as CPython and asks about the later item first, so that the wording of errors agrees. */
function compareForSort(a: Value, b: Value, rt: Runtime): number {
  rt.budget.step(1);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (order('<', a, b, rt)) return -1;
  return order('<', b, a, rt) ? 1 : 0;
}
