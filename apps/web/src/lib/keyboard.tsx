import { useEffectEvent, useLayoutEffect, useSyncExternalStore } from 'react';

/**
 * A shortcut. `keys` is one key (`a`, `?`, `Enter`, `ArrowDown`), one with modifiers (`mod+k`: Ctrl or ⌘; `shift+x`), or two keys one
 * after the other (`g a`).
 */
export type Shortcut = {
  keys: string;
  /** What it does, for the help sheet. Without it the shortcut is not listed. */
  label?: string;
  /** Heading in the help sheet. */
  group?: string;
  /** Also works while typing in a field. */
  whileTyping?: boolean;
  run: (event: KeyboardEvent) => void;
};

type Registered = {
  keys: string;
  label: string | undefined;
  group: string;
  whileTyping: boolean;
  call: (event: KeyboardEvent) => void;
};

const SEQUENCE_MS = 1_200;
const STORED = 'tocsin.single-letter-shortcuts';

let registered: readonly Registered[] = [];
const listeners = new Set<() => void>();
let prefix: { key: string; at: number } | null = null;

const changed = (next: readonly Registered[]): void => {
  registered = next;
  for (const listener of listeners) listener();
};

/** Single-letter shortcuts can be switched off (WCAG 2.1.4). */
export const areLettersOn = (): boolean => localStorage.getItem(STORED) !== 'off';
export const setLetters = (on: boolean): void => localStorage.setItem(STORED, on ? 'on' : 'off');

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
  !isTick(target);
const isTick = (target: HTMLElement): boolean => target instanceof HTMLInputElement && /^(checkbox|radio)$/.test(target.type);

function nameOf(event: KeyboardEvent): string {
  const mod = event.ctrlKey || event.metaKey ? 'mod+' : '';
  const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const shift = event.shiftKey && /^[a-z]$/.test(letter) ? 'shift+' : '';
  return `${mod}${shift}${letter}`;
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const name = nameOf(event);
  const typing = isTyping(event.target);
  const inLayer =
    event.target instanceof Element && event.target.closest('[role="dialog"],[role="menu"],[role="listbox"]') !== null;
  const sequence = prefix !== null && event.timeStamp - prefix.at < SEQUENCE_MS ? `${prefix.key} ${name}` : null;
  prefix = null;
  const fits = (one: Registered): boolean =>
    (one.keys === sequence || one.keys === name) &&
    (one.whileTyping || (!typing && !inLayer && (name.includes('mod+') || areLettersOn())));
  // The one that was registered last belongs to the topmost part of the screen.
  const found = registered.findLast((one) => one.keys === sequence && fits(one)) ?? registered.findLast(fits);
  if (found !== undefined) {
    event.preventDefault();
    found.call(event);
  } else if (!typing && !inLayer && areLettersOn() && registered.some((one) => one.keys.startsWith(`${name} `))) {
    prefix = { key: name, at: event.timeStamp };
  }
}

/** Registers shortcuts for as long as the component is mounted. Later ones win over earlier ones with the same keys. */
export function useShortcuts(shortcuts: readonly Shortcut[], enabled = true): void {
  const call = useEffectEvent((keys: string, event: KeyboardEvent) => shortcuts.find((one) => one.keys === keys)?.run(event));
  const shape = JSON.stringify(shortcuts.map(({ keys, label, group, whileTyping }) => ({ keys, label, group, whileTyping })));
  // Before the page is painted: what it shows as possible must not be lost.
  useLayoutEffect(() => {
    if (!enabled) return;
    const mine = (JSON.parse(shape) as Omit<Shortcut, 'run'>[]).map(
      (one): Registered => ({
        keys: one.keys,
        label: one.label,
        group: one.group ?? 'This page',
        whileTyping: one.whileTyping ?? false,
        call: (event) => call(one.keys, event),
      }),
    );
    if (registered.length === 0) addEventListener('keydown', onKeyDown);
    changed([...registered, ...mine]);
    return () => {
      changed(registered.filter((one) => !mine.includes(one)));
      if (registered.length === 0) removeEventListener('keydown', onKeyDown);
    };
  }, [shape, enabled]);
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The shortcuts that work now and have a label, for the help sheet. */
export const useRegisteredShortcuts = (): readonly { keys: string; label: string; group: string }[] =>
  useSyncExternalStore(subscribe, () => registered).flatMap(({ keys, label, group }) =>
    label === undefined ? [] : [{ keys, label, group }],
  );

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** How a shortcut is written for people: `mod+k` → `Ctrl K`. */
export const shownKeys = (keys: string): string[] =>
  keys.split(/[ +]/).map((key) => {
    if (key === 'mod') return isMac ? '⌘' : 'Ctrl';
    if (key === 'shift') return '⇧';
    return { ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc' }[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  });
