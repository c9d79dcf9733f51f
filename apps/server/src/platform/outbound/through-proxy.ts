import { type LookupAddress, lookup as lookupName } from 'node:dns';
import { isIP } from 'node:net';
import type { AddressPolicy } from './address-policy.ts';

/**
 * Why a host must not be asked for at a proxy, null when it may. The proxy resolves names itself, and may know some that are unknown here:
 * what does not resolve here is left to it.
 */
export async function refusedBehindProxy(
  hostname: string,
  policy: AddressPolicy,
  lookup: typeof lookupName = lookupName,
): Promise<string | null> {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return policy.allows(host, host) ? null : `${host} is an address that Tocsin may not reach`;
  const addresses = await new Promise<LookupAddress[]>((resolve) =>
    lookup(host, { all: true }, (err, found) => resolve(err === null ? found : [])),
  );
  const forbidden = addresses.filter(({ address }) => !policy.allows(host, address));
  return forbidden.length === 0
    ? null
    : `${host} resolves to ${forbidden.map(({ address }) => address).join(', ')}, which Tocsin may not reach`;
}
