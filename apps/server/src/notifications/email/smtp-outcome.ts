import type { SendOutcome } from '../channel.ts';
import { NOTIFICATION_ERROR } from '../records.ts';

/** What nodemailer says of a failed message. */
export type SmtpFailure = {
  message: string;
  /** Such as `ETIMEDOUT`, `EDNS`; of the system or of nodemailer. */
  code?: string | undefined;
  responseCode?: number | undefined;
  response?: string | undefined;
  command?: string | undefined;
};

const BAD_SEQUENCE = 503;
const SHUTTING_DOWN = 421;
const MAX_REASON = 500;

/** One line that people can read. */
const reasonOf = (failure: SmtpFailure): string => {
  const text = failure.response ?? failure.message;
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_REASON);
};

/**
 * Reads a failure (channels.md 6, escalation.md 3.8): a reply 5xx and a host name that does not exist are final, a reply 4xx and a
 * broken or silent connection pass. When the whole message had gone out and no reply came, nobody knows.
 */
export function outcomeOfFailure(failure: SmtpFailure, bodySent: boolean): SendOutcome {
  const reason = reasonOf(failure);
  const status = failure.responseCode ?? 0;
  if (status >= 500 && status !== BAD_SEQUENCE) return { kind: 'rejected', code: NOTIFICATION_ERROR.mailNotSent, reason };
  if (status >= 400) {
    const ofRecipient =
      status !== SHUTTING_DOWN && status !== BAD_SEQUENCE && (failure.command === 'RCPT TO' || failure.command === 'DATA');
    return { kind: 'transient', reason, blames: ofRecipient ? 'recipient' : 'provider' };
  }
  if (failure.code === 'EDNS' && failure.message.includes('ENOTFOUND')) {
    return { kind: 'rejected', code: NOTIFICATION_ERROR.mailNotSent, reason };
  }
  if (failure.code === 'EENVELOPE') return { kind: 'rejected', code: NOTIFICATION_ERROR.mailNotSent, reason };
  if (bodySent) return { kind: 'unknown', reason };
  return { kind: 'transient', reason, blames: 'provider' };
}
