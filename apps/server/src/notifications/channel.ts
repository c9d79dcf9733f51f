import type { Tx } from '../platform/db/database.ts';
import type { ChannelId } from './channels.ts';

/** A page that this process has claimed and that no other will send before the lease ends. */
export type ClaimedDelivery = {
  organizationId: string;
  id: number;
  key: string;
  channel: ChannelId;
  alertGroupId: string;
  userId: string | null;
  ruleId: string | null;
  important: boolean;
  paged: boolean;
  /** Counted from 1. */
  attempt: number;
  /** Attempts before this one whose outcome nobody knows. */
  unknownAttempts: number;
  createdAt: Date;
  deadlineAt: Date;
  firstAttemptAt: Date;
  /** Pages left of the user's daily limit after this one; null without a limit and on repeats. */
  leftToday: number | null;
};

/** What came of one request to a provider (escalation.md 3.8). */
export type SendOutcome =
  | { kind: 'accepted' | 'delivered'; providerId?: string }
  /** The provider will not take it, however often it is asked. */
  | { kind: 'rejected'; code: number; reason: string }
  | {
      kind: 'transient';
      reason: string;
      retryAfterMs?: number;
      /** A full mailbox says nothing about the provider; only the provider's own trouble opens the circuit (G24). */
      blames: 'provider' | 'recipient';
    }
  /** It was handed over, and the answer was lost. */
  | { kind: 'unknown'; reason: string };

/** A page ready to be sent, or why it can't be (preconditions of escalation.md 3.8). */
export type Prepared<Message> =
  | {
      ok: true;
      message: Message;
      /** What fails together: a mail server, a receiver's host. */
      circuitKey: string;
    }
  | { ok: false; code: number; reason: string };

export type Attempted<Message> = { delivery: ClaimedDelivery; message: Message; outcome: SendOutcome; at: Date };

/** One way to reach people. An adapter knows its provider; claims, retries, limits and records are the delivery loop's. */
export interface Channel<Message = unknown> {
  readonly id: ChannelId;
  /** Requests under way at a time. */
  readonly concurrency: number;
  /** Replaces the catalogue's time-out. */
  readonly requestTimeoutMs?: number;
  /** Set when all messages share one circuit: nothing is claimed while it is open. */
  readonly sharedCircuitKey?: string;
  /**
   * Loads and renders a batch. A delivery that is missing from the answer counts as rejected.
   * @throws when the world is broken (no database); the batch is then tried again later
   */
  prepare(deliveries: readonly ClaimedDelivery[]): Promise<ReadonlyMap<number, Prepared<Message>>>;
  /**
   * Makes one request.
   * @param idempotencyKey the same for all attempts of a page (escalation.md G15)
   * @param signal aborts when the request time-out is over
   */
  send(message: Message, idempotencyKey: string, signal: AbortSignal): Promise<SendOutcome>;
  /** Asks the provider whether it has a page whose outcome was lost; `unknown` when it can't tell (G14). */
  lookup?(delivery: ClaimedDelivery): Promise<'accepted' | 'delivered' | 'not_found' | 'unknown'>;
  /** Keeps what the channel itself records of its attempts, in the transaction of the outcome. */
  saveAttempts?(tx: Tx, attempts: readonly Attempted<Message>[]): Promise<void>;
  /** Ends connections. */
  close?(): Promise<void>;
}
