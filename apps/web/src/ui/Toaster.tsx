import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { Button, IconButton } from './Button.tsx';
import { closeToast, holdToasts, runToastAction, type ShownToast, shownToasts, subscribeToasts } from './toasts.ts';

const ICONS = {
  done: <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok" aria-hidden />,
  failed: <CircleAlert className="mt-0.5 size-4 shrink-0 text-danger" aria-hidden />,
  info: <Info className="mt-0.5 size-4 shrink-0 text-accent" aria-hidden />,
};

function Toast({ toast }: { toast: ShownToast }) {
  const { action } = toast;
  return (
    <div className="pointer-events-auto flex items-start gap-2.5 rounded-lg border border-line bg-surface py-2.5 pr-2 pl-3 shadow-pop">
      {ICONS[toast.kind ?? 'done']}
      <div className="min-w-0 flex-1 self-center">
        <p className="[overflow-wrap:anywhere]">{toast.text}</p>
        {toast.detail !== undefined && <p className="text-[0.93rem] text-muted [overflow-wrap:anywhere]">{toast.detail}</p>}
      </div>
      {action !== undefined && (
        <Button size="small" onClick={() => void runToastAction(toast)}>
          {action.label}
        </Button>
      )}
      <IconButton label="Dismiss" size="small" icon={<X className="size-4" aria-hidden />} onClick={() => closeToast(toast.id)} />
    </div>
  );
}

/** Where toasts appear. Failures interrupt screen readers, the rest waits its turn. */
export function Toaster() {
  const toasts = useSyncExternalStore(subscribeToasts, shownToasts);
  return (
    <section
      aria-label="Notifications"
      className="pointer-events-none fixed inset-x-3 top-15 z-50 flex flex-col gap-2 sm:top-auto sm:right-4 sm:bottom-4 sm:left-auto sm:w-96"
      onPointerEnter={() => holdToasts(true)}
      onPointerLeave={() => holdToasts(false)}
      onFocus={() => holdToasts(true)}
      onBlur={() => holdToasts(false)}
    >
      <div role="status" aria-live="polite" className="contents">
        {toasts
          .filter((toast) => toast.kind !== 'failed')
          .map((toast) => (
            <Toast key={toast.id} toast={toast} />
          ))}
      </div>
      <div role="alert" className="contents">
        {toasts
          .filter((toast) => toast.kind === 'failed')
          .map((toast) => (
            <Toast key={toast.id} toast={toast} />
          ))}
      </div>
    </section>
  );
}
