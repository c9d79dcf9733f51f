import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** Sealed under the key that is derived from SECRET_KEY. */
const DERIVED = 1;
/** Sealed under a key of the key ring, whose id follows. */
const NAMED = 2;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

export class SecretError extends Error {
  override readonly name = 'SecretError';
  readonly code = 'SECRET_UNREADABLE';
}

/** A key for secrets at rest: an id of 1 to 50 characters, and 32 bytes. */
export type EncryptionKey = { readonly id: string; readonly key: Buffer };

/** Keeps secrets readable for this installation only. */
export interface SecretBox {
  /** @param purpose where the secret belongs, such as `webhook.password:WH123`; it must be the same on opening */
  seal(plaintext: string, purpose: string): Buffer;
  /** @throws SecretError when it was sealed under another key or for another purpose, or was changed */
  open(sealed: Buffer, purpose: string): string;
  /** What everything begins with that is sealed now. */
  readonly prefix: Buffer;
}

/**
 * AES-256-GCM. The first key seals and all of them open; without any, and for what was sealed before there were any, the key is derived from
 * `SECRET_KEY`. Layout: version, for a key of the ring its id's length and id, nonce, tag, ciphertext.
 */
export function createSecretBox(secretKey: string, keys: readonly EncryptionKey[] = []): SecretBox {
  const derived = Buffer.from(hkdfSync('sha256', secretKey, 'tocsin', 'stored secrets', KEY_BYTES));
  const prefixOf = ({ id }: EncryptionKey) => Buffer.concat([Buffer.of(NAMED, Buffer.byteLength(id)), Buffer.from(id)]);
  const [first] = keys;
  const current =
    first === undefined ? { key: derived, prefix: Buffer.of(DERIVED) } : { key: first.key, prefix: prefixOf(first) };

  /** The key that a sealed secret names, and what follows the name. */
  function keyOf(sealed: Buffer, purpose: string): { key: Buffer; rest: Buffer } {
    if (sealed[0] === DERIVED) return { key: derived, rest: sealed.subarray(1) };
    if (sealed[0] !== NAMED) throw new SecretError(`A secret for ${purpose} has an unknown form`);
    const end = 2 + (sealed[1] ?? 0);
    const found = keys.find((candidate) => prefixOf(candidate).equals(sealed.subarray(0, end)));
    if (found !== undefined) return { key: found.key, rest: sealed.subarray(end) };
    const name = JSON.stringify(sealed.subarray(2, end).toString());
    throw new SecretError(`A secret for ${purpose} was sealed under the key ${name}, which TOCSIN_ENCRYPTION_KEYS does not hold`);
  }

  return {
    prefix: current.prefix,
    seal(plaintext, purpose) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current.key, nonce).setAAD(Buffer.from(purpose));
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return Buffer.concat([current.prefix, nonce, cipher.getAuthTag(), ciphertext]);
    },
    open(sealed, purpose) {
      const { key, rest } = keyOf(sealed, purpose);
      if (rest.length < NONCE_BYTES + TAG_BYTES) throw new SecretError(`A secret for ${purpose} has an unknown form`);
      const nonce = rest.subarray(0, NONCE_BYTES);
      const tag = rest.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(purpose)).setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(rest.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
      } catch (err) {
        throw new SecretError(`A secret for ${purpose} does not open with this SECRET_KEY`, { cause: err });
      }
    },
  };
}

/** A token of 64 hex characters. */
export const newToken = (): string => randomBytes(32).toString('hex');

/**
 * What is stored of a token: the SHA-512 of its bytes (of the hex digits' bytes, where it is hex), as OnCall's database has it, so that
 * imported tokens keep working. Tokens are random, so that no slow hash is needed.
 */
export const hashToken = (token: string): Buffer =>
  createHash('sha512')
    .update(/^(?:[0-9a-f]{2})+$/i.test(token) ? Buffer.from(token, 'hex') : token)
    .digest();

/** The part of a token that finds its row. */
export const tokenKey = (token: string): string => token.slice(0, 8);

/** Compares in a time that tells nothing about where the two differ. */
export const constantTimeEqual = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
