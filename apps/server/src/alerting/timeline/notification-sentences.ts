/** A notification record as it is stored (escalation.md 3.9). */
export type StoredNotification = {
  type: number;
  step: number | null;
  channel: string | null;
  errorCode: number | null;
  reason: string | null;
};

/** What happened to the person: `{{author}} was …`. */
const TRIGGERED: Readonly<Record<string, string>> = {
  slack: 'was mentioned in Slack',
  sms: 'is being sent an SMS',
  phone_call: 'is being called',
  telegram: 'is being messaged in Telegram',
  mobile_app: 'is being sent a push notification',
  mobile_app_critical: 'is being sent an important push notification',
  email: 'is being sent an e-mail',
  mattermost: 'was mentioned in Mattermost',
  webhook: 'is being notified by webhook',
};

const NAMES: Readonly<Record<string, string>> = {
  slack: 'Slack mention',
  sms: 'SMS',
  phone_call: 'phone call',
  telegram: 'Telegram message',
  mobile_app: 'push notification',
  mobile_app_critical: 'important push notification',
  email: 'e-mail',
  mattermost: 'Mattermost mention',
  webhook: 'webhook notification',
};

/** Causes by code (escalation.md 3.9; from 100 on Tocsin's own). */
const CAUSES: Readonly<Record<number, string>> = {
  0: 'the SMS could not be handed to the provider',
  1: "the day's limit of SMS and calls is used up",
  2: 'the call could not be placed',
  3: "the day's limit of SMS and calls is used up",
  4: 'the phone number is not verified',
  5: 'the e-mail could not be sent',
  6: "the day's limit of e-mails is used up",
  7: 'the e-mail address is not verified',
  8: 'no Telegram account is linked',
  9: 'the line was busy',
  10: 'the call failed',
  11: 'nobody answered the call',
  12: 'the SMS was not delivered',
  13: 'the e-mail bounced',
  14: 'the Telegram bot is blocked or was removed',
  15: 'posting to Slack is switched off',
  16: 'posting to Telegram is switched off',
  17: 'Slack failed',
  18: 'the Slack workspace is not connected',
  19: 'the user is not linked to Slack',
  20: 'the user is not in the Slack channel',
  21: 'the Telegram token is not valid',
  22: 'the Slack channel is archived',
  23: 'Slack limits the rate of messages',
  24: 'this channel is not available',
  25: 'the user may not be notified',
  26: 'the Telegram user is deactivated',
  27: 'no device is connected',
  28: 'the markup of the message was rejected',
  29: 'Telegram limits the rate of messages',
  30: 'the user is not linked to Mattermost',
  31: 'the Mattermost post of the alert group is missing',
  32: 'the Mattermost token is not valid',
  33: 'Mattermost did not authorize the message',
  100: 'its deadline passed',
  101: 'the provider is in trouble',
  102: 'its outcome is unknown',
};

const TYPE = { triggered: 0, finished: 1, success: 2, failed: 3 } as const;
const WAIT = 0;
/** Success of a Slack mention that was left to another post. */
const SUPPRESSED = 15;

/** The sentence of a notification record, `{{author}}` being the person; null for those the timeline does not show (escalation.md 4.1). */
export function notificationSentence({ type, step, channel, errorCode, reason }: StoredNotification): string | null {
  const name = NAMES[channel ?? ''] ?? 'notification';
  switch (type) {
    case TYPE.triggered:
      if (step === WAIT) return null;
      return channel === null
        ? 'escalation to {{author}} began'
        : `{{author}} ${TRIGGERED[channel] ?? `is being notified by ${channel}`}`;
    case TYPE.success:
      if (errorCode === SUPPRESSED) return null;
      if (channel === 'sms') return 'the SMS to {{author}} was delivered';
      return channel === 'phone_call' ? 'the call to {{author}} was completed' : `the ${name} to {{author}} was delivered`;
    case TYPE.failed: {
      const cause = errorCode === null ? null : (CAUSES[errorCode] ?? `error ${errorCode}`);
      const why = [cause, reason].filter((part) => part !== null).join('; ');
      return `the ${name} to {{author}} was not sent${why === '' ? '' : `: ${why}`}`;
    }
    default:
      return null;
  }
}
