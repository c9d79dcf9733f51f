import { type PointerEvent, useRef } from 'react';

/** A finger that went this far meant it. */
const ENOUGH_PX = 96;
const BEGINS_PX = 12;
const FARTHEST_PX = 160;

type Swipe = { right: (() => void) | null; left: (() => void) | null };

/**
 * Lets a row be moved aside by a finger. `left` and `right` are what a swipe there does; null: it does not move there.
 * The row is moved without painting anything anew.
 */
export function useSwipe({ right, left }: Swipe) {
  const start = useRef<{ x: number; y: number; id: number; moved: number } | null>(null);
  const end = (event: PointerEvent<HTMLElement>, done: boolean) => {
    const from = start.current;
    start.current = null;
    if (from === null || from.moved === 0) return;
    event.currentTarget.style.transform = '';
    if (!done || Math.abs(from.moved) < ENOUGH_PX) return;
    if (from.moved > 0) right?.();
    else left?.();
  };
  return {
    right: right !== null,
    left: left !== null,
    handlers: {
      onPointerDown(event: PointerEvent<HTMLElement>) {
        if (event.pointerType === 'touch' && event.isPrimary)
          start.current = { x: event.clientX, y: event.clientY, id: event.pointerId, moved: 0 };
      },
      onPointerMove(event: PointerEvent<HTMLElement>) {
        const from = start.current;
        if (from === null || event.pointerId !== from.id) return;
        const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
        if (from.moved === 0 && (Math.abs(dx) < BEGINS_PX || Math.abs(dy) > Math.abs(dx))) return;
        const possible = dx > 0 ? right !== null : left !== null;
        if (from.moved === 0) event.currentTarget.setPointerCapture(event.pointerId);
        from.moved = possible ? Math.max(-FARTHEST_PX, Math.min(FARTHEST_PX, dx)) : Math.sign(dx);
        event.currentTarget.style.transform = possible ? `translateX(${from.moved}px)` : '';
      },
      onPointerUp: (event: PointerEvent<HTMLElement>) => end(event, true),
      onPointerCancel: (event: PointerEvent<HTMLElement>) => end(event, false),
    },
  };
}
