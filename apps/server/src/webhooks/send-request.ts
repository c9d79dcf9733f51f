import type { Outbound, OutboundFailure } from '../platform/outbound/index.ts';
import type { BuiltRequest } from './build-request.ts';

export type SendInput = {
  request: Extract<BuiltRequest, { ok: true }>;
  /** Public name of the trigger. */
  event: string;
  /** The same for all attempts. */
  deliveryId: string;
  /** Counted from 1. */
  attempt: number;
  timeoutMs: number;
};

export type Sent = {
  /** null: no answer. */
  statusCode: number | null;
  /** What is stored of the answer, or why there was none. */
  content: string;
  result:
    | { kind: 'delivered' }
    | { kind: 'refused'; reason: string }
    | { kind: 'transient'; reason: string; retryAfterMs: number | null };
};

const MAX_RESPONSE_BYTES = 50_000;
const MAX_REDIRECTS = 5;
const RETRIED_STATUS: readonly number[] = [408, 425, 429, 500, 502, 503, 504];
const RETRIED_FAILURE: readonly OutboundFailure['reason'][] = ['timeout', 'refused', 'dns', 'network'];
const FORBIDDEN_ADDRESS = 'URL - This url is not supported for outgoing webhooks';

/** Makes one request and reads its answer (outgoing-webhooks.md 8, 9). Headers that the user set are never replaced. */
export async function sendRequest(outbound: Outbound, input: SendInput, now: Date): Promise<Sent> {
  const { request } = input;
  const own: Record<string, string> = {
    'X-Tocsin-Event': input.event,
    'X-Tocsin-Delivery': input.deliveryId,
    'X-Tocsin-Attempt': String(input.attempt),
    'X-Tocsin-Hop': '1',
    'Idempotency-Key': input.deliveryId,
  };
  const set = new Set(Object.keys(request.headers).map((name) => name.toLowerCase()));
  const added = Object.fromEntries(Object.entries(own).filter(([name]) => !set.has(name.toLowerCase())));
  const answer = await outbound.request({
    method: request.method,
    url: request.url,
    headers: { ...added, ...request.headers },
    ...(request.body === null ? {} : { body: request.body }),
    timeoutMs: input.timeoutMs,
    maxResponseBytes: MAX_RESPONSE_BYTES,
    redirects: MAX_REDIRECTS,
  });
  if (!answer.ok) {
    const content = answer.reason === 'blocked' ? FORBIDDEN_ADDRESS : answer.message;
    const retried = RETRIED_FAILURE.includes(answer.reason);
    return {
      statusCode: null,
      content,
      result: retried ? { kind: 'transient', reason: content, retryAfterMs: null } : { kind: 'refused', reason: content },
    };
  }
  const content = answer.truncated
    ? `Response content ${answer.headers['content-length'] ?? `over ${MAX_RESPONSE_BYTES}`} exceeds ${MAX_RESPONSE_BYTES} character limit`
    : answer.body;
  return { statusCode: answer.status, content, result: readStatus(answer.status, answer.headers['retry-after'], now) };
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
