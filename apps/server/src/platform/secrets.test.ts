import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { constantTimeEqual, createSecretBox, type EncryptionKey, hashToken, newToken, SecretError, tokenKey } from './secrets.ts';

const box = createSecretBox('a secret key of this installation');

test('a secret opens again, and never looks the same twice', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (plaintext, purpose) => {
      const sealed = box.seal(plaintext, purpose);
      expect(box.open(sealed, purpose)).toBe(plaintext);
      expect(box.seal(plaintext, purpose).equals(sealed)).toBe(false);
    }),
  );
});

test('a secret opens only whole, for its purpose and under its key', () => {
  const sealed = box.seal('hunter2', 'webhook:WH1');
  expect(() => box.open(sealed, 'webhook:WH2')).toThrow(SecretError);
  expect(() => createSecretBox('another secret key').open(sealed, 'webhook:WH1')).toThrow('does not open with this SECRET_KEY');
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => box.open(changed, 'webhook:WH1'), `byte ${at}`).toThrow(SecretError);
    expect(() => box.open(sealed.subarray(0, at), 'webhook:WH1'), `cut at ${at}`).toThrow(SecretError);
  }
});

test('the first key seals, all keys open, and a key that is gone is named', () => {
  const ring = [1, 2].map((id) => ({ id: `k${id}`, key: randomBytes(32) }));
  const [one, two] = ring as [EncryptionKey, EncryptionKey];
  const withOne = createSecretBox('a secret key of this installation', [one]);
  const before = [box.seal('derived', 'p'), withOne.seal('one', 'p')];
  const withBoth = createSecretBox('a secret key of this installation', [two, one]);
  expect(before.map((sealed) => withBoth.open(sealed, 'p'))).toEqual(['derived', 'one']);
  const now = withBoth.seal('two', 'p');
  expect(now.subarray(0, 4)).toEqual(withBoth.prefix);
  expect(() => withOne.open(now, 'p')).toThrow('sealed under the key "k2"');
  expect(() => withBoth.open(now, 'q')).toThrow(SecretError);
});

test('a token is 64 hex characters, found by eight of them', () => {
  const token = newToken();
  expect(token).toMatch(/^[0-9a-f]{64}$/);
  expect(tokenKey(token)).toBe(token.slice(0, 8));
  expect(constantTimeEqual(hashToken(token), hashToken(token))).toBe(true);
  expect(constantTimeEqual(hashToken(token), hashToken(newToken()))).toBe(false);
  expect(constantTimeEqual(hashToken(token), Buffer.alloc(1))).toBe(false);
});
