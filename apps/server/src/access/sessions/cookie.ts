/** The session cookie of an installation (access.md 7.3). */
export interface SessionCookie {
  readonly name: string;
  /** `Set-Cookie` that keeps a token; without a lifetime the browser forgets it when it closes. */
  set(token: string, maxAgeSeconds: number | null): string;
  /** `Set-Cookie` that makes the browser forget it. */
  clear(): string;
  /** The token in a `Cookie` header; null when there is none. */
  read(header: string | undefined): string | null;
}

const NAME = 'tocsin_session';
const LONGEST_TOKEN = 200;

/** @param options.domain as `SESSION_COOKIE_DOMAIN` says; without it the browser keeps the cookie for this host alone */
export function createSessionCookie(options: { readonly baseUrl: string; readonly domain: string | null }): SessionCookie {
  const isSecure = options.baseUrl.startsWith('https:');
  const name = isSecure && options.domain === null ? `__Host-${NAME}` : NAME;
  const attributes = [
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    ...(isSecure ? ['Secure'] : []),
    ...(options.domain === null ? [] : [`Domain=${options.domain}`]),
  ].join('; ');
  return {
    name,
    set: (token, maxAgeSeconds) => `${name}=${token}; ${attributes}${maxAgeSeconds === null ? '' : `; Max-Age=${maxAgeSeconds}`}`,
    clear: () => `${name}=; ${attributes}; Max-Age=0`,
    read: (header) => {
      const value = readCookie(header, name);
      return value === null || value === '' || value.length > LONGEST_TOKEN ? null : value;
    },
  };
}

/** The first cookie of a name in a `Cookie` header. */
export function readCookie(header: string | undefined, name: string): string | null {
  for (const part of (header ?? '').split(';')) {
    const [key = '', ...value] = part.split('=');
    if (key.trim() === name) return value.join('=').trim();
  }
  return null;
}
