import { type Static, Type } from 'typebox';
import type { Clock } from '../../platform/clock.ts';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { defineJob, type Job } from '../../platform/jobs/index.ts';
import type { Log } from '../../platform/log.ts';
import { findUser, findUserByLogin, passwordHashOf, type User } from '../../users/index.ts';
import { readPolicy } from '../sessions/policy.ts';
import { pendingEmail, renewEmailLink } from './change-email.ts';
import { renewInvitation } from './invitations.ts';
import { createPasswordReset } from './reset-password.ts';
import { accountKey, HOURLY_LIMIT, takeAttempt } from './throttle.ts';

/** Ids only: links are made when the mail is, so that no secret waits in the queue. */
const Payload = Type.Object({
  kind: Type.Union([
    Type.Literal('forgot'),
    Type.Literal('password_changed'),
    Type.Literal('invitation'),
    /** To the new address of a person, with the link to confirm it; and to the one they have. */
    Type.Literal('email_confirmation'),
    Type.Literal('email_changing'),
  ]),
  organizationId: Type.String(),
  /** A user's, or an invitation's; with `forgot` what somebody has typed as their name or address. */
  id: Type.String(),
  /** ISO 8601. */
  requestedAt: Type.String(),
});
export type SignInMail = Static<typeof Payload>;

/** Mails of sign-in, which a job writes and sends. */
export interface AuthMail {
  /** Whether there is a mail server; without one, links are handed over by people. */
  isOn(): boolean;
  add(tx: Tx, mail: SignInMail): Promise<void>;
}

export type MailToSend = { to: { name: string; address: string }; subject: string; text: string; date: Date };
/** `later`: worth another try. `off`: there is no mail server. */
export type SendMail = (mail: MailToSend) => Promise<'sent' | 'refused' | 'later' | 'off'>;

export interface SignInMailDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly baseUrl: string;
  readonly send: SendMail;
  /** Records that a link was made. */
  readonly onReset: (tx: Tx, user: User, now: Date) => Promise<void>;
}

/** A mail that nobody waits for any more. */
const STALE_MS = 6 * 3_600_000;

/** Sends one mail of sign-in: a link to reset a password, an invitation, or word that a password was changed. */
export const createSignInMailJob = (deps: SignInMailDeps): Job<unknown, SignInMail> =>
  defineJob({
    name: 'access.sign_in_mail',
    payload: Payload,
    maxAttempts: 8,
    async run(_ctx: unknown, payload) {
      const now = deps.clock.now();
      if (now.getTime() - Date.parse(payload.requestedAt) > STALE_MS) return;
      const mail = await DRAFTS[payload.kind](deps, payload, now);
      if (mail === null) return;
      const outcome = await deps.send({ ...mail, date: now });
      if (outcome === 'later') throw new Error(`The mail (${payload.kind}) could not be sent yet`);
      if (outcome !== 'sent') deps.log.error({ kind: payload.kind, id: payload.id, outcome }, 'a mail of sign-in was not sent');
    },
  });

type Draft = Omit<MailToSend, 'date'>;

/** Who writes which mail; null: there is nobody to write to any more. */
const DRAFTS: Record<SignInMail['kind'], (deps: SignInMailDeps, payload: SignInMail, now: Date) => Promise<Draft | null>> = {
  forgot: userMail,
  password_changed: userMail,
  invitation: invitationMail,
  email_confirmation: confirmationMail,
  email_changing: changingMail,
};

const addressOf = (user: User) => ({ name: user.name === '' ? user.username : user.name, address: user.email });

async function userMail(deps: SignInMailDeps, payload: SignInMail, now: Date): Promise<Draft | null> {
  const { db, baseUrl } = deps;
  const { organizationId: org, id } = payload;
  const isForgot = payload.kind === 'forgot';
  const user = isForgot ? await findUserByLogin(db, org, id) : await findUser(db, org, id);
  if (user?.isActive !== true) return null;
  if (!isForgot) {
    const text = [
      `The password of ${user.username} at ${baseUrl} was changed.`,
      'If that was you, all is well. If not, ask an admin to end your sessions, and reset your password:',
      `${baseUrl}/login`,
    ].join('\n\n');
    return { to: addressOf(user), subject: 'Your Tocsin password was changed', text };
  }
  const isWelcome = (await passwordHashOf(db, org, user.id))?.isWelcome === true;
  if (!isWelcome || !(await readPolicy(db, org)).passwordSignIn) return null;
  // Counted by person, whatever addresses ask.
  const attempts = `forgot:${accountKey(org, user.id)}`;
  if ((await takeAttempt(db, attempts, HOURLY_LIMIT, now)) !== null) return null;
  const { token } = await inTransaction(db, async (tx) => {
    const made = await createPasswordReset(tx, org, user.id, now);
    await deps.onReset(tx, user, now);
    return made;
  });
  const text = [
    `Somebody, most likely you, asked for a new password of ${user.username} at ${baseUrl}. Set it here within 30 minutes:`,
    `${baseUrl}/reset/${token}`,
    'If you did not ask, nothing has changed and you need not do anything.',
  ].join('\n\n');
  return { to: addressOf(user), subject: 'Set a new Tocsin password', text };
}

async function invitationMail({ db, baseUrl }: SignInMailDeps, payload: SignInMail, now: Date): Promise<Draft | null> {
  const renewed = await inTransaction(db, (tx) => renewInvitation(tx, payload.organizationId, payload.id, now));
  if (renewed === null) return null;
  const { invitation, token } = renewed;
  const [organization, inviter] = await Promise.all([
    db.selectFrom('organization').select('name').where('id', '=', invitation.org).executeTakeFirst(),
    invitation.invitedByUserId === null ? null : findUser(db, invitation.org, invitation.invitedByUserId),
  ]);
  const from = inviter === null ? 'An admin' : addressOf(inviter).name;
  const text = [
    `${from} invites you to ${organization?.name ?? 'an organization'} on Tocsin, as ${invitation.role}.`,
    ...(invitation.note === '' ? [] : [invitation.note]),
    `Accept within seven days: ${baseUrl}/invite/${token}`,
  ].join('\n\n');
  return { to: { name: '', address: invitation.email }, subject: `${from} invites you to Tocsin`, text };
}

async function confirmationMail(
  { db, baseUrl }: SignInMailDeps,
  { organizationId: org, id }: SignInMail,
  now: Date,
): Promise<Draft | null> {
  const user = await findUser(db, org, id);
  const link = user?.isActive === true ? await inTransaction(db, (tx) => renewEmailLink(tx, org, id, now)) : null;
  if (user === null || link === null) return null;
  const text = [
    `${user.username} at ${baseUrl} shall have this address. Confirm within 24 hours that it is yours:`,
    `${baseUrl}/confirm-email/${link.token}`,
    'If you know nothing of this, do nothing: nothing has changed.',
  ].join('\n\n');
  return { to: { name: addressOf(user).name, address: link.email }, subject: 'Confirm your address for Tocsin', text };
}

async function changingMail(
  { db, baseUrl }: SignInMailDeps,
  { organizationId: org, id }: SignInMail,
  now: Date,
): Promise<Draft | null> {
  const user = await findUser(db, org, id);
  const email = user?.isActive === true ? await pendingEmail(db, org, id, now) : null;
  if (user === null || email === null) return null;
  const text = [
    `The address of ${user.username} at ${baseUrl} is about to become ${email}, once its owner has confirmed it.`,
    'If that was you, all is well. If not, ask an admin to end your sessions, and change your password:',
    `${baseUrl}/login`,
  ].join('\n\n');
  return { to: addressOf(user), subject: 'Your Tocsin address is about to change', text };
}
