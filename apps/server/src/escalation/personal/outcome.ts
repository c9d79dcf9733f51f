import { type ChannelId, RECORD, RECORD_STEP } from '../../notifications/index.ts';
import type { PersonalDecision, PersonalPosition } from './decide-personal.ts';
import type { NewNotificationRecord } from './notification-records.ts';
import type { PersonalProgress } from './personal-store.ts';

/** What is written for a decision. */
export type PersonalOutcome = {
  progress: PersonalProgress;
  record: Pick<NewNotificationRecord, 'type' | 'step' | 'channel' | 'ruleId' | 'errorCode' | 'reason'> | null;
  /** The page that is owed; `ruleIndex` is its place in the list, part of its key (escalation.md G12). */
  page: { channel: ChannelId; ruleId: string | null; ruleIndex: number } | null;
};

const noError = { errorCode: null, reason: null } as const;

/** Turns a decision into rows. Reads nothing, changes nothing. */
export function outcomeOf(run: PersonalPosition, decision: PersonalDecision, now: Date): PersonalOutcome {
  const { useImportantRules, rulesDone, lastRuleId, lastRulePosition } = run;
  const standing = { useImportantRules, rulesDone, lastRuleId, lastRulePosition };
  const ended = (state: 'finished' | 'cancelled'): PersonalProgress => ({ ...standing, state, dueAt: null, endedAt: now });
  switch (decision.do) {
    case 'stop': {
      const record =
        decision.error === null
          ? null
          : {
              type: RECORD.failed,
              step: null,
              channel: null,
              ruleId: null,
              errorCode: decision.error.code,
              reason: decision.error.reason,
            };
      return { progress: ended('cancelled'), page: null, record };
    }
    case 'finish':
      return {
        progress: ended('finished'),
        page: null,
        record: { type: RECORD.finished, step: null, channel: null, ruleId: null, ...noError },
      };
    case 'wait':
    case 'notify':
    case 'fail_rule': {
      const progress: PersonalProgress = {
        state: decision.nextAt === null ? 'finished' : 'running',
        useImportantRules: decision.useImportantRules,
        rulesDone: rulesDone + 1,
        lastRuleId: decision.rule?.id ?? null,
        lastRulePosition: decision.rule?.position ?? null,
        dueAt: decision.nextAt,
        endedAt: decision.nextAt === null ? now : null,
      };
      const ruleId = decision.rule?.id ?? null;
      if (decision.do === 'wait') {
        return {
          progress,
          page: null,
          record: { type: RECORD.triggered, step: RECORD_STEP.wait, channel: null, ruleId, ...noError },
        };
      }
      if (decision.do === 'fail_rule') {
        const { errorCode, reason } = decision;
        return {
          progress,
          page: null,
          record: { type: RECORD.failed, step: RECORD_STEP.notify, channel: null, ruleId, errorCode, reason },
        };
      }
      return {
        progress,
        page: { channel: decision.channel, ruleId, ruleIndex: rulesDone },
        record: { type: RECORD.triggered, step: RECORD_STEP.notify, channel: decision.channel, ruleId, ...noError },
      };
    }
  }
}
