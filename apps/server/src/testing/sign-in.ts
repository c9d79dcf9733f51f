import { createSessionCookie, endSessions, type SessionMethod, startSession } from '../access/index.ts';
import type { Clock } from '../platform/clock.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import type { Db } from '../platform/db/database.ts';
import type { Http } from '../platform/http/index.ts';
import { type Answer, asAnswer } from './answer.ts';

/** A person in a browser. */
export interface SignedIn {
  /** For the `Cookie` header: `name=value`. As the last answer to `send` has set it. */
  readonly cookie: string;
  readonly cookieName: string;
  /** The cookie's value at first, for a test's browser. */
  readonly token: string;
  readonly csrf: string;
  readonly sessionId: string;
  /** Sends a request as the web UI does: cookie, CSRF token, same origin. */
  send(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown, headers?: Headers): Promise<Answer>;
  end(): Promise<void>;
}

type Headers = Readonly<Record<string, string>>;
type World = { readonly db: Db; readonly clock: Clock; readonly app: Http; readonly baseUrl: string };

/** Begins a session for a person, as a sign-in would, without their password. */
export async function signIn(
  { db, clock, app, baseUrl }: World,
  user: { readonly id: string; readonly org: string },
  how: { readonly method?: SessionMethod; readonly secondFactor?: boolean } = {},
): Promise<SignedIn> {
  const { method = 'password', secondFactor = false } = how;
  const origin = { ip: '127.0.0.1', userAgent: 'test' };
  const { token, session } = await inTransaction(db, (tx) =>
    startSession(tx, { org: user.org, userId: user.id, method, secondFactor, origin }, clock.now()),
  );
  const { name } = createSessionCookie({ baseUrl, domain: null });
  let cookie = `${name}=${token}`;
  return {
    get cookie() {
      return cookie;
    },
    cookieName: name,
    token,
    csrf: session.csrfToken,
    sessionId: session.id,
    async send(verb, path, body, headers = {}) {
      const answer = await app.inject({
        method: verb,
        url: path.startsWith('/') ? path : `/api/v1/${path}`,
        headers: {
          cookie,
          'x-csrf-token': session.csrfToken,
          'sec-fetch-site': 'same-origin',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const set = answer.cookies.find((each) => each.name === name);
      if (set !== undefined) cookie = `${name}=${set.value}`;
      return asAnswer(answer);
    },
    end: () => inTransaction(db, (tx) => endSessions(tx, user.org, user.id, { only: session.id })).then(() => undefined),
  };
}
