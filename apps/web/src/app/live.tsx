import { useQueryClient } from '@tanstack/react-query';
import { WifiOff } from 'lucide-react';
import { useEffect, useSyncExternalStore } from 'react';
import { onStreamEvent, onStreamReset, readStreamState, startStream, subscribeStreamState } from '../api/stream.ts';
import { Tooltip } from '../ui/index.ts';
import { watchVersion } from './new-version.ts';

/** Query keys that an event makes stale, by the first word of its type. Alert groups are patched row by row instead. */
const STALE: Readonly<Record<string, readonly string[]>> = {
  schedule: ['schedules', 'readiness'],
  oncall: ['schedules', 'home', 'readiness'],
  integration: ['integrations', 'home'],
  user: ['users', 'readiness'],
  settings: ['session'],
  banner: ['session'],
};

/** Keeps the cache fresh while the page is open. */
export function useLiveUpdates(): void {
  const client = useQueryClient();
  useEffect(() => {
    const stop = startStream();
    const offVersion = watchVersion();
    const offEvent = onStreamEvent(({ type }) => {
      for (const key of STALE[type.split('.')[0] ?? ''] ?? []) void client.invalidateQueries({ queryKey: [key] });
    });
    const offReset = onStreamReset(() => void client.invalidateQueries());
    return () => {
      offEvent();
      offReset();
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
