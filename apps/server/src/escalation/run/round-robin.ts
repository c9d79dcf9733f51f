import type { Person } from '../personal/person.ts';

/** Binary order, so that every server takes turns in the same way. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Whose turn it is: by (username, id), the one after the last, wrapping (escalation.md 2.6.1). Who may not be notified is passed
 * over. Null when nobody can.
 * @param lastId whose turn it was; unknown or null: the first
 */
export function nextInTurn(people: readonly Person[], lastId: string | null): Person | null {
  const ordered = [...people].sort((a, b) => compare(a.username, b.username) || compare(a.id, b.id));
  const start = ordered.findIndex(({ id }) => id === lastId) + 1;
  for (let step = 0; step < ordered.length; step += 1) {
    const person = ordered[(start + step) % ordered.length];
    if (person?.isActive === true && person.mayBeNotified) return person;
  }
  return null;
}
