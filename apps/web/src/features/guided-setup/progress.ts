import { useSyncExternalStore } from 'react';

export const STEPS = ['people', 'schedule', 'chain', 'integration', 'test'] as const;
export type StepName = (typeof STEPS)[number];

/** What the guide has made so far; kept in the browser, so that it can be resumed. */
export type Progress = {
  done: StepName[];
  skipped: StepName[];
  team?: { id: string; name: string };
  schedule?: { id: string; name: string };
  secondary?: { id: string; name: string };
  chain?: { id: string; name: string };
  integration?: { id: string; name: string; link: string; type: string };
  dismissed?: boolean;
};

const STORED = 'tocsin.guided-setup';
const NOTHING: Progress = { done: [], skipped: [] };
const listeners = new Set<() => void>();
let text: string | null = null;
let known: Progress = NOTHING;

function read(): Progress {
  const stored = localStorage.getItem(STORED);
  if (stored === text) return known;
  text = stored;
  known = stored === null ? NOTHING : { ...NOTHING, ...(JSON.parse(stored) as Partial<Progress>) };
  return known;
}

export function saveProgress(change: Partial<Progress>): void {
  localStorage.setItem(STORED, JSON.stringify({ ...read(), ...change }));
  for (const listener of listeners) listener();
}

/** Notes that a step made its objects, or was left out. */
export function finishStep(step: StepName, made: Partial<Progress> = {}, skipped = false): void {
  const { done, skipped: before } = read();
  const without = (list: StepName[]) => list.filter((one) => one !== step);
  saveProgress({
    ...made,
    done: skipped ? without(done) : [...without(done), step],
    skipped: skipped ? [...without(before), step] : without(before),
  });
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const useProgress = (): Progress => useSyncExternalStore(subscribe, read);

/** The first step that was neither done nor left out; null when all were. */
export const nextStep = ({ done, skipped }: Progress): StepName | null =>
  STEPS.find((step) => !done.includes(step) && !skipped.includes(step)) ?? null;
