import { BlockList, isIP } from 'node:net';

/** Addresses that are not of the public Internet. Sources: IANA's special-purpose registries for IPv4 and IPv6. */
const SPECIAL_IPV4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
const SPECIAL_IPV6: readonly [string, number][] = [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23], // Teredo and others carry an IPv4 address that is not looked into
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];
const NAT64 = '64:ff9b::';

/** Which addresses outbound requests may go to. Public ones always may. */
export interface AddressPolicy {
  /** @param host as in the URL, before it is resolved */
  allows(host: string, address: string): boolean;
  /** The same with more allowed. */
  with(entries: readonly string[]): AddressPolicy;
}

/** A policy that lets everything through while `isOpen` says so. */
export const openWhile = (isOpen: () => boolean, policy: AddressPolicy): AddressPolicy => ({
  allows: (host, address) => isOpen() || policy.allows(host, address),
  with: (entries) => openWhile(isOpen, policy.with(entries)),
});

export class AddressPolicyError extends Error {
  override readonly name = 'AddressPolicyError';
  readonly code = 'OUTBOUND_ALLOWED_INVALID';
}

function blockListOf(v4: readonly [string, number][], v6: readonly [string, number][]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of v4) list.addSubnet(address, prefix, 'ipv4');
  for (const [address, prefix] of v6) list.addSubnet(address, prefix, 'ipv6');
  return list;
}

const special = blockListOf(SPECIAL_IPV4, SPECIAL_IPV6);

/** The eight groups of an IPv6 address, which must be valid. */
function groupsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text =
    dotted === null
      ? address
      : `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`;
  const [head = '', tail] = text.split('::');
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  if (tail === undefined) return parse(head);
  const before = parse(head);
  const after = parse(tail);
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** The IPv4 address inside an IPv4-mapped, IPv4-compatible or NAT64 address; otherwise the address itself. */
export function unwrapAddress(address: string): string {
  const bare = address.replace(/%.*$/, '');
  if (isIP(bare) !== 6) return bare;
  const groups = groupsOf(bare);
  const [a = 0, b = 0] = groups.slice(6);
  const leading = groups.slice(0, 6);
  const isMapped =
    leading.slice(0, 5).every((group) => group === 0) && (leading[5] === 0xffff || (leading[5] === 0 && (a !== 0 || b > 1)));
  const isNat64 = groupsOf(NAT64)
    .slice(0, 6)
    .every((group, index) => group === leading[index]);
  return isMapped || isNat64 ? `${a >> 8}.${a & 255}.${b >> 8}.${b & 255}` : bare;
}

const normalizeHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');

type Entry =
  | { kind: 'everything' }
  | { kind: 'host'; host: string }
  | { kind: 'suffix'; suffix: string }
  | { kind: 'net'; list: BlockList };

function parseEntry(text: string): Entry {
  const entry = normalizeHost(text.trim());
  if (entry === '*') return { kind: 'everything' };
  const [address = '', prefix] = entry.split('/');
  const family = isIP(address);
  if (family !== 0) {
    const bits = prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix);
    if (!Number.isInteger(bits) || bits < 0 || bits > (family === 4 ? 32 : 128))
      throw new AddressPolicyError(`${text}: not a network`);
    return { kind: 'net', list: family === 4 ? blockListOf([[address, bits]], []) : blockListOf([], [[address, bits]]) };
  }
  if (!/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(entry))
    throw new AddressPolicyError(`${text}: not a host name, an address or a network`);
  return entry.startsWith('*.') ? { kind: 'suffix', suffix: entry.slice(1) } : { kind: 'host', host: entry };
}

const isIn = (list: BlockList, address: string): boolean => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * Public addresses, and those that entries allow: a host name (whatever it resolves to), `*.` and a domain (the hosts below it),
 * an address, a network such as `10.2.0.0/16`, or `*` for everything.
 * @throws AddressPolicyError for an entry that is none of these
 */
export function createAddressPolicy(entries: readonly string[]): AddressPolicy {
  const parsed = entries.map(parseEntry);
  return {
    allows(host, address) {
      const name = normalizeHost(host);
      const plain = unwrapAddress(address);
      if (isIP(plain) === 0) return false;
      if (!isIn(special, plain)) return true;
      return parsed.some((entry) => {
        if (entry.kind === 'everything') return true;
        if (entry.kind === 'host') return entry.host === name;
        return entry.kind === 'suffix' ? name.endsWith(entry.suffix) : isIn(entry.list, plain);
      });
    },
    with: (more) => createAddressPolicy([...entries, ...more]),
  };
}
