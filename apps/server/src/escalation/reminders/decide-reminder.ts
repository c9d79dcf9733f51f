/** What is known of an acknowledged group whose timer is due. */
export type ReminderFacts = {
  stage: 'remind' | 'check';
  remindedAt: Date | null;
  confirmedAt: Date | null;
  startedAt: Date;
  /** Settings of the organization in seconds; 0: never. */
  remindSeconds: number;
  unacknowledgeSeconds: number;
};

export type ReminderDecision =
  | { do: 'remind'; next: { stage: 'remind' | 'check'; dueAt: Date }; unacknowledgeAt: Date | null }
  | { do: 'wait'; dueAt: Date }
  | { do: 'unacknowledge' }
  | { do: 'stop' };

/** Where nobody is made to answer, reminders of older groups end. */
const OLDEST_MS = 14 * 86_400_000;

const addSeconds = (at: Date, seconds: number): Date => new Date(at.getTime() + seconds * 1_000);

/** What becomes of an acknowledged group whose timer is due (escalation.md 1.13). Reads nothing, changes nothing. */
export function decideReminder(facts: ReminderFacts, now: Date): ReminderDecision {
  const { stage, remindedAt, confirmedAt, remindSeconds, unacknowledgeSeconds } = facts;
  if (remindSeconds === 0) return { do: 'stop' };
  if (stage === 'check' && remindedAt !== null) {
    const isConfirmed = confirmedAt !== null && confirmedAt >= remindedAt;
    // Reminders stay as far apart as the settings say, however long an answer took.
    if (isConfirmed || unacknowledgeSeconds === 0) return { do: 'wait', dueAt: addSeconds(remindedAt, remindSeconds) };
    return { do: 'unacknowledge' };
  }
  if (unacknowledgeSeconds === 0) {
    if (now.getTime() - facts.startedAt.getTime() > OLDEST_MS) return { do: 'stop' };
    return { do: 'remind', next: { stage: 'remind', dueAt: addSeconds(now, remindSeconds) }, unacknowledgeAt: null };
  }
  const checkAt = addSeconds(now, unacknowledgeSeconds);
  return { do: 'remind', next: { stage: 'check', dueAt: checkAt }, unacknowledgeAt: checkAt };
}
