import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './class-names.ts';

export type Column<Row> = {
  header: string;
  cell: (row: Row) => ReactNode;
  /** Tailwind width or other classes for the cells. */
  className?: string;
  align?: 'start' | 'end';
  /** Rows can be put in the order of these values; null comes last. */
  sortBy?: (row: Row) => string | number | null;
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
  /** The column that rows are sorted by, in lower case, with a minus in front for the other direction; without it they stay as given. */
  sort?: string | undefined;
  onSort?: (sort: string | undefined) => void;
  /** Below a row, over its whole width; null where nothing is opened. */
  detail?: (row: Row) => ReactNode;
  /** Shown in place of rows when there are none. */
  empty?: ReactNode;
};

const nameIn = (header: string): string => header.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');

const ariaSort = (header: string, sort: string | undefined): 'ascending' | 'descending' | undefined =>
  sort === nameIn(header) ? 'ascending' : sort === `-${nameIn(header)}` ? 'descending' : undefined;

function sorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: string | undefined): readonly Row[] {
  const value = columns.find(({ header }) => ariaSort(header, sort) !== undefined)?.sortBy;
  if (sort === undefined || value === undefined) return rows;
  const sign = sort.startsWith('-') ? -1 : 1;
  return rows
    .map((row) => ({ row, key: value(row) }))
    .sort(({ key: a }, { key: b }) => {
      if (a === null || b === null) return Number(a === null) - Number(b === null);
      return sign * (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b)));
    })
    .map(({ row }) => row);
}

/** Puts the rows in the order of a column, then in the other direction, then as they were. */
function SortButton({
  header,
  sort,
  onSort,
}: {
  header: string;
  sort: string | undefined;
  onSort: (sort: string | undefined) => void;
}) {
  const name = nameIn(header);
  const direction = ariaSort(header, sort);
  const Icon = direction === undefined ? ChevronsUpDown : direction === 'ascending' ? ArrowUp : ArrowDown;
  return (
    <button
      type="button"
      title={`Sort by ${header}`}
      onClick={() => onSort(direction === undefined ? name : direction === 'ascending' ? `-${name}` : undefined)}
      className="-mx-1.5 inline-flex items-center gap-1 rounded px-1.5 py-0.5 hover:bg-hover hover:text-text"
    >
      {header}
      <Icon className={cx('size-3.5', direction === undefined && 'opacity-50')} aria-hidden />
    </button>
  );
}

/** A table that becomes a list of cards on phones. For thousands of rows see `VirtualList`. */
export function Table<Row>({ caption, rows: given, columns, rowKey, sort, onSort, detail, empty }: TableProps<Row>) {
  const rows = sorted(given, columns, sort);
  const detailRow = (row: Row): ReactNode[] => {
    const content = detail?.(row) ?? null;
    if (content === null) return [];
    return [
      <tr key={`${rowKey(row)} detail`} className="max-sm:block max-sm:px-4 max-sm:py-3">
        <td colSpan={columns.length} className="max-w-0 px-4 py-3 max-sm:block max-sm:max-w-none max-sm:p-0">
          {content}
        </td>
      </tr>,
    ];
  };
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
                aria-sort={ariaSort(column.header, sort)}
                className={cx(
                  'px-4 py-2 font-medium whitespace-nowrap',
                  column.align === 'end' && 'sm:text-right',
                  column.className,
                )}
              >
                {column.hideHeader === true ? (
                  <span className="sr-only">{column.header}</span>
                ) : column.sortBy === undefined || onSort === undefined ? (
                  column.header
                ) : (
                  <SortButton header={column.header} sort={sort} onSort={onSort} />
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line max-sm:block">
          {rows.flatMap((row) => [
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
            </tr>,
            ...detailRow(row),
          ])}
        </tbody>
      </table>
    </div>
  );
}
