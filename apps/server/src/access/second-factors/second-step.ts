import type { Clock } from '../../platform/clock.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import type { SecretBox } from '../../platform/secrets.ts';
import { listPasskeys, removePasskeys } from './passkey-store.ts';
import { type Asked, askForPasskey, checkPasskey, type PasskeySite } from './passkeys.ts';
import { countRecoveryCodes, removeRecoveryCodes, useRecoveryCode } from './recovery-codes.ts';
import { readTotp, removeTotp, useTotp } from './totp.ts';

export type Factor = 'totp' | 'passkey' | 'recovery_code';

/** What came along with the password. */
export interface SecondProof {
  /** Six digits of an app, or a recovery code. */
  readonly totp: string | null;
  /** A browser's answer: `challenge_id` and `response`. */
  readonly passkey: unknown;
}

/** The second step of signing in by password. */
export interface SecondStep {
  /** The second factors a person has; none when they need none. */
  factorsOf(org: string, userId: string): Promise<readonly Factor[]>;
  /** Whether what came along proves one of them, which spends it; null when nothing came along. */
  check(org: string, userId: string, given: SecondProof): Promise<boolean | null>;
  /** What a browser is to be given to answer with a passkey; null when the person has none. */
  ask(org: string, userId: string): Promise<Asked<unknown> | null>;
}

export interface SecondStepDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly secrets: SecretBox;
  readonly site: PasskeySite;
}

export function createSecondStep({ db, clock, secrets, site }: SecondStepDeps): SecondStep {
  return {
    async factorsOf(org, userId) {
      const [totp, passkeys, codes] = await Promise.all([
        readTotp(db, org, userId),
        listPasskeys(db, org, userId),
        countRecoveryCodes(db, org, userId),
      ]);
      const factors: Factor[] = [];
      if (totp?.isConfirmed) factors.push('totp');
      if (passkeys.length > 0) factors.push('passkey');
      if (factors.length > 0 && codes > 0) factors.push('recovery_code');
      return factors;
    },
    async check(org, userId, { totp, passkey }) {
      const now = clock.now();
      if (totp !== null) {
        const code = totp.replace(/\s/g, '');
        return /^\d{6}$/.test(code)
          ? useTotp(db, secrets, { org, userId }, code, now)
          : useRecoveryCode(db, org, userId, code, now);
      }
      if (passkey === null || passkey === undefined) return null;
      return (await checkPasskey(db, site, passkey, { org, userId }, now)) !== null;
    },
    async ask(org, userId) {
      const passkeys = await listPasskeys(db, org, userId);
      return passkeys.length === 0 ? null : askForPasskey(db, site, { org, userId }, clock.now());
    },
  };
}

/** Forgets every second factor of a person. @returns false when there was none */
export async function removeSecondFactors(tx: Tx, org: string, userId: string): Promise<boolean> {
  const hadTotp = await removeTotp(tx, org, userId);
  const passkeys = await removePasskeys(tx, org, userId);
  await removeRecoveryCodes(tx, org, userId);
  return hadTotp || passkeys > 0;
}
