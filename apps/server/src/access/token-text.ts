import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const SERVICE_PREFIX = 'glsa_';

const checksum = (secret: string): string => crc32(secret).toString(16).padStart(8, '0');

/** A token of a service account: `glsa_`, 32 characters, and a checksum that secret scanners know (access.md 9). */
export function newServiceToken(): string {
  const secret = Array.from({ length: 32 }, () => BASE62[randomInt(BASE62.length)]).join('');
  return `${SERVICE_PREFIX}${secret}_${checksum(secret)}`;
}

/** Whether a text has the form of a token that Tocsin or Grafana gave to a service account. */
export function isServiceToken(text: string): boolean {
  return /^glsa_[0-9A-Za-z]{32}_[0-9a-f]{8}$/.test(text);
}

/** The part of a token that finds its row: eight characters that differ from token to token. */
export const tokenKey = (text: string): string =>
  text.startsWith(SERVICE_PREFIX) ? text.slice(SERVICE_PREFIX.length, SERVICE_PREFIX.length + 8) : text.slice(0, 8);

const LEAST_BITS = 96;

/**
 * Whether a text that is to be adopted as a token is hard to guess: 32 to 512 characters that may stand in a header, with as much
 * variety as 24 random hex digits have. Sequences that repeat count once.
 */
export function isAdoptable(text: string): boolean {
  if (!/^[\x21-\x7e]{32,512}$/.test(text)) return false;
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const perCharacter = [...counts.values()].reduce(
    (bits, count) => bits - (count / text.length) * Math.log2(count / text.length),
    0,
  );
  return !/^(.{1,16})\1+$/.test(text) && perCharacter * text.length >= LEAST_BITS;
}
