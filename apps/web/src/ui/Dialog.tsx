import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button, IconButton } from './Button.tsx';
import { cx } from './class-names.ts';
import { TextField } from './Field.tsx';

export type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons, at the bottom right. */
  footer?: ReactNode;
  width?: 'narrow' | 'medium' | 'wide';
  /** False: only its own buttons close it. */
  dismissible?: boolean;
};

const WIDTHS = { narrow: 'sm:max-w-md', medium: 'sm:max-w-xl', wide: 'sm:max-w-4xl' };
const BACKDROP =
  'fixed inset-0 z-40 bg-black/35 transition-opacity duration-150 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0 dark:bg-black/60';

/** A dialog over the page; it holds the focus and gives it back. A sheet from below on phones. */
export function Dialog({
  open,
  onClose,
  title,
  description,
  children,
  footer,
  width = 'narrow',
  dismissible = true,
}: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()} disablePointerDismissal={!dismissible}>
      <Base.Portal>
        <Base.Backdrop className={BACKDROP} />
        <Base.Popup
          className={cx(
            'fixed z-40 flex max-h-[92dvh] w-full flex-col border border-line bg-surface shadow-pop transition duration-150',
            'inset-x-0 bottom-0 rounded-t-xl sm:inset-auto sm:top-[12vh] sm:left-1/2 sm:-translate-x-1/2 sm:rounded-xl sm:max-h-[80dvh]',
            'data-[ending-style]:translate-y-2 data-[ending-style]:opacity-0 data-[starting-style]:translate-y-2 data-[starting-style]:opacity-0',
            WIDTHS[width],
          )}
        >
          <header className="flex items-start gap-3 px-5 pt-4 pb-1">
            <div className="min-w-0 flex-1">
              <Base.Title className="text-[1.14rem] font-semibold">{title}</Base.Title>
              {description !== undefined && <Base.Description className="mt-1 text-muted">{description}</Base.Description>}
            </div>
            {dismissible && (
              <IconButton label="Close" size="small" icon={<X className="size-4" aria-hidden />} onClick={onClose} />
            )}
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-3">{children}</div>
          {footer !== undefined && (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
              {footer}
            </footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** A panel from the side, for what is done beside the page: forms, details. */
export function Drawer({ open, onClose, title, description, children, footer, width = 'medium' }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={BACKDROP} />
        <Base.Popup
          className={cx(
            'fixed inset-y-0 right-0 z-40 flex w-full flex-col border-l border-line bg-surface shadow-pop transition duration-200',
            'data-[ending-style]:translate-x-6 data-[ending-style]:opacity-0 data-[starting-style]:translate-x-6 data-[starting-style]:opacity-0',
            WIDTHS[width],
          )}
        >
          <header className="flex items-start gap-3 border-b border-line px-5 py-3.5">
            <div className="min-w-0 flex-1">
              <Base.Title className="text-[1.14rem] font-semibold">{title}</Base.Title>
              {description !== undefined && <Base.Description className="mt-0.5 text-muted">{description}</Base.Description>}
            </div>
            <IconButton label="Close" size="small" icon={<X className="size-4" aria-hidden />} onClick={onClose} />
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
          {footer !== undefined && (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
              {footer}
            </footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

export type ConfirmProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What will happen: what uses it, what stops. */
  children?: ReactNode;
  confirmLabel: string;
  onConfirm: () => void;
  pending?: boolean;
  error?: string | null;
  /** The person types this before the button works; for what cannot be undone and reaches far. */
  typeToConfirm?: string;
  /** Why it cannot be done at all now. */
  blockedReason?: string | null;
};

/** Asks before something that cannot be undone. */
export function ConfirmDialog({
  open,
  onClose,
  title,
  children,
  confirmLabel,
  onConfirm,
  pending = false,
  error,
  typeToConfirm,
  blockedReason = null,
}: ConfirmProps) {
  const [typed, setTyped] = useState('');
  const blocked = typeToConfirm !== undefined && typed !== typeToConfirm;
  const close = () => {
    setTyped('');
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={title}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button
            kind="danger"
            pending={pending}
            disabledReason={blockedReason ?? (blocked ? `Type “${typeToConfirm}” first` : null)}
            onClick={onConfirm}
          >
            {confirmLabel}
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        {children}
        {typeToConfirm !== undefined && (
          <TextField label={`Type “${typeToConfirm}” to confirm`} value={typed} onChange={setTyped} />
        )}
        {error && (
          <p role="alert" className="text-danger">
            {error}
          </p>
        )}
      </div>
    </Dialog>
  );
}
