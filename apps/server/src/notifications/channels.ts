/** What is known of a channel without building it (escalation.md 3.1, 3.8, 9.5; channels.md 1.1). */
export type ChannelInfo = {
  /** Number that clients see in notification records and in the internal API. */
  readonly number: number;
  /** `type` of a personal notification rule in the public API. */
  readonly ruleType: string;
  readonly label: string;
  /** Upper-case name of a pluggable channel in `messaging_backends`, null for the others. */
  readonly backendId: string | null;
  /** Longest time a request to the provider may take. */
  readonly requestTimeoutMs: number;
  /** Waits before the second, third … attempt; the last one repeats. */
  readonly retrySeconds: readonly number[];
  /** Attempts in all, null when only the deadline ends them. */
  readonly maxAttempts: number | null;
  /** Time from the decision to page until no attempt may start any more. */
  readonly deadlineSeconds: number;
  /** Code of the record when attempts were used up or the provider refused without saying why (escalation.md 3.9). */
  readonly failureCode: number;
  /** Limit of pages per user and UTC day that this channel counts against. */
  readonly usageKind: 'email' | 'phone' | null;
  /** Code of the record when that limit is used up. */
  readonly limitCode: number | null;
};

const CHAT = { requestTimeoutMs: 10_000, retrySeconds: [2, 5, 15, 30, 60], maxAttempts: null, deadlineSeconds: 600 } as const;
const PHONE = { requestTimeoutMs: 10_000, retrySeconds: [5, 15, 30, 60], maxAttempts: null, usageKind: 'phone' } as const;
const UNLIMITED = { usageKind: null, limitCode: null } as const;

/** Every channel a rule can name. Those without an adapter answer error 24. */
export const CHANNELS = {
  slack: {
    number: 0,
    ruleType: 'notify_by_slack',
    label: 'Slack mentions',
    backendId: null,
    ...CHAT,
    ...UNLIMITED,
    failureCode: 17,
  },
  sms: {
    number: 1,
    ruleType: 'notify_by_sms',
    label: 'SMS',
    backendId: null,
    ...PHONE,
    deadlineSeconds: 900,
    failureCode: 0,
    limitCode: 1,
  },
  phone_call: {
    number: 2,
    ruleType: 'notify_by_phone_call',
    label: 'Phone call',
    backendId: null,
    ...PHONE,
    deadlineSeconds: 600,
    failureCode: 2,
    limitCode: 3,
  },
  telegram: {
    number: 3,
    ruleType: 'notify_by_telegram',
    label: 'Telegram',
    backendId: null,
    ...CHAT,
    ...UNLIMITED,
    failureCode: 29,
  },
  mobile_app: {
    number: 5,
    ruleType: 'notify_by_mobile_app',
    label: 'Mobile push',
    backendId: 'MOBILE_APP',
    ...CHAT,
    ...UNLIMITED,
    failureCode: 24,
  },
  mobile_app_critical: {
    number: 6,
    ruleType: 'notify_by_mobile_app_critical',
    label: 'Mobile push important',
    backendId: 'MOBILE_APP_CRITICAL',
    ...CHAT,
    ...UNLIMITED,
    failureCode: 24,
  },
  email: {
    number: 8,
    ruleType: 'notify_by_email',
    label: 'Email',
    backendId: 'EMAIL',
    requestTimeoutMs: 10_000,
    retrySeconds: [5, 30, 120, 300, 600],
    maxAttempts: null,
    deadlineSeconds: 3_600,
    failureCode: 5,
    usageKind: 'email',
    limitCode: 6,
  },
  mattermost: {
    number: 9,
    ruleType: 'notify_by_mattermost',
    label: 'Mattermost',
    backendId: 'MATTERMOST',
    ...CHAT,
    ...UNLIMITED,
    failureCode: 31,
  },
  /** The number is Tocsin's own: the service whose channel this was never showed one. */
  msteams: {
    number: 12,
    ruleType: 'notify_by_msteams',
    label: 'Microsoft Teams',
    backendId: 'MSTEAMS',
    ...CHAT,
    ...UNLIMITED,
    failureCode: 24,
  },
  webhook: {
    number: 11,
    ruleType: 'notify_by_webhook',
    label: 'Webhook',
    backendId: 'WEBHOOK',
    requestTimeoutMs: 10_000,
    retrySeconds: [5, 30, 120, 600],
    maxAttempts: 5,
    deadlineSeconds: 300,
    ...UNLIMITED,
    failureCode: 24,
  },
} as const satisfies Record<string, ChannelInfo>;

/** Name of a channel in `delivery.channel` and `notification_record.channel`. */
export type ChannelId = keyof typeof CHANNELS;

export const CHANNEL_IDS = Object.keys(CHANNELS) as readonly ChannelId[];

export const isChannelId = (text: string): text is ChannelId => Object.hasOwn(CHANNELS, text);

export const channelInfo = (id: ChannelId): ChannelInfo => CHANNELS[id];

/** The channel of a rule type such as `notify_by_email`; null for `wait` and for types this server does not know. */
export const channelOfRuleType = (ruleType: string): ChannelId | null =>
  CHANNEL_IDS.find((id) => CHANNELS[id].ruleType === ruleType) ?? null;

/** The last instant at which a page decided at `decidedAt` may be attempted. */
export const deadlineOf = (id: ChannelId, decidedAt: Date): Date =>
  new Date(decidedAt.getTime() + CHANNELS[id].deadlineSeconds * 1_000);
