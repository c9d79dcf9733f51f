import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  digestOf,
  keepChallenge,
  newQuestion,
  newSecret,
  type OidcClient,
  type OidcPurpose,
  type OidcQuestion,
  readCookie,
  takeChallenge,
} from '../../../access/index.ts';
import type { AuthDeps } from './auth-context.ts';

const FINISH_WITHIN_MS = 10 * 60_000;

/** What is kept of a sign-in while the person is at the provider. */
export interface OidcFlow {
  readonly provider: string;
  readonly question: OidcQuestion;
  readonly purpose: OidcPurpose;
  /** Where to go afterwards; checked. */
  readonly next: string;
  /** SHA-256 of the browser's cookie, in base64url: another browser cannot finish it. */
  readonly browser: string;
}

const browserCookie = (baseUrl: string): { name: string; attributes: string } =>
  baseUrl.startsWith('https:')
    ? { name: '__Host-tocsin_oidc', attributes: 'Path=/; HttpOnly; SameSite=Lax; Secure' }
    : { name: 'tocsin_oidc', attributes: 'Path=/; HttpOnly; SameSite=Lax' };

const hashOf = (secret: string): string => digestOf(secret).toString('base64url');

export const redirectUri = (baseUrl: string, provider: string): string => `${baseUrl}/auth/oidc/${provider}/callback`;

/** Begins a sign-in at a provider. @returns where to send the browser; sets the cookie that binds it. @throws OidcError */
export async function beginFlow(
  { db, clock, baseUrl }: AuthDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  client: OidcClient,
  purpose: OidcPurpose,
  next: string,
): Promise<string> {
  const { name, attributes } = browserCookie(baseUrl);
  const browser = readCookie(request.headers.cookie, name) || newSecret();
  const question = newQuestion();
  const flow: OidcFlow = { provider: client.provider.name, question, purpose, next, browser: hashOf(browser) };
  const state = await keepChallenge(
    db,
    { kind: 'oidc', org: null, userId: null, data: flow },
    new Date(clock.now().getTime() + FINISH_WITHIN_MS),
  );
  const isAgain = purpose.kind === 'proof' || purpose.kind === 'link';
  const url = await client.authorizationUrl(question, state, redirectUri(baseUrl, client.provider.name), isAgain);
  reply.header('set-cookie', `${name}=${browser}; ${attributes}; Max-Age=${FINISH_WITHIN_MS / 1_000}`);
  return url;
}

/** The sign-in that a browser comes back from; null when it was not begun here, by this browser, within ten minutes. */
export async function endFlow(
  { db, clock, baseUrl }: AuthDeps,
  request: FastifyRequest,
  state: string,
  provider: string,
): Promise<OidcFlow | null> {
  const browser = readCookie(request.headers.cookie, browserCookie(baseUrl).name);
  const kept = await takeChallenge(db, state, 'oidc', clock.now());
  if (kept === null || browser === null) return null;
  const flow = kept.data as OidcFlow;
  return flow.provider === provider && flow.browser === hashOf(browser) ? flow : null;
}
