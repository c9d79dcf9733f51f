import { readStreamState, subscribeStreamState } from '../api/stream.ts';

const ENTRY = /<script[^>]*\ssrc="(\/assets\/[^"]+\.js)"/;
const running = document.querySelector('script[src^="/assets/"]')?.getAttribute('src') ?? null;

let isNewer = false;
const listeners = new Set<() => void>();

/** Whether the server gives out another build of the UI than the one that runs here. */
export const readNewVersion = (): boolean => isNewer;
export const subscribeNewVersion = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

async function look(): Promise<void> {
  const response = await fetch('/', { cache: 'no-cache', headers: { accept: 'text/html' } });
  const offered = response.ok ? ENTRY.exec(await response.text())?.[1] : undefined;
  if (offered === undefined || running === null || (offered !== running) === isNewer) return;
  isNewer = offered !== running;
  for (const listener of listeners) listener();
}

/** Looks whenever the connection comes back, for a new version comes with a restart. */
export function watchVersion(): () => void {
  let wasLost = false;
  return subscribeStreamState(() => {
    const state = readStreamState();
    if (state === 'lost') wasLost = true;
    if (state !== 'live' || !wasLost) return;
    wasLost = false;
    // Without an answer there is nothing to tell; the next return of the connection asks again.
    look().catch(() => undefined);
  });
}
