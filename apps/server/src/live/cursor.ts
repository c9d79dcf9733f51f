/** A place in the order of all live events: the transaction, then the row. */
export type Cursor = { readonly xact: bigint; readonly id: bigint };

export const BEGINNING: Cursor = { xact: 0n, id: 0n };

export const formatCursor = ({ xact, id }: Cursor): string => `${xact}-${id}`;

const LARGEST = 2n ** 63n - 1n;

/** Reads what `formatCursor` wrote; null for anything else. */
export function parseCursor(text: string): Cursor | null {
  const parts = /^(\d{1,19})-(\d{1,19})$/.exec(text);
  if (parts === null) return null;
  const cursor = { xact: BigInt(parts[1] ?? 0), id: BigInt(parts[2] ?? 0) };
  return cursor.xact > LARGEST || cursor.id > LARGEST ? null : cursor;
}

export const isAfter = (a: Cursor, b: Cursor): boolean => a.xact > b.xact || (a.xact === b.xact && a.id > b.id);
