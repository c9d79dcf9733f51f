import { createContext, useContext, useSyncExternalStore } from 'react';
import { Tooltip } from './Tooltip.tsx';
import { browserZone, formatFull, formatRelative, formatShort, formatSpan, type TimeSettings } from './time-format.ts';

/** The zone that all times on the page are shown in. */
export const TimeContext = createContext<TimeSettings>({ zone: browserZone(), hour12: false });
export const useTimeSettings = (): TimeSettings => useContext(TimeContext);

/** Ticks that many components share, one timer for each length. */
function createTicker(everyMs: number) {
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    subscribe(listener: () => void) {
      listeners.add(listener);
      timer ??= setInterval(() => {
        now = Date.now();
        for (const one of listeners) one();
      }, everyMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    read() {
      if (timer === undefined) now = Date.now();
      return Math.floor(now / everyMs) * everyMs;
    },
  };
}
const tickers = { second: createTicker(1_000), slow: createTicker(10_000) };

/** The current time, renewed each second or each ten seconds. */
export function useNow(every: 'second' | 'slow' = 'slow'): Date {
  return new Date(useSyncExternalStore(tickers[every].subscribe, tickers[every].read));
}

type TimeProps = {
  /** An instant as the API gives it; null shows a dash. */
  value: string | null;
  /** `relative` is the default; `short` is the clock today and the date otherwise; `full` has weekday, seconds and zone. */
  show?: 'relative' | 'short' | 'full';
};

/** An instant, with the whole of it as its tooltip. */
export function Time({ value, show = 'relative' }: TimeProps) {
  const settings = useTimeSettings();
  const now = useNow();
  if (value === null) return <span className="text-muted">–</span>;
  const at = new Date(value);
  const full = formatFull(at, settings);
  if (show === 'full') return <time dateTime={value}>{full}</time>;
  return (
    <Tooltip text={full}>
      <time dateTime={value} className="whitespace-nowrap tabular-nums">
        {show === 'short' ? formatShort(at, now, settings) : formatRelative(at, new Date(Date.now()))}
      </time>
    </Tooltip>
  );
}

/** Time left until an instant, counting down each second. */
export function Countdown({ until }: { until: string }) {
  const now = useNow('second');
  const seconds = (new Date(until).getTime() - now.getTime()) / 1_000;
  return (
    <time dateTime={until} className="whitespace-nowrap tabular-nums">
      {seconds <= 0 ? 'now' : formatSpan(seconds)}
    </time>
  );
}
