import { sql } from 'kysely';
import type { Tx } from '../../platform/db/database.ts';
import { createUser, findUser, findUserByLogin, type Role, type User } from '../../users/index.ts';
import { nextGrafanaUserId } from '../organizations.ts';
import { acceptOpenInvitation, openInvitationOf } from '../sign-in/accept-invitation.ts';
import { type Invitation, lockPendingInvitation } from '../sign-in/invitations.ts';
import { applyGroups, type GroupChanges } from './apply-groups.ts';
import { lockIdentity, saveIdentity } from './identity-store.ts';
import { isAllowedDomain, mappedRoles, type OidcPerson, type OidcProvider } from './provider.ts';

/** Why a person whom the provider knows is not let in (access.md 7.4). */
export type OidcDenial =
  | 'email_missing'
  | 'email_not_verified'
  | 'domain_not_allowed'
  | 'no_matching_role'
  | 'user_deactivated'
  | 'not_provisioned'
  | 'account_exists'
  | 'identity_taken'
  | 'other_identity'
  | 'unknown_link'
  | 'used_link'
  | 'expired_link';

export type OidcSignIn =
  | {
      readonly ok: true;
      readonly user: User;
      /** How the person came to be known; null when they were. */
      readonly became: 'user_created' | 'claimed' | 'invitation_accepted' | 'linked' | null;
      readonly changes: GroupChanges;
    }
  | { readonly ok: false; readonly reason: OidcDenial; readonly user: User | null };

/** What a person came to the provider for. */
export type OidcPurpose =
  | { readonly kind: 'sign_in' }
  | { readonly kind: 'invitation'; readonly token: string }
  /** Adds the provider to an account of ours, or proves who one is. */
  | { readonly kind: 'link' | 'proof'; readonly userId: string };

const denied = (reason: OidcDenial, user: User | null = null): OidcSignIn => ({ ok: false, reason, user });

/**
 * Finds or makes the user of a person whom a provider vouches for. The account key is issuer and subject; an address only ever finds
 * people who may be claimed, and only when the provider has verified it. When it is denied, the transaction is to be rolled back.
 */
export async function signInOidc(
  tx: Tx,
  org: string,
  provider: OidcProvider,
  person: OidcPerson,
  purpose: OidcPurpose,
  now: Date,
): Promise<OidcSignIn> {
  const lockKey = `oidc ${person.issuer} ${person.subject}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${lockKey}, 0))`.execute(tx);
  const identity = await lockIdentity(tx, org, person.issuer, person.subject);
  const known = identity === null ? null : await findUser(tx, org, identity.userId);
  if (known !== null && !known.isActive) return denied('user_deactivated', known);
  if (!isAllowedDomain(provider.allowedDomains, person.email)) return denied('domain_not_allowed', known);
  if (purpose.kind === 'link' || purpose.kind === 'proof') {
    if (known !== null && known.id !== purpose.userId) return denied('identity_taken', known);
    if (known === null && purpose.kind === 'proof') return denied('other_identity');
  }
  const found: Found =
    known !== null ? { ok: true, user: known, became: null } : await newcomer(tx, org, provider, person, purpose, now);
  if (!found.ok) return found;
  const { user, became } = found;
  const { role } = mappedRoles(provider.roleMap, person.groups);
  const isNew = became === 'user_created';
  if (role === null && provider.defaultRole === null && (isNew || provider.syncOnLogin)) return denied('no_matching_role', user);
  const isSignIn = purpose.kind === 'sign_in';
  const changes =
    isNew || (provider.syncOnLogin && isSignIn)
      ? await applyGroups(tx, user, provider, person.groups, identity?.groups ?? [], now)
      : { role: null, roles: null, teams: null };
  await saveIdentity(tx, org, user.id, provider.name, person, now);
  if (user.avatarUrl === null && person.picture !== null) await setPicture(tx, user, person.picture);
  return { ok: true, user: (await findUser(tx, org, user.id)) ?? user, became, changes };
}

type Found = Extract<OidcSignIn, { ok: false }> | { readonly ok: true; readonly user: User; readonly became: Became };
type Became = Extract<OidcSignIn, { ok: true }>['became'];

/** Somebody whom the provider has not sent before. */
async function newcomer(
  tx: Tx,
  org: string,
  provider: OidcProvider,
  person: OidcPerson,
  purpose: OidcPurpose,
  now: Date,
): Promise<Found> {
  if (purpose.kind === 'link' || purpose.kind === 'proof') {
    const user = await findUser(tx, org, purpose.userId);
    return user === null ? refused('user_deactivated') : { ok: true, user, became: 'linked' };
  }
  if (purpose.kind === 'invitation') {
    const open = await openInvitationOf(tx, purpose.token, now);
    return open.ok ? acceptAs(tx, open.invitation, person, now) : refused(open.reason);
  }
  if (person.email === null) return refused('email_missing');
  if (!person.isEmailVerified) return refused('email_not_verified');
  const invitation = provider.linkByEmail === 'never' ? null : await lockPendingInvitation(tx, org, person.email, now);
  if (invitation !== null) return acceptAs(tx, invitation, person, now);
  const existing = await userWithEmail(tx, org, person.email);
  if (existing !== null) {
    const { user, isClaimed } = existing;
    if (provider.linkByEmail === 'never' || (isClaimed && provider.linkByEmail !== 'always'))
      return { ok: false, reason: 'account_exists', user };
    if (!isClaimed)
      await tx
        .updateTable('users')
        .set({ state: 'active' })
        .where('organization_id', '=', org)
        .where('id', '=', user.id)
        .execute();
    return { ok: true, user, became: isClaimed ? 'linked' : 'claimed' };
  }
  if (!provider.autoProvision) return refused('not_provisioned');
  return provision(tx, org, provider, person, person.email, now);
}

const refused = (reason: OidcDenial): Found => ({ ok: false, reason, user: null });

async function userWithEmail(tx: Tx, org: string, email: string): Promise<{ user: User; isClaimed: boolean } | null> {
  const row = await tx
    .selectFrom('users')
    .select(['id', 'state'])
    .where('organization_id', '=', org)
    .where('is_active', '=', true)
    .where(({ eb, fn }) => eb(fn('lower', ['email']), '=', email.toLowerCase()))
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) return null;
  const user = await findUser(tx, org, row.id);
  return user === null ? null : { user, isClaimed: row.state === 'active' };
}

async function acceptAs(tx: Tx, invitation: Invitation, person: OidcPerson, now: Date): Promise<Found> {
  const claimed = invitation.userId === null ? null : await findUser(tx, invitation.org, invitation.userId);
  const username = claimed?.username ?? (await freeUsername(tx, invitation.org, person.username ?? invitation.email));
  const given = { username, name: person.name, timezone: null, phoneNumber: null, passwordHash: null, origin: 'oidc' as const };
  const accepted = await acceptOpenInvitation(tx, invitation, given, now);
  if (accepted.ok) return { ok: true, user: accepted.user, became: accepted.isClaim ? 'claimed' : 'invitation_accepted' };
  return refused(accepted.reason === 'email_taken' || accepted.reason === 'already_active' ? 'account_exists' : 'expired_link');
}

async function provision(
  tx: Tx,
  org: string,
  provider: OidcProvider,
  person: OidcPerson,
  email: string,
  now: Date,
): Promise<Found> {
  const role: Role | null = mappedRoles(provider.roleMap, person.groups).role ?? provider.defaultRole;
  if (role === null) return refused('no_matching_role');
  const username = await freeUsername(tx, org, person.username ?? email);
  const grafanaId = await nextGrafanaUserId(tx, org);
  const made = await createUser(tx, org, { grafanaId, username, email, name: person.name, role, passwordHash: null }, now);
  if (!made.ok) return refused(made.reason === 'email_taken' ? 'account_exists' : 'email_missing');
  await tx
    .updateTable('users')
    .set({ origin: 'oidc' })
    .where('organization_id', '=', org)
    .where('id', '=', made.user.id)
    .execute();
  return { ok: true, user: made.user, became: 'user_created' };
}

/** A username near the wanted one that nobody has: `ada`, `ada2`, `ada3` … */
async function freeUsername(tx: Tx, org: string, wanted: string): Promise<string> {
  const base = wanted.split('@')[0]?.replace(/\s+/g, '.').slice(0, 90) || 'user';
  for (let number = 1; ; number += 1) {
    const username = number === 1 ? base : `${base}${number}`;
    const taken = await findUserByLogin(tx, org, username);
    if (taken?.username.toLowerCase() !== username.toLowerCase()) return username;
  }
}

async function setPicture(tx: Tx, user: User, picture: string): Promise<void> {
  await tx
    .updateTable('users')
    .set({ avatar_url: picture })
    .where('organization_id', '=', user.org)
    .where('id', '=', user.id)
    .execute();
}
