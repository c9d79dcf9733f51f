import type { StateKind } from '../../alerting/index.ts';
import { type ChannelId, channelOfRuleType, NOTIFICATION_ERROR } from '../../notifications/index.ts';
import type { Person, PersonalRule } from './person.ts';

/** From one rule to the next, and after a wait (escalation.md 3.3). */
export const RULE_SECONDS = 5;

/** How far a person's list for a group has come. */
export type PersonalPosition = {
  /** When the rule was to run; `now` is later when it is late. */
  dueAt: Date;
  important: boolean;
  /** Added by hand: goes on through an acknowledge of others and through silence (escalation.md 5.3). */
  paged: boolean;
  /** Which of the two lists runs, null before the first rule. */
  useImportantRules: boolean | null;
  rulesDone: number;
  lastRuleId: string | null;
  lastRulePosition: number | null;
};

export type GroupStanding = {
  state: StateKind;
  /** What it is attached to. */
  attachedTo: 'nothing' | 'root' | 'maintenance';
  isWiped: boolean;
};

export type PersonalDecision =
  | {
      do: 'notify';
      channel: ChannelId;
      /** Null for the e-mail to somebody without rules. */
      rule: PersonalRule | null;
      useImportantRules: boolean;
      /** Null: nothing follows, and no end is recorded. */
      nextAt: Date | null;
    }
  /** A rule of a type that this server can't run: it fails visibly, and the list goes on. */
  | { do: 'fail_rule'; rule: PersonalRule; errorCode: number; reason: string; useImportantRules: boolean; nextAt: Date }
  | { do: 'wait'; rule: PersonalRule; useImportantRules: boolean; nextAt: Date }
  | { do: 'finish' }
  /** `error` null: it ends without a record, for it was called off. */
  | { do: 'stop'; error: { code: number; reason: string } | null };

const addSeconds = (at: Date, seconds: number): Date => new Date(at.getTime() + seconds * 1_000);

/**
 * What a person's list does next for a group (escalation.md 3.2, 3.3). Reads nothing, changes nothing. Rules are read as they are
 * now; which list runs is fixed by its first rule.
 * @param person null when the user is gone
 */
export function decidePersonal(run: PersonalPosition, person: Person | null, group: GroupStanding, now: Date): PersonalDecision {
  if (isCalledOff(run, group)) return { do: 'stop', error: null };
  const code = NOTIFICATION_ERROR.userMayNotBeNotified;
  if (person === null || !person.isActive) return { do: 'stop', error: { code, reason: 'the user is not active' } };
  if (!person.mayBeNotified)
    return { do: 'stop', error: { code, reason: 'the role of the user does not receive notifications' } };
  const useImportantRules = run.useImportantRules ?? choosesImportant(run.important, person);
  const rules = useImportantRules ? person.importantRules : person.defaultRules;
  if (run.rulesDone === 0 && rules.length === 0)
    return { do: 'notify', channel: 'email', rule: null, useImportantRules, nextAt: null };
  const rule = nextRule(rules, run);
  if (rule === undefined) return { do: 'finish' };
  if (rule.type === 'wait') {
    // Counted from when the wait was to begin: an outage does not stretch it (escalation.md G4).
    return { do: 'wait', rule, useImportantRules, nextAt: addSeconds(run.dueAt, (rule.waitSeconds ?? 0) + RULE_SECONDS) };
  }
  const nextAt = addSeconds(now, RULE_SECONDS);
  const channel = channelOfRuleType(rule.type);
  if (channel !== null) return { do: 'notify', channel, rule, useImportantRules, nextAt };
  const errorCode = NOTIFICATION_ERROR.channelUnavailable;
  return { do: 'fail_rule', rule, errorCode, reason: `this server has no channel for ${rule.type}`, useImportantRules, nextAt };
}

function isCalledOff(run: PersonalPosition, group: GroupStanding): boolean {
  if (group.isWiped || group.state === 'resolved') return true;
  if (group.attachedTo === 'root' || (group.attachedTo === 'maintenance' && !run.paged)) return true;
  return group.state !== 'firing' && !run.paged;
}

/** The list that was asked for, or the other one when only that is filled. */
const choosesImportant = (important: boolean, person: Person): boolean =>
  important
    ? person.importantRules.length > 0 || person.defaultRules.length === 0
    : person.defaultRules.length === 0 && person.importantRules.length > 0;

/** The first rule behind the last one that ran, where that one stands now or stood when it was deleted. */
function nextRule(rules: readonly PersonalRule[], run: PersonalPosition): PersonalRule | undefined {
  const last = rules.find(({ id }) => id === run.lastRuleId)?.position ?? run.lastRulePosition ?? -1;
  return rules.find(({ position }) => position > last);
}
