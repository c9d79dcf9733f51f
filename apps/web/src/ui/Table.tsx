import type { ReactNode } from 'react';
import { cx } from './class-names.ts';

export type Column<Row> = {
  header: string;
  cell: (row: Row) => ReactNode;
  /** Tailwind width or other classes for the cells. */
  className?: string;
  align?: 'start' | 'end';
  /** The header is only for screen readers. */
  hideHeader?: boolean;
  /** `title`: the row's first line on phones, where rows are cards. `hidden`: left out there. */
  onPhone?: 'title' | 'hidden';
};

export type TableProps<Row> = {
  /** Names the table for screen readers. */
  caption: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  /** Shown in place of rows when there are none. */
  empty?: ReactNode;
};

/** A table that becomes a list of cards on phones. For thousands of rows see `VirtualList`. */
export function Table<Row>({ caption, rows, columns, rowKey, empty }: TableProps<Row>) {
  if (rows.length === 0 && empty !== undefined) return <div className="rounded-lg border border-line bg-surface">{empty}</div>;
  return (
    <div className="rounded-lg border border-line bg-surface shadow-card sm:overflow-x-auto">
      <table className="w-full text-left max-sm:block">
        <caption className="sr-only">{caption}</caption>
        <thead className="max-sm:sr-only">
          <tr className="border-b border-line text-[0.93rem] text-muted">
            {columns.map((column) => (
              <th
                key={column.header}
                scope="col"
                className={cx(
                  'px-4 py-2 font-medium whitespace-nowrap',
                  column.align === 'end' && 'sm:text-right',
                  column.className,
                )}
              >
                {column.hideHeader === true ? <span className="sr-only">{column.header}</span> : column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line max-sm:block">
          {rows.map((row) => (
            <tr key={rowKey(row)} className="hover:bg-hover max-sm:block max-sm:px-4 max-sm:py-3">
              {columns.map((column) => (
                <td
                  key={column.header}
                  className={cx(
                    'px-4 py-2.5 align-middle max-sm:flex max-sm:items-baseline max-sm:gap-3 max-sm:p-0 max-sm:py-0.5',
                    column.align === 'end' && 'sm:text-right',
                    column.onPhone === 'hidden' && 'max-sm:hidden',
                    column.onPhone === 'title' && 'max-sm:text-[1.07rem]',
                    column.className,
                  )}
                >
                  {column.onPhone !== 'title' && column.hideHeader !== true && (
                    <span className="w-28 shrink-0 text-[0.93rem] text-muted sm:hidden" aria-hidden>
                      {column.header}
                    </span>
                  )}
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
