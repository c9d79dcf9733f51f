import { sql } from 'kysely';
import {
  type AlertGroupHooks,
  actorUserId,
  addTimelineRecords,
  applyActions,
  byTimer,
  type GroupChange,
  lockGroup,
  TIMELINE,
} from '../../alerting/index.ts';
import { inTransaction, isRetryable } from '../../platform/db/create-db.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import type { DueResult } from '../../platform/due/due-loop.ts';
import type { Log } from '../../platform/log.ts';
import { decideReminder } from './decide-reminder.ts';
import {
  claimDueReminders,
  confirmAcknowledge,
  type DueReminder,
  nextReminderDue,
  postponeReminder,
  saveReminder,
  startReminders,
  stopReminders,
} from './reminder-store.ts';

/** A message to the person who acknowledged a group, queued in the given transaction. */
export type TellPerson = (
  tx: Tx,
  message: { organizationId: string; userId: string; subject: string; text: string },
  now: Date,
) => Promise<void>;

export type ReminderDeps = {
  db: Db;
  log: Log;
  hooks: AlertGroupHooks;
  tell: TellPerson;
  linkOfGroup: (alertGroupId: string) => string;
};

/** Groups that one transaction handles. */
const BATCH = 100;

/** Timers begin when people acknowledge roots, and end when groups leave that state (escalation.md 1.13). */
export const reminderHooks: AlertGroupHooks = {
  async onChanged(tx, changes, now) {
    const ends = changes.filter(({ from, to }) => from === 'acknowledged' && to !== 'acknowledged');
    await stopReminders(tx, ends);
    const begins = changes.filter(
      (change: GroupChange) =>
        change.event === 'acknowledge' && change.followsRootId === null && actorUserId(change.actor) !== null,
    );
    await startReminders(tx, begins, now);
  },
  async onAcknowledgedAgain(tx, group, actor, now) {
    const userId = actorUserId(actor);
    if (userId !== null) await confirmAcknowledge(tx, group, userId, now);
  },
};

/**
 * Reminds the people whose acknowledgements stand for long, and ends those that nobody confirms. One that fails undoes no other: it is put
 * off for a minute. Run by a due loop.
 */
export async function remindAcknowledged(deps: ReminderDeps, now: Date): Promise<DueResult> {
  const ran = await inTransaction(deps.db, async (tx) => {
    const due = await claimDueReminders(tx, now, BATCH);
    for (const each of due) await handleApart(tx, deps, each, now);
    return due.length;
  });
  return { ran, nextDueAt: ran === BATCH ? now : await nextReminderDue(deps.db) };
}

const RETRY_MS = 60_000;

async function handleApart(tx: Tx, deps: ReminderDeps, due: DueReminder, now: Date): Promise<void> {
  await sql`savepoint reminder`.execute(tx);
  try {
    await handle(tx, deps, due, now);
    await sql`release savepoint reminder`.execute(tx);
  } catch (err) {
    await sql`rollback to savepoint reminder`.execute(tx);
    if (isRetryable(err)) throw err;
    const { organizationId, alertGroupId } = due;
    deps.log.error({ err, organizationId, alertGroupId }, 'a reminder of an acknowledgement failed');
    await postponeReminder(tx, due, new Date(now.getTime() + RETRY_MS));
  }
}

async function handle(tx: Tx, deps: ReminderDeps, due: DueReminder, now: Date): Promise<void> {
  const decision = due.facts === null ? ({ do: 'stop' } as const) : decideReminder(due.facts, now);
  switch (decision.do) {
    case 'stop':
      return stopReminders(tx, [due]);
    case 'wait':
      return saveReminder(tx, due, { stage: 'remind', dueAt: decision.dueAt, remindedAt: null });
    case 'unacknowledge': {
      const group = await lockGroup(tx, due.organizationId, due.alertGroupId);
      if (group !== null)
        await applyActions(tx, deps.hooks, [{ group, action: { do: 'auto_unacknowledge' }, actor: byTimer }], now);
      return stopReminders(tx, [due]);
    }
    case 'remind': {
      const { organizationId, alertGroupId } = due;
      await addTimelineRecords(tx, [
        { organizationId, alertGroupId, at: now, actor: byTimer, type: TIMELINE.acknowledgeReminder },
      ]);
      await saveReminder(tx, due, { ...decision.next, remindedAt: now });
      if (due.userId !== null)
        await deps.tell(tx, { organizationId, userId: due.userId, ...wording(deps, due, decision.unacknowledgeAt, now) }, now);
    }
  }
}

function wording({ linkOfGroup }: ReminderDeps, due: DueReminder, unacknowledgeAt: Date | null, now: Date) {
  const name = `#${due.number} ${due.title ?? ''}`.trim();
  const minutes = unacknowledgeAt === null ? 0 : Math.round((unacknowledgeAt.getTime() - now.getTime()) / 60_000);
  const threat =
    unacknowledgeAt === null
      ? ''
      : `\nConfirm it there within ${minutes} minutes. If you don't, the alert group fires again and its escalation starts anew.`;
  return {
    subject: `Are you still working on ${name}?`,
    text: `You acknowledged the alert group ${name}, and it is not resolved.${threat}\n\n${linkOfGroup(due.alertGroupId)}`,
  };
}
