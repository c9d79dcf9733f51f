/** Wait before another look at something due that another process held. */
const RETRY_MS = 50;

/** When a loop should look again, given when the earliest thing left is due: not at once for something it has just been refused. */
export const laterIfStillDue = (dueAt: Date | null, now: Date): Date | null =>
  dueAt !== null && dueAt <= now ? new Date(now.getTime() + RETRY_MS) : dueAt;
