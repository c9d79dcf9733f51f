import type { ClaimedDelivery, SendOutcome } from '../channel.ts';
import type { ChannelInfo } from '../channels.ts';
import { NOTIFICATION_ERROR } from '../records.ts';

/** What becomes of a delivery after an attempt. */
export type Decision =
  | { state: 'accepted' | 'delivered'; providerId: string | null }
  | { state: 'rejected' | 'failed' | 'unknown'; code: number; reason: string }
  | {
      state: 'owed';
      dueAt: Date;
      reason: string;
      because: 'transient' | 'unknown';
    };

export type DecideInput = {
  delivery: Pick<ClaimedDelivery, 'attempt' | 'unknownAttempts' | 'deadlineAt'>;
  outcome: SendOutcome;
  now: Date;
  /** 0 to 1: spreads retries over the ten per cent after their time. */
  jitter: number;
};

const MAX_RETRY_AFTER_MS = 600_000;

/** Waits grow along the channel's list (escalation.md 9.5); a provider that names a longer one is obeyed, up to ten minutes. */
export function retryWaitMs(info: ChannelInfo, attempt: number, retryAfterMs: number | undefined, jitter: number): number {
  const seconds = info.retrySeconds[Math.min(attempt, info.retrySeconds.length) - 1] ?? 60;
  const ownMs = seconds * 1_000 * (1 + jitter / 10);
  return Math.max(ownMs, Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));
}

/**
 * Decides from one outcome whether a page is finished or tried again (escalation.md 9.3, 9.5). Reads nothing, changes nothing.
 * A retry that could only come after the deadline is no retry: the page has failed now, so that people hear of it early.
 */
export function decideAfterAttempt(info: ChannelInfo, { delivery, outcome, now, jitter }: DecideInput): Decision {
  switch (outcome.kind) {
    case 'accepted':
    case 'delivered':
      return { state: outcome.kind, providerId: outcome.providerId ?? null };
    case 'rejected':
      return { state: 'rejected', code: outcome.code, reason: outcome.reason };
    case 'transient': {
      const usedUp = info.maxAttempts !== null && delivery.attempt >= info.maxAttempts;
      const dueAt = new Date(now.getTime() + retryWaitMs(info, delivery.attempt, outcome.retryAfterMs, jitter));
      if (usedUp || dueAt > delivery.deadlineAt) return { state: 'failed', code: info.failureCode, reason: outcome.reason };
      return { state: 'owed', dueAt, reason: outcome.reason, because: 'transient' };
    }
    case 'unknown':
      if (delivery.unknownAttempts > 0 || now > delivery.deadlineAt) {
        return { state: 'unknown', code: NOTIFICATION_ERROR.outcomeUnknown, reason: outcome.reason };
      }
      return { state: 'owed', dueAt: now, reason: outcome.reason, because: 'unknown' };
  }
}
