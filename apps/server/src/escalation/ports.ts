import type { Tx } from '../platform/db/database.ts';

/** Who is on call by a schedule at an instant. `userIds` is empty in a gap. */
export type OnCallAnswer =
  | { kind: 'missing' }
  | { kind: 'import_failed'; scheduleId: string; scheduleName: string }
  | { kind: 'on_call'; scheduleId: string; scheduleName: string; userIds: readonly string[] };

export type OnCallQuestion = { organizationId: string; scheduleId: string; which: 'now' | 'next' };

/** Answers schedule steps, from the schedules as they are at `now`, overrides and swaps included. One answer to each question, in order. */
export type OnCallResolver = (tx: Tx, questions: readonly OnCallQuestion[], now: Date) => Promise<readonly OnCallAnswer[]>;

export type WebhookAnswer = { kind: 'missing' } | { kind: 'disabled' | 'queued'; webhookId: string; name: string };

/** One execution of a webhook step. `key` is the same for all attempts of one execution (escalation.md G12). */
export type WebhookCall = { organizationId: string; alertGroupId: string; webhookId: string; key: string };

/** Queues the calls of webhook steps in the transaction of the step. One answer to each call, in order. */
export type WebhookTrigger = (tx: Tx, calls: readonly WebhookCall[], now: Date) => Promise<readonly WebhookAnswer[]>;

/** Something the admins of an organization must hear of; told by e-mail at most once per kind and ten minutes. */
export type AdminNotice = {
  organizationId: string;
  kind: 'nobody_notified' | 'escalation_stuck' | 'page_unaccounted' | 'alert_parked' | 'rate_passed';
  subject: string;
  text: string;
};

/** Queues a notice in the given transaction. */
export type NotifyAdmins = (tx: Tx, notice: AdminNotice, now: Date) => Promise<void>;

/** What escalation asks of domains that stand beside it. */
export interface EscalationPorts {
  onCall: OnCallResolver;
  triggerWebhook: WebhookTrigger;
  notifyAdmins: NotifyAdmins;
}
