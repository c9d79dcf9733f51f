import { useEffectEvent, useLayoutEffect, useSyncExternalStore } from 'react';

/** Something the command palette can do on the current screen, such as "Acknowledge #4312". */
export type Command = { label: string; group?: string; hint?: string; run: () => void };

let registered: readonly { commands: readonly Command[] }[] = [];
const listeners = new Set<() => void>();

const changed = (next: typeof registered): void => {
  registered = next;
  for (const listener of listeners) listener();
};

/** Offers commands in the palette for as long as the component is mounted. */
export function useCommands(commands: readonly Command[]): void {
  const run = useEffectEvent((label: string) => commands.find((command) => command.label === label)?.run());
  const shape = JSON.stringify(commands.map(({ label, group, hint }) => ({ label, group, hint })));
  // Before the page is painted: what it shows as possible must not be lost.
  useLayoutEffect(() => {
    const entry = {
      commands: (JSON.parse(shape) as Omit<Command, 'run'>[]).map((command) => ({ ...command, run: () => run(command.label) })),
    };
    changed([...registered, entry]);
    return () => changed(registered.filter((one) => one !== entry));
  }, [shape]);
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Commands of the screen, those of its innermost part first. */
export const useOfferedCommands = (): readonly Command[] =>
  useSyncExternalStore(subscribe, () => registered)
    .toReversed()
    .flatMap(({ commands }) => commands);
