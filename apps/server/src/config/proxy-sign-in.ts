import { isIP } from 'node:net';
import type { EnvReader } from './env-reader.ts';

/** A reverse proxy that signs people in and says who they are in a header (access.md 7.1). */
export type ProxySignInConfig = {
  /** Holds a username or an e-mail address. */
  header: string;
  emailHeader: string | null;
  nameHeader: string | null;
  /** Addresses and networks of proxies that are believed: `10.0.0.5`, `10.0.0.0/8`. */
  addresses: string[];
  autoProvision: boolean;
  defaultRole: 'admin' | 'editor' | 'viewer' | 'none';
};

const HEADER = /^[A-Za-z0-9-]{1,64}$/;
/** Headers that say something else. */
const TAKEN = new Set(['authorization', 'cookie', 'host', 'origin', 'x-forwarded-for', 'x-csrf-token']);

function readHeader(read: EnvReader, name: string): string | null {
  const header = read.optional(name);
  if (header !== null && (!HEADER.test(header) || TAKEN.has(header.toLowerCase())))
    read.problem(`${name} must be the name of a header such as X-Forwarded-User, got ${JSON.stringify(header)}`);
  return header?.toLowerCase() ?? null;
}

const isNetwork = (entry: string): boolean => {
  const [address = '', bits, ...more] = entry.split('/');
  const family = isIP(address);
  return (
    family !== 0 &&
    more.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)))
  );
};

/** null unless `AUTH_PROXY_HEADER` is set. */
export function readProxySignIn(read: EnvReader): ProxySignInConfig | null {
  const header = readHeader(read, 'AUTH_PROXY_HEADER');
  const addresses = read.list('AUTH_PROXY_ADDRESSES');
  const emailHeader = readHeader(read, 'AUTH_PROXY_EMAIL_HEADER');
  const nameHeader = readHeader(read, 'AUTH_PROXY_NAME_HEADER');
  const autoProvision = read.boolean('AUTH_PROXY_AUTO_PROVISION', false);
  const defaultRole = read.oneOf('AUTH_PROXY_DEFAULT_ROLE', ['admin', 'editor', 'viewer', 'none'], 'viewer');
  if (header === null) return null;
  if (addresses.length === 0) read.problem('AUTH_PROXY_HEADER is set without AUTH_PROXY_ADDRESSES: anybody could name a user');
  for (const entry of addresses)
    if (!isNetwork(entry)) read.problem(`AUTH_PROXY_ADDRESSES: ${entry} is neither an address nor a network`);
  return { header, emailHeader, nameHeader, addresses, autoProvision, defaultRole };
}
