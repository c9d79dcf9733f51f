import { randomBytes, scrypt } from 'node:crypto';
import { constantTimeEqual } from '../platform/secrets.ts';

// access.md 7.2: N = 2^15, r = 8, p = 1. The parameters stand in the hash, so that they may change.
const COST = 2 ** 15;
const BLOCK_SIZE = 8;
const PARALLELIZATION = 1;
const KEY_BYTES = 32;
const MAX_MEMORY = 128 * 1024 * 1024;

const derive = (password: string, salt: Buffer, N: number, r: number, p: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { N, r, p, maxmem: MAX_MEMORY }, (err, key) =>
      err === null ? resolve(key) : reject(err),
    );
  });

/** `scrypt$N$r$p$salt$key`, the last two in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST, BLOCK_SIZE, PARALLELIZATION);
  return ['scrypt', COST, BLOCK_SIZE, PARALLELIZATION, salt.toString('base64'), key.toString('base64')].join('$');
}

/** Whether a password is the one that was hashed. Takes as long for a missing hash, so that time does not tell who has one. */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const [scheme, N, r, p, salt, key] = (hash ?? '').split('$');
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) {
    await derive(password, randomBytes(16), COST, BLOCK_SIZE, PARALLELIZATION);
    return false;
  }
  const derived = await derive(password, Buffer.from(salt, 'base64'), Number(N), Number(r), Number(p));
  return constantTimeEqual(derived, Buffer.from(key, 'base64'));
}

/** A password to be used once and then changed: 20 characters that are not mistaken for one another, about 100 bits. */
export function newOneTimePassword(): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789-';
  return Array.from(randomBytes(20), (byte) => alphabet[byte % alphabet.length]).join('');
}
