import { hash } from 'node:crypto';
import { Lru } from '../platform/lru.ts';
import type { Hub } from '../platform/notify.ts';
import {
  type Authentication,
  authenticate,
  type Credentials,
  type KnownToken,
  readToken,
  type TokenDeps,
} from './authenticate.ts';

/** Longest time that a change of rights or a revocation may go unnoticed, should its announcement be lost (access.md 8: five seconds). */
const KNOWN_FOR_MS = 4_000;
const MAX_TOKENS = 10_000;

export interface TokenMemory {
  authenticate(credentials: Credentials): Promise<Authentication>;
  /** Makes the next requests of an organization ask the database, at once. */
  forget(org: string): void;
}

/**
 * Authenticates tokens from memory. What a token may do is read again every few seconds, and at once when the database announces a
 * change of rights in its organization. Unknown tokens are looked up each time.
 */
export function createTokenMemory({ db, clock, hub, onNewAddress }: TokenDeps & { readonly hub: Hub | null }): TokenMemory {
  const known = new Lru<string, { token: KnownToken; readAtMs: number; change: number }>(MAX_TOKENS, MAX_TOKENS);
  const underWay = new Map<string, Promise<KnownToken | null>>();
  const changedAt = new Map<string, number>();
  let changes = 0;
  let allChangedAt = 0;

  const forget = (org: string) => {
    changes += 1;
    changedAt.set(org, changes);
  };
  const forgetAll = () => {
    changes += 1;
    allChangedAt = changes;
    changedAt.clear();
  };
  hub?.listen('access_changed', forget, { onGap: forgetAll });

  const isCurrent = (org: string, change: number) => change >= allChangedAt && change >= (changedAt.get(org) ?? 0);

  async function load(key: string, text: string): Promise<KnownToken | null> {
    const change = changes;
    const token = await readToken(db, text);
    if (token !== null) known.set(key, { token, readAtMs: clock.monotonicMs(), change }, 1);
    return token;
  }

  function read(text: string): KnownToken | Promise<KnownToken | null> {
    const key = hash('sha256', text, 'base64');
    const entry = known.get(key);
    if (
      entry !== undefined &&
      clock.monotonicMs() - entry.readAtMs < KNOWN_FOR_MS &&
      isCurrent(entry.token.caller.org, entry.change)
    ) {
      return entry.token;
    }
    // Callers that came before a change may share a look-up; who comes after it starts another.
    const lookUp = `${key} ${changes}`;
    const running = underWay.get(lookUp);
    if (running !== undefined) return running;
    const started = load(key, text).finally(() => underWay.delete(lookUp));
    underWay.set(lookUp, started);
    return started;
  }

  return { authenticate: (credentials) => authenticate({ db, clock, onNewAddress }, credentials, read), forget };
}
