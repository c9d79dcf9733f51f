import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { constantTimeEqual } from '../../platform/secrets.ts';

/** How a sender signs its bodies. */
export type HmacRule = {
  /** Name of the header that carries the signature. */
  readonly header: string;
  readonly algorithm: 'sha1' | 'sha256' | 'sha512';
  readonly encoding: 'hex' | 'base64';
  /** What stands before the signature in the header, such as `sha256=`. */
  readonly prefix: string;
  /** What is signed: a text with `{body}` and, where there is a timestamp, `{timestamp}`. */
  readonly signedText: string;
  /** Header with the time of sending in seconds since 1970; null: there is none. */
  readonly timestampHeader: string | null;
  /** How far the time of sending may be from now, in seconds. */
  readonly toleranceSeconds: number;
};

type LiveSecret = { readonly id: string; readonly secret: Buffer };

/** What requests of an integration must bring beside its key, ready to be checked. */
export type Guard = {
  readonly hmac: (HmacRule & { readonly secrets: readonly LiveSecret[] }) | null;
  readonly authorization: {
    readonly kind: 'bearer' | 'basic';
    readonly username: string;
    readonly secrets: readonly LiveSecret[];
  } | null;
  /** Null: from anywhere. */
  readonly addresses: BlockList | null;
  /** Topics of Amazon SNS; empty: all. */
  readonly topics: ReadonlySet<string>;
};

/** `used`: the secret that fitted, null where none was asked for. */
export type Verdict = { readonly ok: true; readonly used: string | null } | { readonly ok: false; readonly reason: string };

const pass = (used: string | null = null): Verdict => ({ ok: true, used });
const refuse = (reason: string): Verdict => ({ ok: false, reason });

/** What can be said before the body is read: where the request comes from, and its credentials. */
export function checkSender(guard: Guard, headers: IncomingHttpHeaders, clientIp: () => string): Verdict {
  if (guard.addresses !== null) {
    const address = clientIp();
    if (!contains(guard.addresses, address)) return refuse(`address ${address} is not allowed`);
  }
  return guard.authorization === null ? pass() : checkAuthorization(guard.authorization, headers.authorization);
}

function checkAuthorization(
  { kind, username, secrets }: NonNullable<Guard['authorization']>,
  header: string | undefined,
): Verdict {
  if (header === undefined) return refuse('the Authorization header is missing');
  const [, scheme = '', value = ''] = /^(\S+)\s+(.*)$/.exec(header.trim()) ?? [];
  if (scheme.toLowerCase() !== kind) return refuse(`the Authorization header is not of the ${kind} scheme`);
  const given = kind === 'bearer' ? Buffer.from(value) : Buffer.from(value, 'base64');
  for (const { id, secret } of secrets) {
    const expected = kind === 'bearer' ? secret : Buffer.concat([Buffer.from(`${username}:`), secret]);
    if (constantTimeEqual(given, expected)) return pass(id);
  }
  return refuse('the credentials do not fit');
}

/** Whether the body is signed with one of the secrets, and just now where the signature covers a time. */
export function checkSignature(guard: Guard, headers: IncomingHttpHeaders, body: Buffer, now: Date): Verdict {
  const { hmac } = guard;
  if (hmac === null) return pass();
  const header = textOf(headers[hmac.header.toLowerCase()]);
  if (header === null) return refuse(`the ${hmac.header} header is missing`);
  const timestamp = hmac.timestampHeader === null ? '' : textOf(headers[hmac.timestampHeader.toLowerCase()]);
  if (timestamp === null) return refuse(`the ${hmac.timestampHeader} header is missing`);
  if (hmac.timestampHeader !== null) {
    if (!/^\d{1,12}(\.\d+)?$/.test(timestamp)) return refuse('the timestamp is not a number of seconds');
    if (Math.abs(now.getTime() / 1_000 - Number(timestamp)) > hmac.toleranceSeconds)
      return refuse('the timestamp is too far from now');
  }
  const signatures = header
    .split(/[,\s]+/)
    .filter((part) => part.startsWith(hmac.prefix))
    .map((part) => Buffer.from(part.slice(hmac.prefix.length), hmac.encoding));
  for (const { id, secret } of hmac.secrets) {
    const expected = sign(hmac, secret, timestamp, body);
    if (signatures.some((signature) => constantTimeEqual(signature, expected))) return pass(id);
  }
  return refuse('the signature does not fit');
}

function sign({ algorithm, signedText }: HmacRule, secret: Buffer, timestamp: string, body: Buffer): Buffer {
  const hmac = createHmac(algorithm, secret);
  for (const part of signedText.split(/(\{body\}|\{timestamp\})/)) {
    if (part === '{body}') hmac.update(body);
    else hmac.update(part === '{timestamp}' ? timestamp : part);
  }
  return hmac.digest();
}

const textOf = (header: string | string[] | undefined): string | null =>
  Array.isArray(header) ? header.join(',') : (header ?? null);

/** An IPv4 address in IPv6 form counts as what it is. */
function contains(list: BlockList, address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
  const family = isIP(plain);
  return family !== 0 && list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

/** Reads `198.51.100.7`, `10.0.0.0/8`, `2001:db8::/32`; null when it is none of these. */
export function parseNetwork(text: string): { address: string; bits: number; family: 'ipv4' | 'ipv6' } | null {
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0 || address.includes('%')) return null;
  const most = version === 4 ? 32 : 128;
  if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return null;
  const bits = prefix === undefined ? most : Number(prefix);
  return bits > most ? null : { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** Networks as a list to check addresses against; null when there are none. */
export function toAddressList(networks: readonly string[]): BlockList | null {
  if (networks.length === 0) return null;
  const list = new BlockList();
  for (const text of networks) {
    const network = parseNetwork(text);
    if (network === null) throw new Error(`${text} is no network`);
    list.addSubnet(network.address, network.bits, network.family);
  }
  return list;
}
