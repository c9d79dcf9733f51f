import { Menu as Base } from '@base-ui/react/menu';
import { ChevronRight } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './class-names.ts';

export type MenuItem =
  | {
      label: string;
      icon?: ReactNode;
      /** Shown at the end, such as a key. */
      hint?: ReactNode;
      onSelect: () => void;
      danger?: boolean;
      /** Why it cannot be chosen now. */
      disabledReason?: string | null | undefined;
      checked?: boolean;
    }
  | { label: string; icon?: ReactNode; items: MenuItem[] }
  | 'separator';

const POPUP =
  'z-50 max-h-[min(26rem,var(--available-height))] min-w-48 overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-pop outline-none';
const ITEM =
  'flex w-full cursor-pointer items-center gap-2 rounded-md px-2 py-1.5 outline-none select-none data-[highlighted]:bg-hover pointer-coarse:py-2.5';

function Items({ items }: { items: MenuItem[] }) {
  return items.map((item, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: separators have nothing else
    if (item === 'separator') return <Base.Separator key={index} className="my-1 h-px bg-line" />;
    if ('items' in item) {
      return (
        <Base.SubmenuRoot key={item.label}>
          <Base.SubmenuTrigger className={ITEM}>
            {item.icon}
            <span className="flex-1">{item.label}</span>
            <ChevronRight className="size-4 text-muted" aria-hidden />
          </Base.SubmenuTrigger>
          <Base.Portal>
            <Base.Positioner className="z-50" sideOffset={2}>
              <Base.Popup className={POPUP}>
                <Items items={item.items} />
              </Base.Popup>
            </Base.Positioner>
          </Base.Portal>
        </Base.SubmenuRoot>
      );
    }
    const off = item.disabledReason !== null && item.disabledReason !== undefined;
    return (
      <Base.Item
        key={item.label}
        disabled={off}
        onClick={item.onSelect}
        className={cx(ITEM, item.danger && 'text-danger', off && 'cursor-not-allowed! opacity-65')}
      >
        {item.icon}
        <span className="flex-1">
          {item.label}
          {off && <span className="block text-[0.86rem] text-muted">{item.disabledReason}</span>}
        </span>
        {item.checked === true && <span aria-hidden>✓</span>}
        {item.checked === true && <span className="sr-only">chosen</span>}
        {item.hint}
      </Base.Item>
    );
  });
}

export type MenuProps = {
  /** The button that opens it; it needs a name. */
  trigger: ReactElement;
  items: MenuItem[];
  align?: 'start' | 'end';
  /** Above the items. */
  header?: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
};

/** A menu of actions on a button. */
export function Menu({ trigger, items, align = 'start', header, open, onOpenChange }: MenuProps) {
  return (
    <Base.Root
      {...(open === undefined ? {} : { open })}
      {...(onOpenChange === undefined ? {} : { onOpenChange: (next) => onOpenChange(next) })}
    >
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="z-50" sideOffset={4} align={align}>
          <Base.Popup className={POPUP}>
            {header}
            <Items items={items} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

type MenuAtProps = {
  /** The element it stands at, or a place on the screen; null: it is closed. */
  anchor: HTMLElement | { x: number; y: number } | null;
  /** Names it for screen readers. */
  label: string;
  items: MenuItem[];
  onClose: () => void;
};

const boxAt = ({ x, y }: { x: number; y: number }) => ({ getBoundingClientRect: () => new DOMRect(x, y, 0, 0) });

/** One menu that many buttons share, such as those of a list's rows: it is made when it opens. */
export function MenuAt({ anchor, label, items, onClose }: MenuAtProps) {
  if (anchor === null) return null;
  const isElement = anchor instanceof HTMLElement;
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Positioner
          className="z-50"
          sideOffset={4}
          align={isElement ? 'end' : 'start'}
          anchor={isElement ? anchor : boxAt(anchor)}
        >
          <Base.Popup className={POPUP} aria-label={label} {...(isElement ? { finalFocus: () => anchor } : {})}>
            <Items items={items} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
