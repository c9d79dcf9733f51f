import { cancelEmailChange, requestEmailChange } from '../../../access/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { findUserByLogin, type Profile } from '../../../users/index.ts';
import type { AuthContext } from '../auth/auth-context.ts';
import { PROFILE_UNIQUES } from './profile-fields.ts';

export interface EmailDeps {
  readonly clock: Clock;
  readonly auth: { readonly mail: AuthContext['mail'] };
}

/**
 * The address that a person has from now on. One that can be written to becomes theirs when its owner has confirmed it, so that nobody
 * signs in by, or is paged at, an address that is not their own. Without a mail server, and for those who have yet to claim their
 * account, it changes at once.
 */
export async function changeEmail(
  tx: Tx,
  { clock, auth }: EmailDeps,
  org: string,
  profile: Profile,
  wanted: string,
): Promise<string> {
  const { id, email, state } = profile;
  await cancelEmailChange(tx, org, id);
  if (!auth.mail.isOn() || state !== 'active' || wanted.toLowerCase() === email.toLowerCase()) return wanted;
  if ((await findUserByLogin(tx, org, wanted)) !== null) throw PROFILE_UNIQUES.users_email_key;
  const now = clock.now();
  await requestEmailChange(tx, org, id, wanted, now);
  for (const kind of ['email_confirmation', 'email_changing'] as const)
    await auth.mail.add(tx, { kind, organizationId: org, id, requestedAt: now.toISOString() });
  return email;
}
