import {
  cloneElement,
  type FocusEvent,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { createPortal } from 'react-dom';

const DELAY_MS = 350;
/** Time to get from the control to the bubble, which may be read and copied from. */
const GRACE_MS = 80;
const GAP_PX = 6;
const EDGE_PX = 8;

type Handlers = {
  onPointerEnter?: (event: PointerEvent<HTMLElement>) => void;
  onPointerLeave?: (event: PointerEvent<HTMLElement>) => void;
  onPointerDown?: (event: PointerEvent<HTMLElement>) => void;
  onFocus?: (event: FocusEvent<HTMLElement>) => void;
  onBlur?: (event: FocusEvent<HTMLElement>) => void;
  onKeyDown?: (event: KeyboardEvent<HTMLElement>) => void;
};

type BubbleProps = { anchor: HTMLElement; text: ReactNode; onEnter: () => void; onLeave: () => void };

/** Below the control, or above it where there is no room; never beyond the edges of the window. */
function Bubble({ anchor, text, onEnter, onLeave }: BubbleProps) {
  const bubble = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (bubble.current === null) return;
    const at = anchor.getBoundingClientRect();
    const { width, height } = bubble.current.getBoundingClientRect();
    const left = Math.max(EDGE_PX, Math.min(innerWidth - width - EDGE_PX, at.left + at.width / 2 - width / 2));
    const above = at.top - height - GAP_PX;
    const top = above >= EDGE_PX ? above : at.bottom + GAP_PX;
    bubble.current.style.left = `${left}px`;
    bubble.current.style.top = `${top}px`;
  }, [anchor]);
  return (
    <div
      ref={bubble}
      data-tooltip=""
      className="fixed z-50 w-max max-w-80 rounded-md bg-text px-2 py-1 text-[0.86rem] text-page shadow-pop"
      onPointerEnter={onEnter}
      onPointerLeave={onLeave}
    >
      {text}
    </div>
  );
}

/**
 * Says more about a control on hover and focus. The control needs a name of its own, for tooltips do not reach touch screens.
 * Until it is shown it costs nothing but handlers: a list has hundreds of them.
 */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactElement<Handlers> }) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const later = (next: HTMLElement | null, ms: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setAnchor(next), ms);
  };
  const hide = () => {
    clearTimeout(timer.current);
    setAnchor(null);
  };
  const own = children.props;
  const control = cloneElement(children, {
    onPointerEnter: (event) => {
      own.onPointerEnter?.(event);
      if (event.pointerType !== 'touch') later(event.currentTarget, DELAY_MS);
    },
    onPointerLeave: (event) => {
      own.onPointerLeave?.(event);
      later(null, GRACE_MS);
    },
    onPointerDown: (event) => {
      own.onPointerDown?.(event);
      hide();
    },
    onFocus: (event) => {
      own.onFocus?.(event);
      if (event.currentTarget.matches(':focus-visible')) later(event.currentTarget, 0);
    },
    onBlur: (event) => {
      own.onBlur?.(event);
      hide();
    },
    onKeyDown: (event) => {
      own.onKeyDown?.(event);
      if (event.key === 'Escape') hide();
    },
  });
  return (
    <>
      {control}
      {anchor !== null &&
        createPortal(
          <Bubble
            anchor={anchor}
            text={text}
            onEnter={() => clearTimeout(timer.current)}
            onLeave={() => later(null, GRACE_MS)}
          />,
          document.body,
        )}
    </>
  );
}
