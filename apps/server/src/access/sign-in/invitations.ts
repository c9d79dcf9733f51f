import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { fillPage, type Page, selectPage, type Window } from '../../platform/db/page.ts';
import { newId } from '../../platform/ids.ts';
import type { Role } from '../../users/index.ts';
import { digestOf, newSecret } from '../sessions/store.ts';
import type { InvitationTable } from './tables.ts';

export const INVITATION_LASTS_MS = 7 * 86_400_000;

/** A one-time right to become a user, or to take over one that was imported (access.md 7.5). */
export interface Invitation {
  readonly org: string;
  readonly id: string;
  readonly email: string;
  /** The placeholder that is claimed; null: a user is made. */
  readonly userId: string | null;
  readonly role: Role;
  readonly roleIds: readonly string[];
  readonly teamIds: readonly string[];
  readonly note: string;
  readonly invitedByUserId: string | null;
  readonly createdAt: Date;
  /** When the link last went out, by mail or by hand. */
  readonly sentAt: Date | null;
  readonly expiresAt: Date;
  readonly acceptedAt: Date | null;
  readonly acceptedUserId: string | null;
  readonly revokedAt: Date | null;
}

export type InvitationState = 'pending' | 'accepted' | 'revoked' | 'expired';

export const stateOfInvitation = (invitation: Invitation, now: Date): InvitationState => {
  if (invitation.acceptedAt !== null) return 'accepted';
  if (invitation.revokedAt !== null) return 'revoked';
  return invitation.expiresAt <= now ? 'expired' : 'pending';
};

const fromRow = (row: Selectable<InvitationTable>): Invitation => ({
  org: row.organization_id,
  id: row.id,
  email: row.email,
  userId: row.user_id,
  role: row.role,
  roleIds: row.role_ids,
  teamIds: row.team_ids,
  note: row.note,
  invitedByUserId: row.invited_by_user_id,
  createdAt: row.created_at,
  sentAt: row.sent_at,
  expiresAt: row.expires_at,
  acceptedAt: row.accepted_at,
  acceptedUserId: row.accepted_user_id,
  revokedAt: row.revoked_at,
});

export type NewInvitation = Pick<Invitation, 'email' | 'userId' | 'role' | 'roleIds' | 'teamIds' | 'note' | 'invitedByUserId'>;

/** Adds an invitation; one that was pending for the address is revoked. It has no link yet. */
export async function createInvitation(tx: Tx, org: string, wanted: NewInvitation, now: Date): Promise<Invitation> {
  await sql`update invitation set revoked_at = ${now}
    where organization_id = ${org} and lower(email) = lower(${wanted.email}) and accepted_at is null and revoked_at is null`.execute(
    tx,
  );
  const row = await tx
    .insertInto('invitation')
    .values({
      organization_id: org,
      id: newId('IV'),
      email: wanted.email,
      user_id: wanted.userId,
      role: wanted.role,
      role_ids: [...wanted.roleIds],
      team_ids: [...wanted.teamIds],
      note: wanted.note,
      token_hash: null,
      invited_by_user_id: wanted.invitedByUserId,
      created_at: now,
      sent_at: null,
      expires_at: new Date(now.getTime() + INVITATION_LASTS_MS),
      accepted_at: null,
      accepted_user_id: null,
      revoked_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return fromRow(row);
}

/** Gives an open invitation a new link and seven more days; the old link no longer works. Null when it is not open any more. */
export async function renewInvitation(
  tx: Tx,
  org: string,
  id: string,
  now: Date,
): Promise<{ invitation: Invitation; token: string } | null> {
  const token = newSecret();
  const row = await tx
    .updateTable('invitation')
    .set({ token_hash: digestOf(token), sent_at: now, expires_at: new Date(now.getTime() + INVITATION_LASTS_MS) })
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : { invitation: fromRow(row), token };
}

export async function findInvitation(db: Db | Tx, org: string, id: string): Promise<Invitation | null> {
  const row = await db
    .selectFrom('invitation')
    .selectAll()
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** The invitation of a link, whatever has become of it. Holds its row until the transaction ends. */
export async function lockInvitationOf(tx: Tx, token: string): Promise<Invitation | null> {
  const row = await tx
    .selectFrom('invitation')
    .selectAll()
    .where('token_hash', '=', digestOf(token))
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** Invitations that were neither accepted nor revoked, the newest first. */
export async function listInvitations(db: Db, org: string, window: Window): Promise<Page<Invitation>> {
  const page = await selectPage(
    db,
    {
      from: sql`invitation`,
      where: [sql`organization_id = ${org}`, sql`accepted_at is null`, sql`revoked_at is null`],
      id: sql`id`,
      keys: [
        { column: sql`created_at`, type: 'timestamptz' },
        { column: sql`id`, type: 'text' },
      ],
      direction: 'desc',
    },
    window,
  );
  if (page.rows.length === 0) return { ...page, rows: [] };
  const rows = await db
    .selectFrom('invitation')
    .selectAll()
    .where('organization_id', '=', org)
    .where('id', 'in', page.rows)
    .execute();
  return fillPage(page, rows.map(fromRow), (invitation) => invitation.id);
}

/** @returns false when it is not open any more */
export async function revokeInvitation(tx: Tx, org: string, id: string, now: Date): Promise<boolean> {
  const result = await tx
    .updateTable('invitation')
    .set({ revoked_at: now })
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function markAccepted(tx: Tx, invitation: Invitation, userId: string, now: Date): Promise<void> {
  await tx
    .updateTable('invitation')
    .set({ accepted_at: now, accepted_user_id: userId })
    .where('organization_id', '=', invitation.org)
    .where('id', '=', invitation.id)
    .execute();
}

/** The open invitation of an address, by which a provider's person may come in. Holds its row until the transaction ends. */
export async function lockPendingInvitation(tx: Tx, org: string, email: string, now: Date): Promise<Invitation | null> {
  const row = await tx
    .selectFrom('invitation')
    .selectAll()
    .where('organization_id', '=', org)
    .where(({ eb, fn }) => eb(fn('lower', ['email']), '=', email.toLowerCase()))
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}
