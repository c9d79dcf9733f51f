import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration } from 'oidc-provider';

/** A person as a provider knows them. */
export type ProviderAccount = { sub: string } & Record<string, unknown>;

export interface TestOidcProvider extends AsyncDisposable {
  readonly issuer: string;
  /** Who signs in next; null: the person says no. */
  account: ProviderAccount | null;
  /** Sets what a client may come back to; before the first sign-in. */
  readonly client: { readonly id: string; readonly secret: string };
  /** How often people were asked to sign in. */
  logins: number;
}

/** A real provider of OpenID Connect on loopback, at which whoever comes is signed in as the account that the test names. */
export async function startOidcProvider(
  redirectUris: readonly string[],
  signOutUris: readonly string[] = [],
): Promise<TestOidcProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const accounts = new Map<string, ProviderAccount>();
  const test: TestOidcProvider = {
    issuer,
    account: null,
    client: { id: 'tocsin', secret: 'a secret of the client, long enough' },
    logins: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const configuration: Configuration = {
    clients: [
      {
        client_id: test.client.id,
        client_secret: test.client.secret,
        redirect_uris: [...redirectUris],
        post_logout_redirect_uris: [...signOutUris],
      },
    ],
    claims: {
      openid: ['sub', 'amr', 'auth_time'],
      email: ['email', 'email_verified'],
      profile: ['name', 'preferred_username', 'picture'],
      groups: ['groups'],
    },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'k1' }] },
    ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    cookies: { keys: ['a key of the cookies'] },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    pkce: { required: () => true },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => accounts.get(id) ?? { sub: id } }),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    async loadExistingGrant(ctx) {
      const { client, session } = ctx.oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid email profile groups');
      await grant.save();
      return grant;
    },
  };
  const provider = new Provider(issuer, configuration);
  const callback = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void callback(request, response);
    const { account } = test;
    test.logins += 1;
    if (account !== null) accounts.set(account.sub, account);
    const result =
      account === null
        ? { error: 'access_denied', error_description: 'the person said no' }
        : { login: { accountId: account.sub, ...(Array.isArray(account.amr) ? { amr: account.amr as string[] } : {}) } };
    provider.interactionFinished(request, response, result).catch((err: unknown) => response.destroy(err as Error));
  });
  return test;
}

/** Follows redirects as a browser does, with a cookie jar for each host. */
export class TestBrowser {
  readonly #jars = new Map<string, Map<string, string>>();

  cookie(url: string, name: string): string | undefined {
    return this.#jars.get(new URL(url).host)?.get(name);
  }

  setCookie(url: string, name: string, value: string): void {
    this.#jar(url).set(name, value);
  }

  /** Forgets what a host has set. */
  forget(url: string): void {
    this.#jars.delete(new URL(url).host);
  }

  #jar(url: string): Map<string, string> {
    const { host } = new URL(url);
    const jar = this.#jars.get(host) ?? new Map<string, string>();
    this.#jars.set(host, jar);
    return jar;
  }

  /** Opens one address without following it. */
  async visit(url: string, headers: Record<string, string> = {}): Promise<Response> {
    const jar = this.#jar(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { ...(cookie === '' ? {} : { cookie }), accept: 'text/html', ...headers },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      const isGone = attributes.some((attribute) => /^\s*(max-age=0|expires=Thu, 01 Jan 1970)/i.test(attribute));
      if (isGone) jar.delete(name);
      else jar.set(name, value.join('='));
    }
    return answer;
  }

  /** Opens an address and goes where it sends, until a page comes. @returns the page and where it was */
  async open(url: string): Promise<{ answer: Response; at: string; trail: string[] }> {
    let at = url;
    const trail = [url];
    for (let hops = 0; hops < 20; hops += 1) {
      const answer = await this.visit(at);
      const next = answer.headers.get('location');
      if (answer.status < 300 || answer.status >= 400 || next === null) return { answer, at, trail };
      await answer.arrayBuffer();
      at = new URL(next, at).href;
      trail.push(at);
    }
    throw new Error(`too many redirects: ${trail.join(' ')}`);
  }
}
