import { createVerify, type KeyObject, X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../platform/clock.ts';
import type { Outbound } from '../../platform/outbound/index.ts';
import { type Answer, jsonAnswer, plainAnswer, REFUSED_BY_GUARD, unavailable } from './answer.ts';
import { isTooDeep, repairJson } from './json-text.ts';

/** What came of a request of Amazon SNS: an alert, or an answer with what the log says of it. */
export type SnsResult = { kind: 'alert'; text: string } | { kind: 'answer'; answer: Answer; note: string };

export interface Sns {
  /** Reads an envelope, checks its signature, and confirms subscriptions (ingest.md 4.4 with B-8). @param topics that may send; empty: all */
  read(body: Buffer, headers: IncomingHttpHeaders, topics: ReadonlySet<string>): Promise<SnsResult>;
}

type Envelope = Readonly<Record<string, unknown>>;

const TYPES = ['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation'];
const SIGNED = {
  notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  confirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
};
const DIGESTS: Readonly<Record<string, string>> = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' };
const HOST = /^sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;
const TIMEOUT_MS = 5_000;
const CERTIFICATE_BYTES = 65_536;
const CERTIFICATE_FOR_MS = 3_600_000;
const MOST_CERTIFICATES = 100;

const refuse = (text: string): SnsResult => ({ kind: 'answer', answer: plainAnswer(400, text), note: text });
const unusable = (note: string): SnsResult => ({ kind: 'answer', answer: jsonAnswer(400, {}), note });
/** SNS repeats after a 5xx, not after a 4xx. */
const later = (note: string): SnsResult => ({ kind: 'answer', answer: unavailable('Please send it again.'), note });

export function createSns({ outbound, clock }: { outbound: Outbound; clock: Clock }): Sns {
  const certificates = new Map<string, { key: KeyObject; untilMs: number }>();

  async function certificate(url: string): Promise<KeyObject | null> {
    const known = certificates.get(url);
    if (known !== undefined && known.untilMs > clock.monotonicMs()) return known.key;
    const answer = await outbound.request({ method: 'GET', url, timeoutMs: TIMEOUT_MS, maxResponseBytes: CERTIFICATE_BYTES });
    const key = answer.ok && answer.status === 200 ? publicKey(answer.body) : null;
    if (key === null) return null;
    if (certificates.size >= MOST_CERTIFICATES) certificates.clear();
    certificates.set(url, { key, untilMs: clock.monotonicMs() + CERTIFICATE_FOR_MS });
    return key;
  }

  async function confirm(envelope: Envelope, topic: string): Promise<SnsResult> {
    const url = textOf(envelope, 'SubscribeURL');
    if (!isAmazons(url, '')) return refuse('Improper Subscription Domain');
    const answer = await outbound.request({ method: 'GET', url, timeoutMs: TIMEOUT_MS });
    if (!answer.ok) return later(`the subscription of ${topic} could not be confirmed: ${answer.message}`);
    if (answer.status !== 200)
      return later(`the subscription of ${topic} could not be confirmed: Amazon answered ${answer.status}`);
    return { kind: 'answer', answer: plainAnswer(200, 'OK'), note: `the subscription of ${topic} was confirmed` };
  }

  return {
    async read(body, headers, topics) {
      const envelope = parse(body.toString('utf8'));
      if (envelope === undefined) return refuse('Not Valid JSON');
      const type = headers['x-amz-sns-message-type'];
      if (typeof type !== 'string') return refuse('HTTP_X_AMZ_SNS_MESSAGE_TYPE not set');
      if (!TYPES.includes(type)) return refuse('Invalid Notification Type');
      if (!isObject(envelope)) return unusable('the envelope is no object');
      if (envelope.Type !== type) return unusable('header and envelope name different types');
      const source = textOf(envelope, 'SigningCertURL');
      if (!isAmazons(source, '.pem')) return refuse('Improper Certificate Location');
      const text = signedText(envelope, type === 'Notification' ? SIGNED.notification : SIGNED.confirmation);
      if (text === null) return unusable('signed fields are missing');
      const key = await certificate(source);
      if (key === null) return later('the certificate of the signature could not be read');
      const digest = DIGESTS[textOf(envelope, 'SignatureVersion')];
      if (digest === undefined || !createVerify(digest).update(text).verify(key, textOf(envelope, 'Signature'), 'base64'))
        return refuse('Improper Signature');
      const topic = textOf(envelope, 'TopicArn');
      if (topics.size > 0 && !topics.has(topic))
        return { kind: 'answer', answer: REFUSED_BY_GUARD, note: `topic ${topic} is not allowed` };
      if (type === 'SubscriptionConfirmation') return confirm(envelope, topic);
      if (type === 'UnsubscribeConfirmation') {
        const answer = plainAnswer(200, 'UnsubscribeConfirmation Not Handled');
        return { kind: 'answer', answer, note: `the subscription of ${topic} has ended` };
      }
      return alertOf(textOf(envelope, 'Message'));
    },
  };
}

/** An object is the alert, other text becomes its message; other JSON is refused. */
function alertOf(message: string): SnsResult {
  const inner = isTooDeep(message) ? undefined : parse(message);
  if (inner === undefined) return { kind: 'alert', text: repairJson(JSON.stringify({ message })) };
  return isObject(inner) ? { kind: 'alert', text: repairJson(message) } : unusable('the message is JSON, but no object');
}

/** Name and value of each signed field on lines of their own; null when one is missing. A subject counts only when there is one. */
function signedText(envelope: Envelope, fields: readonly string[]): string | null {
  let text = '';
  for (const field of fields) {
    const value = envelope[field];
    if (field === 'Subject' && (value === undefined || value === null || value === '')) continue;
    if (typeof value !== 'string') return null;
    text += `${field}\n${value}\n`;
  }
  return text;
}

function isAmazons(address: string, ending: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return (
    url.protocol === 'https:' &&
    url.port === '' &&
    url.username === '' &&
    HOST.test(url.hostname) &&
    url.pathname.endsWith(ending)
  );
}

function publicKey(pem: string): KeyObject | null {
  try {
    return new X509Certificate(pem).publicKey;
  } catch {
    return null; // whatever the address answered, it is no certificate
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // SyntaxError is all that JSON.parse throws for a text
  }
}

const isObject = (value: unknown): value is Envelope => typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (envelope: Envelope, field: string): string => {
  const value = envelope[field];
  return typeof value === 'string' ? value : '';
};
