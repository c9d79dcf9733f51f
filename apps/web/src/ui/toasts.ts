/** What a toast says. Toasts with something to do stay longer. */
export type ToastMessage = {
  text: string;
  kind?: 'done' | 'failed' | 'info';
  detail?: string;
  /** A button on the toast: Undo, Retry. The key `z` presses that of the newest toast. Where what it returns rejects, that is told. */
  action?: { label: string; run: () => unknown };
};
export type ShownToast = ToastMessage & { id: number };

const PLAIN_MS = 5_000;
const WITH_ACTION_MS = 10_000;
const MOST = 4;

let nextId = 1;
let shown: readonly ShownToast[] = [];
const listeners = new Set<() => void>();
const timers = new Map<number, ReturnType<typeof setTimeout>>();

function set(next: readonly ShownToast[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

const arm = (toast: ShownToast): void => {
  clearTimeout(timers.get(toast.id));
  const ms = toast.action === undefined && toast.kind !== 'failed' ? PLAIN_MS : WITH_ACTION_MS;
  timers.set(
    toast.id,
    setTimeout(() => closeToast(toast.id), ms),
  );
};

/** Shows a message at the edge of the screen for a while. @returns its id, for `closeToast` */
export function showToast(message: ToastMessage): number {
  const toast = { ...message, id: nextId };
  nextId += 1;
  set([...shown, toast].slice(-MOST));
  arm(toast);
  return toast.id;
}

export function closeToast(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  set(shown.filter((toast) => toast.id !== id));
}

/** Keeps toasts on screen while somebody reads them. */
export function holdToasts(hold: boolean): void {
  for (const toast of shown) {
    if (hold) clearTimeout(timers.get(toast.id));
    else arm(toast);
  }
}

/** Does what the button of a toast is for. */
export async function runToastAction({ id, text, action }: ShownToast): Promise<void> {
  closeToast(id);
  try {
    await action?.run();
  } catch (error) {
    const detail = `${text}. ${error instanceof Error ? error.message : String(error)}`;
    showToast({ kind: 'failed', text: `${action?.label} did not work`, detail });
  }
}

/** Presses the button of the newest toast that has one. @returns whether there was one */
export function runNewestToastAction(): boolean {
  const newest = shown.findLast((toast) => toast.action !== undefined);
  if (newest === undefined) return false;
  void runToastAction(newest);
  return true;
}

export const subscribeToasts = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const shownToasts = (): readonly ShownToast[] => shown;
