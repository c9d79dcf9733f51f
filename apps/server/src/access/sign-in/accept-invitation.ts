import { sql } from 'kysely';
import type { Tx } from '../../platform/db/database.ts';
import { uniqueViolation } from '../../platform/db/unique-violation.ts';
import { createUser, findUser, type User } from '../../users/index.ts';
import { nextGrafanaUserId } from '../organizations.ts';
import { assignRoles, rolesOf } from '../roles/role-store.ts';
import { type Invitation, lockInvitationOf, markAccepted, stateOfInvitation } from './invitations.ts';

export interface Acceptance {
  readonly username: string;
  readonly name: string;
  readonly timezone: string | null;
  readonly phoneNumber: string | null;
  /** Null for people who sign in by a provider. */
  readonly passwordHash: string | null;
  readonly origin: 'local' | 'oidc';
}

export type AcceptResult =
  | { readonly ok: true; readonly user: User; readonly invitation: Invitation; readonly isClaim: boolean }
  | { readonly ok: false; readonly reason: 'unknown_link' | 'used_link' | 'expired_link' }
  | {
      readonly ok: false;
      readonly reason: 'username_taken' | 'email_taken' | 'invalid_username' | 'invalid_email' | 'already_active';
    };

/** The open invitation of a link, or why there is none. Holds its row until the transaction ends. */
export async function openInvitationOf(
  tx: Tx,
  token: string,
  now: Date,
): Promise<
  | { ok: true; invitation: Invitation }
  | { ok: false; reason: 'unknown_link' | 'used_link' | 'expired_link'; invitation: Invitation | null }
> {
  const invitation = await lockInvitationOf(tx, token);
  if (invitation === null) return { ok: false, reason: 'unknown_link', invitation };
  switch (stateOfInvitation(invitation, now)) {
    case 'pending':
      return { ok: true, invitation };
    case 'accepted':
      return { ok: false, reason: 'used_link', invitation };
    default:
      return { ok: false, reason: 'expired_link', invitation };
  }
}

/**
 * Turns an invitation into a user who may sign in. A placeholder keeps its id, and with it shifts and rules. After a `…_taken` the
 * transaction can only be rolled back.
 */
export async function acceptInvitation(tx: Tx, token: string, given: Acceptance, now: Date): Promise<AcceptResult> {
  const open = await openInvitationOf(tx, token, now);
  return open.ok ? acceptOpenInvitation(tx, open.invitation, given, now) : { ok: false, reason: open.reason };
}

/** As `acceptInvitation`, of an invitation that is open and whose row is held. */
export async function acceptOpenInvitation(tx: Tx, invitation: Invitation, given: Acceptance, now: Date): Promise<AcceptResult> {
  const made = invitation.userId === null ? await addUser(tx, invitation, given, now) : await claimUser(tx, invitation, given);
  if (!made.ok) return made;
  const { user } = made;
  await grant(tx, invitation, user.id, now);
  await markAccepted(tx, invitation, user.id, now);
  return { ok: true, user, invitation, isClaim: invitation.userId !== null };
}

type Made = { ok: true; user: User } | Extract<AcceptResult, { ok: false }>;

async function addUser(tx: Tx, { org, email, role }: Invitation, given: Acceptance, now: Date): Promise<Made> {
  const grafanaId = await nextGrafanaUserId(tx, org);
  const { username, name, timezone, passwordHash } = given;
  const made = await createUser(tx, org, { grafanaId, username, email, name, role, timezone, passwordHash }, now);
  if (!made.ok) return made;
  await tx
    .updateTable('users')
    .set({ origin: given.origin, ...(given.phoneNumber === null ? {} : { unverified_phone_number: given.phoneNumber }) })
    .where('organization_id', '=', org)
    .where('id', '=', made.user.id)
    .execute();
  return made;
}

async function claimUser(tx: Tx, invitation: Invitation, given: Acceptance): Promise<Made> {
  const { org, userId, role } = invitation;
  if (given.username.trim() === '' || given.username.length > 100 || /\s/.test(given.username.trim()))
    return { ok: false, reason: 'invalid_username' };
  try {
    const claimed = await tx
      .updateTable('users')
      .set({
        state: 'active',
        role,
        username: given.username.trim(),
        ...(given.name === '' ? {} : { name: given.name }),
        ...(given.timezone === null ? {} : { timezone: given.timezone }),
        ...(given.phoneNumber === null ? {} : { unverified_phone_number: given.phoneNumber }),
        ...(given.passwordHash === null ? {} : { password_hash: given.passwordHash }),
      })
      .where('organization_id', '=', org)
      .where('id', '=', userId)
      .where('is_active', '=', true)
      .where('state', '<>', 'active')
      .executeTakeFirst();
    if (claimed.numUpdatedRows === 0n) return { ok: false, reason: 'already_active' };
  } catch (err) {
    if (uniqueViolation(err) === 'users_username_key') return { ok: false, reason: 'username_taken' };
    throw err;
  }
  const user = await findUser(tx, org, userId ?? '');
  return user === null ? { ok: false, reason: 'already_active' } : { ok: true, user };
}

/** Teams and roles of the invitation that are still there. */
async function grant(tx: Tx, { org, teamIds, roleIds }: Invitation, userId: string, now: Date): Promise<void> {
  await sql`insert into team_member (organization_id, team_id, user_id)
    select ${org}, id, ${userId} from team where organization_id = ${org} and id = any(${[...teamIds]}::text[])
    on conflict do nothing`.execute(tx);
  if (roleIds.length === 0) return;
  const own = (await rolesOf(tx, org, 'user', [userId])).get(userId) ?? [];
  const { rows } = await sql<{ id: string }>`
    select id from role where organization_id = ${org} and id = any(${[...roleIds]}::text[])`.execute(tx);
  const fixed = roleIds.filter((id) => id.startsWith('fixed:'));
  await assignRoles(tx, org, { type: 'user', id: userId }, [...own, ...fixed, ...rows.map(({ id }) => id)], now);
}
