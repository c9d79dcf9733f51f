import { instantOf, nextOnCall, onCallAt } from '@tocsin/rota';
import type { Tx } from '../platform/db/database.ts';
import { loadSchedules, type OnBroken } from './load-schedules.ts';
import { schedulesById } from './schedule-store.ts';

/** A question of an escalation step: who is on call by a schedule, or who comes next. */
export type OnCallQuestion = { readonly organizationId: string; readonly scheduleId: string; readonly which: 'now' | 'next' };

export type OnCallAnswer =
  | { readonly kind: 'missing' }
  /** The calendar was never imported, or the schedule cannot be computed. */
  | { readonly kind: 'import_failed'; readonly scheduleId: string; readonly scheduleName: string }
  | { readonly kind: 'on_call'; readonly scheduleId: string; readonly scheduleName: string; readonly userIds: readonly string[] };

/**
 * Answers from the schedules as they are at `now`, overrides, priorities and taken swaps included. One answer to each
 * question, in order. A schedule that cannot be computed costs only its own answers: the steps of all organizations wait for these.
 */
export async function answerOnCall(
  tx: Tx,
  questions: readonly OnCallQuestion[],
  now: Date,
  onBroken: OnBroken,
): Promise<OnCallAnswer[]> {
  const orgs = new Set(questions.map((question) => question.organizationId));
  const answers = new Map<OnCallQuestion, OnCallAnswer>();
  for (const org of orgs) {
    const asked = questions.filter((question) => question.organizationId === org);
    const ids = [...new Set(asked.map((question) => question.scheduleId))];
    const names = new Map((await schedulesById(tx, org, ids)).map((schedule) => [schedule.id, schedule.name]));
    const { schedules, directory, withoutCopy } = await loadSchedules(tx, org, ids, onBroken);
    for (const question of asked) {
      const { scheduleId } = question;
      const schedule = schedules.get(scheduleId);
      const scheduleName = names.get(scheduleId);
      if (scheduleName === undefined) {
        answers.set(question, { kind: 'missing' });
        continue;
      }
      answers.set(question, { kind: 'import_failed', scheduleId, scheduleName });
      if (schedule === undefined || withoutCopy.has(scheduleId)) continue;
      try {
        const at = instantOf(now);
        const userIds = question.which === 'now' ? onCallAt(schedule, directory, at) : nextOnCall(schedule, directory, at);
        answers.set(question, { kind: 'on_call', scheduleId, scheduleName, userIds });
      } catch (err) {
        onBroken(scheduleId, err);
      }
    }
  }
  return questions.map((question) => answers.get(question) ?? { kind: 'missing' });
}
