import { GripVertical } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { cx } from './class-names.ts';

export type SortableListProps<Item> = {
  /** Names the list. */
  label: string;
  items: readonly Item[];
  itemKey: (item: Item) => string;
  /** What screen readers call an item while it moves. */
  itemLabel: (item: Item) => string;
  /** Called once when an item was put down somewhere else. */
  onMove: (item: Item, to: number) => void;
  /** Shows an item; `handle` is what it is dragged by. */
  children: (item: Item, handle: ReactNode, index: number) => ReactNode;
  /** Items that keep their place, such as a default route at the end. */
  isFixed?: (item: Item) => boolean;
  disabled?: boolean;
};

/** A copy of `items` with the item at `from` moved to `to`. */
export function moved<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const next = [...items];
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}

/**
 * A list whose order is changed by dragging the handle, or with the keyboard: Space takes the item, arrows move it, Space puts it
 * down, Escape puts it back.
 */
export function SortableList<Item>({
  label,
  items,
  itemKey,
  itemLabel,
  onMove,
  children,
  isFixed = () => false,
  disabled = false,
}: SortableListProps<Item>) {
  /** Known by its key: the list may be read anew while it moves. */
  const [held, setHeld] = useState<{ key: string; to: number } | null>(null);
  const [said, setSaid] = useState('');
  const list = useRef<HTMLOListElement>(null);
  const last = items.findLastIndex((item) => !isFixed(item));
  const from = held === null ? -1 : items.findIndex((item) => itemKey(item) === held.key);
  const to = Math.min(last, held?.to ?? 0);
  const order = from < 0 ? [...items] : moved(items, from, to);

  const put = () => {
    setHeld(null);
    const item = items[from];
    if (item === undefined || from === to) return;
    setSaid(`${itemLabel(item)} is now number ${to + 1} of ${items.length}.`);
    onMove(item, to);
  };
  const onKeyDown = (event: KeyboardEvent, item: Item) => {
    if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      if (held !== null) return put();
      const at = items.indexOf(item);
      setHeld({ key: itemKey(item), to: at });
      setSaid(
        `Moving ${itemLabel(item)}, number ${at + 1} of ${items.length}. Arrows move it, Space puts it down, Escape cancels.`,
      );
    } else if (held !== null && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault();
      const next = Math.min(last, Math.max(0, to + (event.key === 'ArrowUp' ? -1 : 1)));
      setHeld({ key: held.key, to: next });
      setSaid(`Number ${next + 1} of ${items.length}.`);
    } else if (held !== null && event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      setHeld(null);
      setSaid('Put back.');
    }
  };
  /** The place whose middle the pointer has passed. */
  const placeAt = (y: number): number => {
    const rows = [...(list.current?.children ?? [])].map((row) => row.getBoundingClientRect());
    const place = rows.findIndex((row) => y < row.top + row.height / 2);
    return Math.min(last, place < 0 ? rows.length - 1 : place);
  };
  const onPointerDown = (event: PointerEvent, item: Item) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setHeld({ key: itemKey(item), to: items.indexOf(item) });
  };
  const onPointerMove = (event: PointerEvent) => {
    if (held === null || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const place = placeAt(event.clientY);
    if (place !== held.to) setHeld({ key: held.key, to: place });
  };

  return (
    <>
      <ol ref={list} aria-label={label} className="space-y-2">
        {order.map((item, index) => {
          const isHeld = items[from] === item;
          const handle =
            disabled || isFixed(item) ? null : (
              <button
                type="button"
                aria-label={`Move ${itemLabel(item)}`}
                aria-pressed={isHeld}
                onKeyDown={(event) => onKeyDown(event, item)}
                onBlur={() => isHeld && put()}
                onPointerDown={(event) => onPointerDown(event, item)}
                onPointerMove={onPointerMove}
                onPointerUp={put}
                onPointerCancel={() => setHeld(null)}
                className="cursor-grab touch-none rounded p-1 text-muted hover:bg-hover hover:text-text active:cursor-grabbing pointer-coarse:p-3"
              >
                <GripVertical className="size-4" aria-hidden />
              </button>
            );
          return (
            <li
              key={itemKey(item)}
              className={cx('rounded-lg transition-shadow', isHeld && 'relative z-10 shadow-pop ring-2 ring-accent')}
            >
              {children(item, handle, index)}
            </li>
          );
        })}
      </ol>
      <p role="status" aria-live="assertive" className="sr-only">
        {said}
      </p>
    </>
  );
}
