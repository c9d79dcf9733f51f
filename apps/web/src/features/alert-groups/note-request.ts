/** A question for a resolution note that waits for its answer. */
export type NoteRequest = { count: number; answer: (note: string | null) => void };

let current: NoteRequest | null = null;
const listeners = new Set<() => void>();

function set(next: NoteRequest | null): void {
  current = next;
  for (const listener of listeners) listener();
}

/** Asks for the note that the organization requires. @returns null when the person thought better of it */
export const askForNote = (count: number): Promise<string | null> =>
  new Promise((resolve) => {
    current?.answer(null);
    set({
      count,
      answer(note) {
        set(null);
        resolve(note);
      },
    });
  });

export const readNoteRequest = (): NoteRequest | null => current;
export const subscribeNoteRequest = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
