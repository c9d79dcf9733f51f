import { constantTimeEqual } from '../../platform/secrets.ts';

/** What of a request tells whether a page of ours sent it. */
export interface RequestFacts {
  readonly method: string;
  /** `Host`, or what a trusted proxy said. */
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`, which browsers send to secure origins and no page can set. */
  readonly fetchSite: string | undefined;
  readonly csrfToken: string | undefined;
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
export const isSafeMethod = (method: string): boolean => SAFE.has(method);

/** `same`: a page of this origin; `cross`: some other page; `unknown`: no browser that says so. */
export function siteOf(request: RequestFacts, baseUrl: string): 'same' | 'cross' | 'unknown' {
  if (request.fetchSite !== undefined) return request.fetchSite === 'same-origin' ? 'same' : 'cross';
  if (request.origin === undefined) return 'unknown';
  if (!URL.canParse(request.origin)) return 'cross';
  const { host, origin } = new URL(request.origin);
  return host === request.host || origin === new URL(baseUrl).origin ? 'same' : 'cross';
}

/** Whether a request with a session's cookie was meant: safe, or from a page of ours that knows the session's token (access.md 7.7). */
export function isMeant(request: RequestFacts, sessionCsrfToken: string, baseUrl: string): boolean {
  if (isSafeMethod(request.method)) return true;
  const given = Buffer.from(request.csrfToken ?? '');
  return constantTimeEqual(given, Buffer.from(sessionCsrfToken)) && siteOf(request, baseUrl) === 'same';
}
