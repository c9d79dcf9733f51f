/** Header that the service worker puts on answers it has kept, since the server cannot be reached (`public/sw.js`). */
const KEPT_SINCE = 'x-tocsin-kept';

let shownSince: string | null = null;
const listeners = new Set<() => void>();

/** When what is on screen was read; null while answers come from the server. */
export const readShownSince = (): string | null => shownSince;
export const subscribeShownSince = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Notes whether an answer came from the server or was kept from before. */
export function noteAnswer(response: Response): void {
  const since = response.headers.get(KEPT_SINCE);
  if (since === shownSince || (since !== null && shownSince !== null && since >= shownSince)) return;
  shownSince = since;
  for (const listener of listeners) listener();
}

/** Keeps the pages that were opened and what was last read, so that they can be read without a network (web-ui.md 2.9). */
export async function startOfflineReading(): Promise<void> {
  if (!('serviceWorker' in navigator)) return; // plain http on another host
  await navigator.serviceWorker.register('/sw.js');
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
  active?.postMessage({ keep: loaded.filter((name) => name.startsWith(`${location.origin}/assets/`)) });
}

/** Forgets what was read, on signing out. */
export async function forgetOfflineReading(): Promise<void> {
  if (!('caches' in window)) return;
  await caches.delete('tocsin-answers');
}
