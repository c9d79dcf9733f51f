/** May a request go out? `probe`: yes, as the one that finds out whether the provider is back. */
export type Gate = { open: false } | { open: true; probe: true } | { open: true; probe: false; waitMs: number };

export interface Circuits {
  /** Looks without taking the probe. */
  look(key: string): Gate;
  /** Asks for a request; an answer with `probe: true` takes the probe of the next fifteen seconds. */
  enter(key: string): Gate;
  succeeded(key: string): void;
  /** The provider itself was in trouble. */
  failed(key: string): void;
  openKeys(): readonly string[];
}

const FAILURES_TO_OPEN = 5;
const WITHIN_MS = 60_000;
const PROBE_EVERY_MS = 15_000;
/** Receivers of personal webhooks are many; the ones that failed longest ago are forgotten first. */
const MOST_KEYS = 10_000;

type State = { failedAtMs: number[]; nextProbeMs: number | null };

/**
 * Circuit breakers, one for each provider or host: five failures in a row within a minute open it, then one probe every fifteen
 * seconds goes out until one succeeds (escalation.md G24). They live in memory: each process finds out by itself.
 */
export function createCircuits(monotonicMs: () => number, onChange: (openCount: number) => void = () => undefined): Circuits {
  const states = new Map<string, State>();
  const openCount = () => [...states.values()].filter((state) => state.nextProbeMs !== null).length;

  const look = (key: string): Gate => {
    const nextProbeMs = states.get(key)?.nextProbeMs ?? null;
    if (nextProbeMs === null) return { open: false };
    const waitMs = nextProbeMs - monotonicMs();
    return waitMs <= 0 ? { open: true, probe: true } : { open: true, probe: false, waitMs };
  };

  return {
    look,
    enter(key) {
      const gate = look(key);
      const state = states.get(key);
      if (gate.open && gate.probe && state !== undefined) state.nextProbeMs = monotonicMs() + PROBE_EVERY_MS;
      return gate;
    },
    succeeded(key) {
      const wasOpen = states.get(key)?.nextProbeMs != null;
      states.delete(key);
      if (wasOpen) onChange(openCount());
    },
    failed(key) {
      const nowMs = monotonicMs();
      const state = states.get(key) ?? { failedAtMs: [], nextProbeMs: null };
      states.delete(key);
      states.set(key, state);
      if (states.size > MOST_KEYS) states.delete(states.keys().next().value as string);
      state.failedAtMs = [...state.failedAtMs.filter((at) => nowMs - at < WITHIN_MS), nowMs].slice(-FAILURES_TO_OPEN);
      if (state.nextProbeMs !== null || state.failedAtMs.length < FAILURES_TO_OPEN) return;
      state.nextProbeMs = nowMs + PROBE_EVERY_MS;
      onChange(openCount());
    },
    openKeys: () => [...states].filter(([, state]) => state.nextProbeMs !== null).map(([key]) => key),
  };
}
