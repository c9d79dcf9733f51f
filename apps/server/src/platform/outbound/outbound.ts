import { lookup as lookupName } from 'node:dns';
import { type Dispatcher, errors } from 'undici';
import type { AddressPolicy } from './address-policy.ts';
import { createAgents } from './agents.ts';
import { dispatchOnce, TimeLimit } from './dispatch-once.ts';
import { refusedBehindProxy } from './through-proxy.ts';

export type OutboundRequest = {
  method: string;
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
  /** For everything together: look-up, connection, redirects, the whole answer. */
  timeoutMs: number;
  /** Longest wait for a connection and the first of an answer, at each address; `timeoutMs` when left out. */
  answerWithinMs?: number;
  /** What comes after is left unread. 1 MiB when left out. */
  maxResponseBytes?: number;
  /** How many redirects to follow; 0 when left out. Each is checked like the first address. */
  redirects?: number;
  /** Hosts and networks that this request may reach beside the settings' ones. */
  allow?: readonly string[];
  /** URL of an HTTP proxy that takes the request on. Addresses are still checked, here, before it is asked. */
  proxy?: string;
  /**
   * Takes a connection that is left from an earlier request where there is one. When that breaks before an answer the request is made once
   * more, so the receiver must be able to tell a repeat.
   */
  mayReuse?: boolean;
  /** Asked at each address, redirects included: why it must not be called, null when it may. */
  refuse?: (url: URL) => string | null;
};

export type OutboundFailure = {
  ok: false;
  /** `blocked`: the address is not of the public Internet and not allowed; `denied`: `refuse` said so; `invalid`: the URL or a header cannot be sent. */
  reason: 'timeout' | 'refused' | 'dns' | 'tls' | 'blocked' | 'denied' | 'network' | 'invalid';
  /** For people; names the host, never a path, a header or a body. */
  message: string;
};

export type OutboundAnswer = {
  ok: true;
  status: number;
  /** Names in lower case; repeated ones joined by a comma. */
  headers: Record<string, string>;
  /** Decoded as UTF-8. */
  body: string;
  /** The answer was longer than what was read. */
  truncated: boolean;
  /** Where the answer came from, after redirects. */
  url: string;
};

export type OutboundResult = OutboundAnswer | OutboundFailure;

/** Sends HTTP requests whose addresses others chose. Never throws: what goes wrong is a result. */
export interface Outbound {
  request(request: OutboundRequest): Promise<OutboundResult>;
}

export type OutboundOptions = { policy: AddressPolicy; userAgent: string; lookup?: typeof lookupName };

const DEFAULT_MAX_BYTES = 1024 * 1024;

const TLS_CODE = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/;

function describe(err: unknown, host: string): OutboundFailure {
  const code = err instanceof Error && 'code' in err ? String(err.code) : '';
  const failed = (reason: OutboundFailure['reason'], message: string): OutboundFailure => ({ ok: false, reason, message });
  if (code === 'EBLOCKED') return failed('blocked', err instanceof Error ? err.message : host);
  if (code === 'ECONNREFUSED') return failed('refused', `${host} refused the connection`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA')
    return failed('dns', `${host} could not be resolved (${code})`);
  if (TLS_CODE.test(code)) return failed('tls', `The TLS connection to ${host} failed (${code})`);
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return failed('timeout', `${host} did not answer in time`);
  if (code === 'UND_ERR_INVALID_ARG' || err instanceof TypeError)
    return failed('invalid', 'The method or a header cannot be sent');
  return failed('network', `The connection to ${host} failed${code === '' ? '' : ` (${code})`}`);
}

function parseUrl(text: string, base?: string): URL | null {
  if (!URL.canParse(text, base)) return null;
  const url = new URL(text, base);
  return (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '' ? url : null;
}

/** Headers that no secret is put into. All others stay with the origin that they were meant for. */
const HARMLESS = /^(accept|accept-.+|content-.+|user-agent|idempotency-key|x-tocsin-.+)$/i;

/** The request that a redirect asks for: as browsers and RFC 9110 section 15.4 have it. Credentials stay with their origin. */
function redirected(request: OutboundRequest, status: number, from: URL, to: URL): OutboundRequest {
  const method = request.method.toUpperCase();
  const asGet = method !== 'HEAD' && (status === 302 || status === 303 || (status === 301 && method === 'POST'));
  const isKept = (name: string): boolean =>
    !(asGet && /^content-/i.test(name)) && (from.origin === to.origin || HARMLESS.test(name));
  const headers = Object.fromEntries(Object.entries(request.headers ?? {}).filter(([name]) => isKept(name)));
  const { body, ...rest } = request;
  return {
    ...rest,
    ...(asGet || body === undefined ? {} : { body }),
    headers,
    method: asGet ? 'GET' : request.method,
    url: to.href,
  };
}

/** A connection that had brought answers to earlier requests, and that the receiver closed instead of answering this one. */
const wasStale = (err: unknown): boolean =>
  err instanceof errors.SocketError && err.code === 'UND_ERR_SOCKET' && (err.socket?.bytesRead ?? 0) > 0;

export function createOutbound({ policy, userAgent, lookup = lookupName }: OutboundOptions): Outbound {
  const agents = createAgents(policy, lookup);

  async function once(request: OutboundRequest, url: URL, agent: Dispatcher, endMs: number): Promise<OutboundAnswer> {
    const named = Object.keys(request.headers ?? {}).some((name) => name.toLowerCase() === 'user-agent');
    const answer = await dispatchOnce(agent, {
      url,
      method: request.method.toUpperCase() as 'GET',
      headers: { ...(named ? {} : { 'user-agent': userAgent }), ...request.headers },
      body: request.body ?? null,
      maxBytes: request.maxResponseBytes ?? DEFAULT_MAX_BYTES,
      limits: {
        whole: { limitMs: request.timeoutMs, leftMs: endMs - performance.now() },
        answerWithinMs: request.answerWithinMs ?? null,
      },
    });
    return { ok: true, ...answer, url: url.href };
  }

  return {
    async request(first) {
      const reach = { allow: first.allow ?? [], timeoutMs: first.timeoutMs, proxy: first.proxy ?? null };
      let lent = first.mayReuse === true ? agents.shared(reach) : agents.own(reach);
      const endMs = performance.now() + first.timeoutMs;
      let request = first;
      let url = parseUrl(first.url);
      try {
        for (let left = first.redirects ?? 0; ; left -= 1) {
          if (url === null) return { ok: false, reason: 'invalid', message: 'Not an http or https URL' };
          const refused = first.refuse?.(url) ?? null;
          if (refused !== null) return { ok: false, reason: 'denied', message: refused };
          const blocked = first.proxy === undefined ? null : await refusedBehindProxy(url.hostname, lent.policy, lookup);
          if (blocked !== null) return { ok: false, reason: 'blocked', message: blocked };
          let answer: OutboundAnswer;
          try {
            answer = await once(request, url, lent.agent, endMs);
          } catch (err) {
            if (!lent.isShared || !wasStale(err)) throw err;
            lent = agents.own(reach);
            answer = await once(request, url, lent.agent, endMs);
          }
          const { location } = answer.headers;
          if (left <= 0 || location === undefined || ![301, 302, 303, 307, 308].includes(answer.status)) return answer;
          const next = parseUrl(location, url.href);
          if (next !== null) request = redirected(request, answer.status, url, next);
          url = next;
        }
      } catch (err) {
        const host = url?.host ?? '';
        if (err instanceof TimeLimit)
          return { ok: false, reason: 'timeout', message: `${host} did not answer within ${err.limitMs / 1_000} s` };
        return describe(err, host);
      } finally {
        await lent.giveBack();
      }
    },
  };
}
