import { useQueryClient } from '@tanstack/react-query';
import { WifiOff } from 'lucide-react';
import { useEffect, useSyncExternalStore } from 'react';
import { onOtherRights } from '../api/client.ts';
import {
  onStreamBegin,
  onStreamEvent,
  onStreamReset,
  readStreamState,
  startStream,
  subscribeStreamState,
} from '../api/stream.ts';
import { Tooltip } from '../ui/index.ts';
import { watchVersion } from './new-version.ts';

/** Query keys that an event makes stale, by the first word of its type. Alert groups are patched row by row instead. */
const STALE: Readonly<Record<string, readonly string[]>> = {
  schedule: ['schedules', 'readiness', 'session'],
  oncall: ['schedules', 'home', 'readiness', 'session'],
  integration: ['integrations', 'home'],
  user: ['users', 'readiness', 'session'],
  webhook: ['webhooks'],
  settings: ['session'],
  banner: ['session'],
};

const AGAIN_AFTER_MS = 500;

/** Keeps the cache fresh while the page is open. */
export function useLiveUpdates(): void {
  const client = useQueryClient();
  useEffect(() => {
    // Alert groups that were read with the page may have changed before the first event could come.
    const offBegin = onStreamBegin(() => {
      for (const key of ['alert-groups', 'home']) void client.invalidateQueries({ queryKey: [key] });
    });
    const stop = startStream();
    const offVersion = watchVersion();
    // At once, and then once for all that follows shortly: a storm of events is no storm of requests.
    const waiting = new Map<string, { timer: ReturnType<typeof setTimeout>; again: boolean }>();
    const stale = (key: string) => {
      const known = waiting.get(key);
      if (known !== undefined) {
        known.again = true;
        return;
      }
      void client.invalidateQueries({ queryKey: [key] });
      const timer = setTimeout(() => {
        const { again } = waiting.get(key) ?? { again: false };
        waiting.delete(key);
        if (again) stale(key);
      }, AGAIN_AFTER_MS);
      waiting.set(key, { timer, again: false });
    };
    const offEvent = onStreamEvent(({ type }) => {
      for (const key of STALE[type.split('.')[0] ?? ''] ?? []) stale(key);
    });
    onOtherRights(() => void client.invalidateQueries({ queryKey: ['session'] }));
    const offReset = onStreamReset(() => void client.invalidateQueries());
    return () => {
      onOtherRights(null);
      for (const { timer } of waiting.values()) clearTimeout(timer);
      offEvent();
      offReset();
      offBegin();
      offVersion();
      stop();
    };
  }, [client]);
}

const useStreamState = () => useSyncExternalStore(subscribeStreamState, readStreamState);

/** Says whether what is on screen is what is now. */
export function LiveIndicator() {
  const state = useStreamState();
  if (state === 'lost') {
    return (
      <span
        role="status"
        className="inline-flex items-center gap-1.5 rounded-md bg-warn-soft px-2 py-1 text-[0.93rem] font-medium text-warn"
      >
        <WifiOff className="size-4" aria-hidden />
        Reconnecting<span className="max-sm:sr-only">…</span>
      </span>
    );
  }
  const live = state === 'live';
  return (
    <Tooltip text={live ? 'Changes appear by themselves' : 'Connecting to live updates'}>
      <span role="status" className="inline-flex items-center gap-1.5 px-1 text-[0.93rem] text-muted">
        <span className={`size-2 rounded-full ${live ? 'bg-ok' : 'animate-pulse bg-line-strong'}`} aria-hidden />
        <span className="max-md:sr-only">{live ? 'Live' : 'Connecting'}</span>
      </span>
    </Tooltip>
  );
}
