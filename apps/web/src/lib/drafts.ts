const PREFIX = 'tocsin.draft.';
const KEPT_MS = 7 * 86_400_000;

export type Draft = { text: string; at: string };

/** What somebody typed and did not save, of the last seven days; null when there is none. */
export function readDraft(name: string): Draft | null {
  const stored = localStorage.getItem(PREFIX + name);
  if (stored === null) return null;
  const draft = JSON.parse(stored) as Draft;
  if (Date.now() - Date.parse(draft.at) < KEPT_MS) return draft;
  localStorage.removeItem(PREFIX + name);
  return null;
}

/** Keeps an unsaved text in this browser; null forgets it. */
export function keepDraft(name: string, text: string | null): void {
  if (text === null) localStorage.removeItem(PREFIX + name);
  else localStorage.setItem(PREFIX + name, JSON.stringify({ text, at: new Date().toISOString() } satisfies Draft));
}
