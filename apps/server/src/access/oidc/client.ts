import * as oidc from 'openid-client';
import type { Outbound } from '../../platform/outbound/index.ts';
import type { Claims, OidcProvider } from './provider.ts';

/** What a provider was asked with, which its answer must fit. */
export interface OidcQuestion {
  readonly nonce: string;
  readonly codeVerifier: string;
}

export interface OidcAnswer {
  readonly claims: Claims;
  readonly idToken: string;
}

/** The provider of OpenID Connect could not be reached, or said what it must not. */
export class OidcError extends Error {
  override readonly name = 'OidcError';
  readonly code = 'OIDC_FAILED';
  /** `refused`: the provider said no; `failed`: its answer did not fit; `unreachable`: it could not be asked. */
  readonly reason: 'refused' | 'failed' | 'unreachable';
  constructor(reason: OidcError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Speaks with one provider: authorization code with PKCE, state and nonce; the id token's signature is checked. */
export interface OidcClient {
  readonly provider: OidcProvider;
  /** Where to send the browser. @param again the person must sign in at the provider anew */
  authorizationUrl(question: OidcQuestion, state: string, redirectUri: string, again: boolean): Promise<string>;
  /** Exchanges what the browser brought back. @throws OidcError */
  finish(returned: URL, question: OidcQuestion, state: string, again: boolean): Promise<OidcAnswer>;
  /** Where to send the browser to sign out at the provider; null when it announces no such place. */
  endSessionUrl(idToken: string, afterwards: string): Promise<string | null>;
}

const CLOCK_SKEW_SECONDS = 60;
const TIMEOUT_SECONDS = 10;
/** How long what a provider says of itself is believed. */
const CONFIGURATION_MS = 3_600_000;
/** A fresh sign-in at the provider may be this old when its answer comes. */
const FRESH_SECONDS = 600;
const MOST_BYTES = 1024 * 1024;

export const newQuestion = (): OidcQuestion => ({ nonce: oidc.randomNonce(), codeVerifier: oidc.randomPKCECodeVerifier() });

/** Requests through the checked way out: issuers inside the private network need `OUTBOUND_ALLOWED_HOSTS` (access.md 7.7). */
function fetchThrough(outbound: Outbound): oidc.CustomFetch {
  return async (url, options) => {
    const body = options.body === undefined || options.body === null ? undefined : String(options.body);
    const answer = await outbound.request({
      method: options.method,
      url,
      headers: Object.fromEntries(Object.entries(options.headers)),
      ...(body === undefined ? {} : { body }),
      timeoutMs: TIMEOUT_SECONDS * 1_000,
      maxResponseBytes: MOST_BYTES,
    });
    if (!answer.ok) throw new OidcError('unreachable', answer.message);
    const hasBody = answer.status !== 204 && answer.status !== 304;
    return new Response(hasBody ? answer.body : null, { status: answer.status, headers: answer.headers });
  };
}

/** @param monotonicMs measures the age of what a provider says of itself */
export function createOidcClient(provider: OidcProvider, outbound: Outbound, monotonicMs: () => number): OidcClient {
  const send = fetchThrough(outbound);
  let known: { configuration: Promise<oidc.Configuration>; atMs: number } | null = null;

  async function discover(): Promise<oidc.Configuration> {
    const isPlain = provider.issuer.startsWith('http:');
    const metadata = { [oidc.clockTolerance]: CLOCK_SKEW_SECONDS };
    const auth = provider.clientSecret === null ? oidc.None() : oidc.ClientSecretBasic(provider.clientSecret);
    const configuration = await oidc.discovery(new URL(provider.issuer), provider.clientId, metadata, auth, {
      [oidc.customFetch]: send,
      timeout: TIMEOUT_SECONDS,
      execute: [oidc.enableNonRepudiationChecks, ...(isPlain ? [oidc.allowInsecureRequests] : [])],
    });
    return configuration;
  }

  function configuration(): Promise<oidc.Configuration> {
    const nowMs = monotonicMs();
    if (known !== null && nowMs - known.atMs < CONFIGURATION_MS) return known.configuration;
    const asked = { configuration: discover().catch((err) => Promise.reject(asOidcError(err))), atMs: nowMs };
    asked.configuration.catch(() => {
      if (known === asked) known = null; // the next one asks again
    });
    known = asked;
    return asked.configuration;
  }

  return {
    provider,
    async authorizationUrl({ nonce, codeVerifier }, state, redirectUri, again) {
      const url = oidc.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: provider.scopes,
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...(again ? { prompt: 'login', max_age: '0' } : {}),
      });
      return url.href;
    },
    async finish(returned, { nonce, codeVerifier }, state, again) {
      const at = await configuration();
      try {
        const tokens = await oidc.authorizationCodeGrant(at, returned, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          idTokenExpected: true,
          ...(again ? { maxAge: FRESH_SECONDS } : {}),
        });
        const claims = tokens.claims() as Claims;
        const { email, groups } = provider.claims;
        const isComplete = [email, groups, 'email_verified'].every((claim) => Object.hasOwn(claims, claim));
        const canAsk = at.serverMetadata().userinfo_endpoint !== undefined && !isComplete;
        const info = canAsk ? await oidc.fetchUserInfo(at, tokens.access_token, String(claims.sub)) : {};
        return { claims: { ...info, ...claims }, idToken: tokens.id_token ?? '' };
      } catch (err) {
        throw asOidcError(err);
      }
    },
    async endSessionUrl(idToken, afterwards) {
      const at = await configuration();
      if (at.serverMetadata().end_session_endpoint === undefined) return null;
      return oidc.buildEndSessionUrl(at, { id_token_hint: idToken, post_logout_redirect_uri: afterwards }).href;
    },
  };
}

/** Ours among the causes, or what the library's error means. */
function asOidcError(err: unknown): OidcError {
  for (let at: unknown = err; at instanceof Error; at = at.cause) if (at instanceof OidcError) return at;
  const message = err instanceof Error ? err.message : String(err);
  if (err instanceof oidc.AuthorizationResponseError) return new OidcError('refused', `${err.error}: ${message}`, { cause: err });
  return new OidcError('failed', message, { cause: err });
}
