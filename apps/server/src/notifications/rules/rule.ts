import { CHANNEL_IDS, CHANNELS, type ChannelId } from '../channels.ts';

/** What a rule does: waits, or notifies by a channel. In the words of the public API. */
export type RuleType = 'wait' | (typeof CHANNELS)[ChannelId]['ruleType'];

export const RULE_TYPES: readonly RuleType[] = ['wait', ...CHANNEL_IDS.map((id) => CHANNELS[id].ruleType)];

/** One step of how somebody is notified. A user has two lists of them, the default and the important one (escalation.md 3.1). */
export type NotificationRule = {
  id: string;
  userId: string;
  important: boolean;
  position: number;
  type: RuleType;
  /** Of a `wait` only; null means none. */
  waitSeconds: number | null;
};

export type NewNotificationRule = Pick<NotificationRule, 'userId' | 'important' | 'type' | 'waitSeconds'>;
export type RuleChanges = Partial<Pick<NotificationRule, 'type' | 'waitSeconds'>>;
