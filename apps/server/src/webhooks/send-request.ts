import { createHmac } from 'node:crypto';
import type { Outbound, OutboundFailure } from '../platform/outbound/index.ts';
import { type BuiltRequest, urlProblem } from './build-request.ts';
import { maskValues } from './mask.ts';

export type SendInput = {
  request: Extract<BuiltRequest, { ok: true }>;
  /** Public name of the trigger. */
  event: string;
  /** The same for all attempts. */
  deliveryId: string;
  /** Counted from 1. */
  attempt: number;
  /** For a connection and the first of the answer, at each address. */
  timeoutMs: number;
  signingSecret: string | null;
  /** Of this server: redirects to it would go round in circles. */
  baseUrl: string;
  /** Hosts and networks that may be called beside those that the whole server may. */
  allow: readonly string[];
  /** HTTP proxy that takes the request on; null: none. */
  proxy: string | null;
  /** Servers that passed the alert on before this one. */
  hop: number;
};

export type Sent = {
  /** null: no answer. */
  statusCode: number | null;
  /** What is stored of the answer, or why there was none. */
  content: string;
  /** Set where an address must not or cannot be called; it is stored in place of the URL. */
  urlError: string | null;
  result:
    | { kind: 'delivered' }
    | { kind: 'refused'; reason: string }
    | { kind: 'transient'; reason: string; retryAfterMs: number | null };
};

const MAX_RESPONSE_BYTES = 50_000;
const MAX_REDIRECTS = 5;
/** For everything together, redirects and the whole body included (outgoing-webhooks.md 8.1). */
const TOTAL_MS = 10_000;
const RETRIED_STATUS: readonly number[] = [408, 425, 429, 500, 502, 503, 504];
const RETRIED_FAILURE: readonly OutboundFailure['reason'][] = ['timeout', 'refused', 'dns', 'network'];

/** Longest that one request takes. */
export const requestDeadlineMs = (timeoutMs: number): number => Math.max(TOTAL_MS, timeoutMs);

/** What is stored in place of the URL; null for failures that are not the URL's. */
function urlErrorOf({ reason, message }: OutboundFailure): string | null {
  switch (reason) {
    case 'blocked':
      return 'URL - This url is not supported for outgoing webhooks';
    case 'dns':
      return 'URL - Cannot resolve name in url';
    case 'denied':
      return `URL - ${message}`;
    default:
      return null;
  }
}

/**
 * `t=<unix seconds>,v1=<hex>`: HMAC-SHA256 of the seconds, a dot and the body. Receivers compare it, and refuse what is old
 * (outgoing-webhooks.md 8.4).
 */
export function signature(secret: string, body: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1_000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

/** Makes one request and reads its answer (outgoing-webhooks.md 8, 9). Headers that the user set are never replaced. */
export async function sendRequest(outbound: Outbound, input: SendInput, now: Date): Promise<Sent> {
  const { request } = input;
  const own: Record<string, string> = {
    'X-Tocsin-Event': input.event,
    'X-Tocsin-Delivery': input.deliveryId,
    'X-Tocsin-Attempt': String(input.attempt),
    'X-Tocsin-Hop': String(input.hop + 1),
    'Idempotency-Key': input.deliveryId,
    ...(input.signingSecret === null ? {} : { 'X-Tocsin-Signature': signature(input.signingSecret, request.body ?? '', now) }),
  };
  const set = new Set(Object.keys(request.headers).map((name) => name.toLowerCase()));
  const added = Object.fromEntries(Object.entries(own).filter(([name]) => !set.has(name.toLowerCase())));
  const answer = await outbound.request({
    method: request.method,
    url: request.url,
    headers: { ...added, ...request.headers },
    ...(request.body === null ? {} : { body: request.body }),
    timeoutMs: requestDeadlineMs(input.timeoutMs),
    answerWithinMs: input.timeoutMs,
    maxResponseBytes: MAX_RESPONSE_BYTES,
    redirects: MAX_REDIRECTS,
    mayReuse: true,
    allow: input.allow,
    ...(input.proxy === null ? {} : { proxy: input.proxy }),
    refuse: (url) => urlProblem(url.href, input.baseUrl),
  });
  if (!answer.ok) {
    const urlError = urlErrorOf(answer);
    const content = urlError ?? maskValues(answer.message, request.credentials);
    const retried = RETRIED_FAILURE.includes(answer.reason);
    return {
      statusCode: null,
      content,
      urlError,
      result: retried ? { kind: 'transient', reason: content, retryAfterMs: null } : { kind: 'refused', reason: content },
    };
  }
  const content = answer.truncated
    ? `Response content ${answer.headers['content-length'] ?? `over ${MAX_RESPONSE_BYTES}`} exceeds ${MAX_RESPONSE_BYTES} character limit`
    : maskValues(answer.body, request.credentials);
  const result = readStatus(answer.status, answer.headers['retry-after'], now);
  return { statusCode: answer.status, content, urlError: null, result };
}

function readStatus(status: number, retryAfter: string | undefined, now: Date): Sent['result'] {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const reason = `the receiver answered ${status}`;
  if (!RETRIED_STATUS.includes(status)) return { kind: 'refused', reason };
  return { kind: 'transient', reason, retryAfterMs: retryAfterMs(retryAfter, now) };
}

/** Seconds or a date (RFC 9110 section 10.2.3); null for anything else. */
export function retryAfterMs(text: string | undefined, now: Date): number | null {
  if (text === undefined) return null;
  if (/^\d+$/.test(text.trim())) return Number(text.trim()) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
