import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class SecretError extends Error {
  override readonly name = 'SecretError';
  readonly code = 'SECRET_UNREADABLE';
}

/** Keeps secrets readable for this installation only. */
export interface SecretBox {
  /** @param purpose where the secret belongs, such as `webhook.password:WH123`; it must be the same on opening */
  seal(plaintext: string, purpose: string): Buffer;
  /** @throws SecretError when it was sealed under another key or for another purpose, or was changed */
  open(sealed: Buffer, purpose: string): string;
}

/** AES-256-GCM under a key derived from `SECRET_KEY`. Layout: version, nonce, tag, ciphertext. */
export function createSecretBox(secretKey: string): SecretBox {
  const key = Buffer.from(hkdfSync('sha256', secretKey, 'tocsin', 'stored secrets', 32));
  return {
    seal(plaintext, purpose) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), ciphertext]);
    },
    open(sealed, purpose) {
      if (sealed[0] !== VERSION || sealed.length < 1 + NONCE_BYTES + TAG_BYTES) {
        throw new SecretError(`A secret for ${purpose} has an unknown form`);
      }
      const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
      const tag = sealed.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(purpose)).setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(sealed.subarray(1 + NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
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
