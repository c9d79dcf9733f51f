import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { cx } from '../../ui/index.ts';
import { type ListLook, NARROWEST, nameOfColumn, ownColumns, setWidth, WIDEST } from './columns.ts';

const STEP_PX = 16;

/** Sets the width of the column before it: dragged, by arrows, or as it was by itself with a double click or Home. */
function Handle({ column, look }: { column: string; look: ListLook }) {
  const handle = useRef<HTMLButtonElement>(null);
  const start = useRef<{ x: number; px: number } | null>(null);
  const widthNow = (): number => handle.current?.parentElement?.getBoundingClientRect().width ?? NARROWEST;
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -STEP_PX, ArrowRight: STEP_PX }[event.key];
    if (by === undefined && event.key !== 'Home') return;
    event.preventDefault();
    setWidth(look, column, by === undefined ? null : widthNow() + by);
  };
  const onPointerDown = (event: PointerEvent) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { x: event.clientX, px: widthNow() };
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that can be moved is a control, and <hr> is none
    <button
      ref={handle}
      type="button"
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${nameOfColumn(column)}`}
      aria-valuemin={NARROWEST}
      aria-valuemax={WIDEST}
      aria-valuenow={look.widths[column] ?? NARROWEST}
      aria-valuetext={look.widths[column] === undefined ? 'as it is by itself' : `${look.widths[column]} pixels`}
      title="Drag to change the width, double-click to set it back"
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={({ clientX }) =>
        start.current !== null && setWidth(look, column, start.current.px + clientX - start.current.x)
      }
      onPointerUp={() => {
        start.current = null;
      }}
      onPointerCancel={() => {
        start.current = null;
      }}
      onDoubleClick={() => setWidth(look, column, null)}
      className="absolute inset-y-0 -right-2.5 z-10 w-2 cursor-col-resize! touch-none rounded border-x-2 border-transparent hover:border-line-strong"
    />
  );
}

/** The names of the columns, which stay on top on wide screens, and their widths. Each cell says what it is by itself. */
export function ListHeader({ look }: { look: ListLook }) {
  const { columns } = look;
  return (
    <div className="sticky top-13 z-10 grid grid-cols-(--columns) items-center gap-x-3 rounded-t-lg border-b border-line bg-surface px-4 py-1.5 text-[0.86rem] text-muted">
      <span />
      {columns.includes('state') && (
        <span className="relative">
          <span aria-hidden>Status</span>
          <Handle column="state" look={look} />
        </span>
      )}
      <span aria-hidden>Title</span>
      {ownColumns(columns).map((column) => (
        <span key={column} className={cx('relative min-w-0', column === 'alerts' && 'text-right')}>
          <span aria-hidden className="block truncate">
            {nameOfColumn(column)}
          </span>
          <Handle column={column} look={look} />
        </span>
      ))}
    </div>
  );
}
