/**
 * Thrown when a template is about to change a value that other renders may see. The render starts over with a copy of its own;
 * templates that change nothing, nearly all, share what they are given.
 */
export class SharedValueError extends Error {
  constructor() {
    super('A shared value must be copied before it is changed');
  }
}

/** Lists that `parseJson` made: immutable, and nothing but values inside. */
const sharedLists = new WeakSet<object>();

export function shareList<T extends object>(list: T): T {
  sharedLists.add(list);
  return Object.freeze(list);
}

export const isSharedList = (v: object): boolean => sharedLists.has(v);

/** The list itself, to be changed. @throws SharedValueError */
export function ownList<T>(list: T[]): T[] {
  if (Object.isFrozen(list)) throw new SharedValueError();
  return list;
}
