/**
 * Which reading of an alert group is the newest. A reading that began before the group was last changed here shows the past, however
 * late its answer comes: it must not replace what is on screen.
 */
let ticks = 0;
const changedAt = new Map<string, number>();
const underWay = new Map<string, number>();

/** Taken before a request is sent; `isFresh` wants it when the answer is there. */
export const beginReading = (): number => {
  ticks += 1;
  return ticks;
};

export const isFresh = (id: string, began: number): boolean => !underWay.has(id) && began > (changedAt.get(id) ?? 0);

/** Marks a change of a group as under way. @returns what marks it as done, whatever became of it */
export function beginChange(id: string): () => void {
  underWay.set(id, (underWay.get(id) ?? 0) + 1);
  return () => {
    changedAt.set(id, beginReading());
    const left = (underWay.get(id) ?? 1) - 1;
    if (left === 0) underWay.delete(id);
    else underWay.set(id, left);
  };
}

const last = new Map<string, Promise<unknown>>();

/** Runs what changes a group after what was asked for it before, so that `a` and then `u` reach the server in this order. */
export function inOrder<Answer>(id: string, work: () => Promise<Answer>): Promise<Answer> {
  const done = (last.get(id) ?? Promise.resolve()).then(work, work);
  last.set(id, done);
  const forget = () => {
    if (last.get(id) === done) last.delete(id);
  };
  done.then(forget, forget);
  return done;
}
