/** Types of a notification record (escalation.md 3.9). */
export const RECORD = { triggered: 0, finished: 1, success: 2, failed: 3 } as const;

/** Steps that a notification record can be about. */
export const RECORD_STEP = { wait: 0, notify: 1 } as const;

/** Error codes of failed records (escalation.md 3.9). The ones from 100 are Tocsin's. */
export const NOTIFICATION_ERROR = {
  smsRefused: 0,
  smsLimit: 1,
  callRefused: 2,
  callLimit: 3,
  phoneNotVerified: 4,
  mailNotSent: 5,
  mailLimit: 6,
  channelUnavailable: 24,
  userMayNotBeNotified: 25,
  deadlinePassed: 100,
  circuitOpen: 101,
  outcomeUnknown: 102,
} as const;
