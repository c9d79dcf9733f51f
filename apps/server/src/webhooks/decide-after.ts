import type { CallEnd } from './call-store.ts';
import type { EventSnapshot } from './events.ts';
import type { Sent } from './send-request.ts';

/** Seconds between attempts (outgoing-webhooks.md 9.1). */
const DELAYS = [5, 30, 120, 600] as const;
/** What a receiver may ask for at most. */
const MAX_WAIT_SECONDS = 600;
/** Waits are longer by up to this part, so that what failed together does not come back together. */
const JITTER = 0.1;

export type AfterInput = {
  /** Counted from 1. */
  attempt: number;
  maxAttempts: number;
  deadlineAt: Date;
  sent: Pick<Sent, 'statusCode' | 'result'>;
  now: Date;
  /** From 0 to 1. */
  random: number;
};

/** What becomes of a call after an attempt. Reads nothing, changes nothing. */
export function decideAfter({ attempt, maxAttempts, deadlineAt, sent, now, random }: AfterInput): CallEnd {
  const { statusCode, result } = sent;
  if (result.kind === 'delivered') return { state: 'delivered', reason: null, statusCode };
  const failed: CallEnd = { state: 'failed', reason: result.reason, statusCode };
  if (result.kind === 'refused' || attempt >= maxAttempts) return failed;
  const delay = (DELAYS[Math.min(attempt, DELAYS.length) - 1] ?? MAX_WAIT_SECONDS) * (1 + JITTER * random);
  const asked = Math.min((result.retryAfterMs ?? 0) / 1_000, MAX_WAIT_SECONDS);
  const dueAt = new Date(now.getTime() + Math.ceil(Math.max(delay, asked) * 1_000));
  return dueAt > deadlineAt ? failed : { state: 'owed', dueAt, reason: result.reason, statusCode };
}

/** Whether a group has left the state that an event tells of: what is then still untold is not told late. */
export function hasLeft(
  event: EventSnapshot,
  group: { state: string; acknowledgedAt: Date | null; resolvedAt: Date | null; silencedAt: Date | null },
): boolean {
  const then = event.group;
  if (then === null) return false;
  const same = (at: string | null, now: Date | null) => at === null || (now !== null && Date.parse(at) === now.getTime());
  if (group.state !== then.state) return true;
  switch (then.state) {
    case 'acknowledged':
      return !same(then.acknowledgedAt, group.acknowledgedAt);
    case 'resolved':
      return !same(then.resolvedAt, group.resolvedAt);
    case 'silenced':
      return !same(then.silencedAt, group.silencedAt);
    default:
      return false;
  }
}
