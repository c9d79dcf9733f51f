import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db/database.ts';
import { findUserByLogin, passwordHashOf, type User, verifyPassword } from '../../users/index.ts';
import type { SecondProof, SecondStep } from '../second-factors/second-step.ts';
import { readPolicy } from '../sessions/policy.ts';
import { ACCOUNT_LIMIT, ADDRESS_LIMIT, accountKey, addressKey, forgive, refund, takeAttempt } from './throttle.ts';

export type PasswordSignIn =
  | { readonly ok: true; readonly user: User; readonly secondFactor: boolean }
  | { readonly ok: false; readonly reason: 'bad_credentials'; readonly user: User | null }
  | { readonly ok: false; readonly reason: 'password_sign_in_disabled' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterSeconds: number }
  | {
      readonly ok: false;
      /** `…_wrong`: something came along, and it was not right. */
      readonly reason: 'second_factor_required' | 'second_factor_wrong';
      readonly user: User;
      readonly factors: readonly string[];
    };

export interface PasswordAttempt {
  readonly org: string;
  /** Username or e-mail address. */
  readonly login: string;
  readonly password: string;
  readonly second: SecondProof;
  readonly ip: string;
}

export interface SignInDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly secondStep: SecondStep;
}

/**
 * Whether name, password and second factor belong to somebody who may sign in. An unknown name and a wrong password take the same
 * time and get the same answer; failures are counted over all processes (access.md 7.2).
 */
export async function signInWithPassword(deps: SignInDeps, attempt: PasswordAttempt): Promise<PasswordSignIn> {
  const { db, secondStep } = deps;
  const { org, login } = attempt;
  if (!(await readPolicy(db, org)).passwordSignIn) return { ok: false, reason: 'password_sign_in_disabled' };
  const user = await findUserByLogin(db, org, login.trim());
  const account = accountKey(org, user?.id ?? login);
  const address = addressKey(attempt.ip);
  const now = deps.clock.now();
  const addressWait = await takeAttempt(db, address, ADDRESS_LIMIT, now);
  if (addressWait !== null) return { ok: false, reason: 'throttled', retryAfterSeconds: addressWait };
  const accountWait = await takeAttempt(db, account, ACCOUNT_LIMIT, now);
  if (accountWait !== null) {
    await refund(db, address); // nothing was tried
    return { ok: false, reason: 'throttled', retryAfterSeconds: accountWait };
  }
  const hash = user === null ? null : await passwordHashOf(db, org, user.id);
  const isRight = await verifyPassword(attempt.password, hash?.isWelcome === true ? hash.passwordHash : null);
  if (!isRight || user === null) return { ok: false, reason: 'bad_credentials', user };
  const factors = await secondStep.factorsOf(org, user.id);
  if (factors.length > 0) {
    const proved = await secondStep.check(org, user.id, attempt.second);
    if (proved === false) return { ok: false, reason: 'second_factor_wrong', user, factors };
    if (proved === null) {
      await refund(db, account);
      await refund(db, address);
      return { ok: false, reason: 'second_factor_required', user, factors };
    }
  }
  await forgive(db, account);
  await refund(db, address);
  return { ok: true, user, secondFactor: factors.length > 0 };
}
