import type { Db, Tx } from '../../platform/db/database.ts';

/** What an organization asks of signing in (access.md 7.1, 7.3). */
export interface SignInPolicy {
  readonly passwordSignIn: boolean;
  /** Who must have a second factor. Sign-in by OIDC counts as the provider's matter. */
  readonly secondFactor: 'optional' | 'admins' | 'password_users';
  readonly sessionDays: number;
  readonly sessionIdleDays: number;
}

export const DEFAULT_POLICY: SignInPolicy = {
  passwordSignIn: true,
  secondFactor: 'optional',
  sessionDays: 30,
  sessionIdleDays: 7,
};

export async function readPolicy(db: Db | Tx, org: string): Promise<SignInPolicy> {
  const row = await db
    .selectFrom('sign_in_policy')
    .select([
      'password_sign_in as passwordSignIn',
      'second_factor as secondFactor',
      'session_days as sessionDays',
      'session_idle_days as sessionIdleDays',
    ])
    .where('organization_id', '=', org)
    .executeTakeFirst();
  return row ?? DEFAULT_POLICY;
}

export async function writePolicy(tx: Tx, org: string, policy: SignInPolicy): Promise<void> {
  const values = {
    password_sign_in: policy.passwordSignIn,
    second_factor: policy.secondFactor,
    session_days: policy.sessionDays,
    session_idle_days: policy.sessionIdleDays,
  };
  await tx
    .insertInto('sign_in_policy')
    .values({ organization_id: org, ...values })
    .onConflict((oc) => oc.column('organization_id').doUpdateSet(values))
    .execute();
}
