import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import {
  type AcceptResult,
  acceptInvitation,
  addressKey,
  createInvitation,
  findInvitation,
  findRole,
  HOURLY_LIMIT,
  type Invitation,
  listInvitations,
  openInvitationOf,
  ROLES,
  type Role,
  readPolicy,
  refund,
  renewInvitation,
  revokeInvitation,
  stateOfInvitation,
} from '../../../access/index.ts';
import { recordAudit } from '../../../audit/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { isTimeZone } from '../../../schedules/index.ts';
import { findTeam, findUser, findUserByLogin, hashPassword, passwordProblem } from '../../../users/index.ts';
import { refuseNarrowed } from '../access/grants.ts';
import { ApiError, fieldErrors, forbidden, notFound } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { type Caller, callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { boolean, custom, Invalid, idList, invalidChoice, nullable, readBody, text } from '../conventions/fields.ts';
import { envelope, listOf, pageParameters, readWindow } from '../conventions/pagination.ts';
import { inOneTransaction, sendJson } from '../conventions/resource.ts';
import type { AuthDeps } from './auth-context.ts';
import { beginSession, refuseCrossSite, setCookie, sourceOf, throttle } from './begin-session.ts';
import { LINK_REFUSALS } from './password.routes.ts';

import { USER_REFUSALS } from './user-refusals.ts';

const PAGE_SIZE = 50;
const MOST_AT_ONCE = 100;
const Text = Type.Union([Type.String(), Type.Null()]);
const InvitationSchema = named(
  'Invitation',
  Type.Object({
    id: Type.String(),
    email: Type.String(),
    user_id: { ...Text, description: 'The imported user who is claimed.' },
    role: Type.String(),
    role_ids: Type.Array(Type.String()),
    team_ids: Type.Array(Type.String()),
    note: Type.String(),
    state: Type.String({ description: '`pending`, `expired`, `accepted` or `revoked`.' }),
    invited_by: Text,
    created_at: Type.String(),
    sent_at: Text,
    expires_at: Type.String(),
    url: Type.Optional({ ...Text, description: 'The link to hand over, shown once; null when it was mailed.' }),
  }),
);
const InvitationView = named(
  'InvitationView',
  Type.Object({
    email: Type.String(),
    organization: Type.String(),
    invited_by: Text,
    role: Type.String(),
    note: Type.String(),
    expires_at: Type.String(),
    name: Type.String(),
    username: Type.String(),
    password: Type.Boolean({ description: 'Whether a password can be set.' }),
  }),
);

const present = (invitation: Invitation, now: Date) => ({
  id: invitation.id,
  email: invitation.email,
  user_id: invitation.userId,
  role: invitation.role,
  role_ids: invitation.roleIds,
  team_ids: invitation.teamIds,
  note: invitation.note,
  state: stateOfInvitation(invitation, now),
  invited_by: invitation.invitedByUserId,
  created_at: invitation.createdAt.toISOString(),
  sent_at: invitation.sentAt?.toISOString() ?? null,
  expires_at: invitation.expiresAt.toISOString(),
});

const role = custom<Role>(Type.Union(ROLES.map((word) => Type.Literal(word))), (raw) => {
  const found = ROLES.find((word) => word === raw);
  if (found === undefined) throw invalidChoice(raw);
  return found;
});
const emails = custom<readonly string[]>(Type.Array(Type.String(), { minItems: 1, maxItems: MOST_AT_ONCE }), (raw) => {
  const given = Array.isArray(raw) ? raw : [raw];
  if (given.length === 0 || given.length > MOST_AT_ONCE) throw new Invalid([`Give 1 to ${MOST_AT_ONCE} addresses.`]);
  const wanted = given.map((email) => (typeof email === 'string' ? email.trim() : ''));
  for (const email of wanted)
    if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 254) throw new Invalid([`"${email}" is not a valid email address.`]);
  return [...new Map(wanted.map((email) => [email.toLowerCase(), email])).values()];
});
const inviteFields = {
  emails,
  role,
  role_ids: idList(),
  team_ids: idList(),
  note: text({ max: 1_000, blank: true }),
  /** False: the link is answered even where there is a mail server. */
  send: boolean(),
};
const acceptFields = {
  token: text({ max: 200 }),
  name: text({ max: 200, blank: true }),
  username: text({ max: 100 }),
  password: text({ keepSpace: true, max: 1_024 }),
  timezone: nullable(text({ max: 100, blank: true })),
  phone_number: nullable(text({ max: 20, blank: true })),
};
const lookUpFields = { token: text({ max: 200 }) };

/** Invitations: made, listed, sent again and revoked by admins, accepted by those who hold the link (access.md 7.5). */
export function registerInvitations(app: FastifyInstance, deps: AuthDeps): void {
  const { db, clock, auth, baseUrl } = deps;
  const tags = ['invitations'];
  const admins = { permission: 'admin:admin' } as const;
  const params = Type.Object({ id: Type.String() });

  /** Sends a link, or makes one to be handed over. */
  const deliver = async (tx: Tx, invitation: Invitation, byMail: boolean): Promise<string | null> => {
    const now = clock.now();
    if (byMail) {
      await auth.mail.add(tx, {
        kind: 'invitation',
        organizationId: invitation.org,
        id: invitation.id,
        requestedAt: now.toISOString(),
      });
      return null;
    }
    const renewed = await renewInvitation(tx, invitation.org, invitation.id, now);
    return renewed === null ? null : `${baseUrl}/invite/${renewed.token}`;
  };
  const openOne = async (tx: Tx, caller: Caller, id: string): Promise<Invitation> => {
    const invitation = await findInvitation(tx, caller.org, id);
    if (invitation === null) throw notFound();
    const state = stateOfInvitation(invitation, clock.now());
    if (state === 'accepted' || state === 'revoked')
      throw new ApiError(409, { detail: `This invitation was ${state}.`, code: `invitation_${state}` });
    return invitation;
  };
  const event = (name: string, invitation: Invitation, note: string | null = null) => ({
    type: 'user',
    name,
    resource: { type: 'invitation', id: invitation.id, name: invitation.email },
    note,
  });

  app.get(
    '/invitations',
    {
      config: admins,
      schema: {
        operationId: 'listInvitations',
        summary: 'Lists invitations that were neither accepted nor revoked',
        tags,
        querystring: Type.Object(pageParameters),
        response: { 200: listOf(InvitationSchema) },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const page = await listInvitations(db, org, readWindow(request.query as Record<string, unknown>, PAGE_SIZE));
      const rows = page.rows.map((invitation) => present(invitation, clock.now()));
      return sendJson(reply, 200, JSON.stringify(envelope(page, rows, baseUrl, request.url)));
    },
  );

  app.post(
    '/invitations',
    {
      config: { ...admins, needsProof: true },
      schema: {
        operationId: 'createInvitations',
        summary: 'Invites people, by mail where there is a mail server',
        tags,
        body: Type.Object({
          emails: emails.schema,
          role: role.schema,
          role_ids: Type.Optional(Type.Array(Type.String())),
          team_ids: Type.Optional(Type.Array(Type.String())),
          note: Type.Optional(Type.String()),
          send: Type.Optional(Type.Boolean({ description: 'False: answer the links instead of mailing them.' })),
        }),
        response: { 201: Type.Object({ results: Type.Array(InvitationSchema) }) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      refuseNarrowed(caller, 'invitations');
      const body = readBody(inviteFields, request.body, ['emails', 'role']);
      await checkGrants(db, caller, body.role_ids ?? [], body.team_ids ?? []);
      const byMail = auth.mail.isOn() && body.send !== false;
      const results = await inTransaction(db, async (tx) => {
        const made = [];
        for (const email of body.emails) {
          const invitation = await createInvitation(
            tx,
            caller.org,
            {
              email,
              userId: await claimableUser(tx, caller.org, email),
              role: body.role,
              roleIds: body.role_ids ?? [],
              teamIds: body.team_ids ?? [],
              note: body.note ?? '',
              invitedByUserId: caller.userId,
            },
            clock.now(),
          );
          const url = await deliver(tx, invitation, byMail);
          made.push({ invitation, url });
        }
        for (const { invitation } of made) await audit(tx, request, event('invited', invitation, `as ${invitation.role}`), clock);
        return made;
      });
      const shown = results.map(({ invitation, url }) => ({ ...present(invitation, clock.now()), url }));
      return sendJson(reply.header('cache-control', 'no-store'), 201, JSON.stringify({ results: shown }));
    },
  );

  app.post(
    '/invitations/:id/resend',
    {
      config: { ...admins, needsProof: true },
      schema: {
        operationId: 'resendInvitation',
        summary: 'Sends an invitation again, with a new link; the old one no longer works',
        tags,
        params,
        body: Type.Partial(Type.Object({ send: Type.Boolean() })),
        response: { 200: InvitationSchema },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      refuseNarrowed(caller, 'invitations');
      const { send } = readBody({ send: boolean() }, request.body);
      const shown = await inTransaction(db, async (tx) => {
        const invitation = await openOne(tx, caller, (request.params as { id: string }).id);
        const url = await deliver(tx, invitation, auth.mail.isOn() && send !== false);
        await audit(tx, request, event('invited', invitation, 'sent again'), clock);
        const now = (await findInvitation(tx, caller.org, invitation.id)) ?? invitation;
        return { ...present(now, clock.now()), url };
      });
      return sendJson(reply.header('cache-control', 'no-store'), 200, JSON.stringify(shown));
    },
  );

  app.delete(
    '/invitations/:id',
    {
      config: admins,
      schema: { operationId: 'revokeInvitation', summary: 'Revokes an invitation', tags, params, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await inTransaction(db, async (tx) => {
        const invitation = await openOne(tx, caller, (request.params as { id: string }).id);
        await revokeInvitation(tx, caller.org, invitation.id, clock.now());
        await audit(tx, request, event('invitation_revoked', invitation), clock);
      });
      return reply.code(204).send();
    },
  );

  app.post(
    '/invitations/lookup',
    {
      config: { isPublic: true },
      schema: {
        operationId: 'lookUpInvitation',
        summary: 'Tells what a link invites to',
        tags,
        body: Type.Object({ token: Type.String() }),
        response: { 200: InvitationView },
      },
    },
    async (request, reply) => {
      refuseCrossSite(request, baseUrl);
      const { token } = readBody(lookUpFields, request.body, ['token']);
      const address = addressKey(request.ip, 'invitation');
      await throttle(deps, address, HOURLY_LIMIT);
      const view = await inTransaction(db, async (tx) => {
        const open = await openInvitationOf(tx, token, clock.now());
        return open.ok ? { ok: true as const, shown: await viewOf(tx, open.invitation) } : open;
      });
      if (!view.ok) throw LINK_REFUSALS[view.reason];
      await refund(db, address);
      return sendJson(reply.header('cache-control', 'no-store'), 200, JSON.stringify(view.shown));
    },
  );

  app.post(
    '/invitations/accept',
    {
      config: { isPublic: true },
      schema: {
        operationId: 'acceptInvitation',
        summary: 'Makes a user of whoever holds the link, and signs them in',
        tags,
        body: Type.Object({
          token: Type.String(),
          username: Type.String(),
          password: Type.String(),
          name: Type.Optional(Type.String()),
          timezone: Type.Optional(Text),
          phone_number: Type.Optional({ ...Text, description: '`+` and 8 to 15 digits; is to be verified.' }),
        }),
        response: { 201: named('SignedIn', Type.Object({ user_id: Type.String() })) },
      },
    },
    async (request, reply) => {
      refuseCrossSite(request, baseUrl);
      const body = readBody(acceptFields, request.body, ['token', 'username', 'password']);
      const address = addressKey(request.ip, 'invitation');
      await throttle(deps, address, HOURLY_LIMIT);
      const open = await inTransaction(db, (tx) => openInvitationOf(tx, body.token, clock.now()));
      if (!open.ok) throw LINK_REFUSALS[open.reason];
      await refund(db, address);
      const { invitation } = open;
      if (!(await readPolicy(db, invitation.org)).passwordSignIn)
        throw forbidden('Signing in by password is switched off.', 'password_sign_in_disabled');
      const problem = passwordProblem(body.password, invitation.email);
      const timezone = body.timezone ? body.timezone : null;
      const phoneNumber = body.phone_number ? body.phone_number.replace(/[\s()-]/g, '') : null;
      const errors = {
        ...(problem === null ? {} : { password: [problem] }),
        ...(timezone === null || isTimeZone(timezone) ? {} : { timezone: ['This is not the name of a time zone.'] }),
        ...(phoneNumber === null || /^\+\d{8,15}$/.test(phoneNumber) ? {} : { phone_number: ['Enter + and 8 to 15 digits.'] }),
      };
      if (Object.keys(errors).length > 0) throw fieldErrors(errors);
      const passwordHash = await hashPassword(body.password);
      const { user, cookie } = await inOneTransaction(db, {}, async (tx) => {
        const now = clock.now();
        const acceptance = {
          username: body.username,
          name: body.name ?? '',
          timezone,
          phoneNumber,
          passwordHash,
          origin: 'local' as const,
        };
        const result = await acceptInvitation(tx, body.token, acceptance, now);
        if (!result.ok) throw refusedAcceptance(result.reason); // rolls back
        const begun = await beginSession(tx, deps, request, result.user, { method: 'invitation', secondFactor: false });
        const name = result.isClaim ? 'claimed' : 'invitation_accepted';
        const resource = { type: 'user', id: result.user.id, name: result.user.username };
        await recordAudit(tx, result.user.org, sourceOf(request, result.user), { type: 'user', name, resource }, now);
        return { user: result.user, cookie: begun.cookie };
      });
      return sendJson(setCookie(reply, cookie), 201, JSON.stringify({ user_id: user.id }));
    },
  );
}

export function refusedAcceptance(reason: Extract<AcceptResult, { ok: false }>['reason']): ApiError {
  switch (reason) {
    case 'unknown_link':
    case 'used_link':
    case 'expired_link':
      return LINK_REFUSALS[reason];
    case 'already_active':
      return new ApiError(409, { detail: 'This person can sign in already.', code: 'already_active' });
    default:
      return fieldErrors(USER_REFUSALS[reason]);
  }
}

async function checkGrants(db: Db, { org }: Caller, roleIds: readonly string[], teamIds: readonly string[]): Promise<void> {
  const missing = async (ids: readonly string[], find: (id: string) => Promise<unknown>) =>
    (await Promise.all(ids.map(async (id) => ((await find(id)) === null ? id : null)))).filter((id) => id !== null);
  const roles = await missing(roleIds, (id) => findRole(db, org, id));
  const teams = await missing(teamIds, (id) => findTeam(db, org, id));
  const errors = {
    ...(roles.length === 0 ? {} : { role_ids: [`Object does not exist: ${roles.join(', ')}`] }),
    ...(teams.length === 0 ? {} : { team_ids: [`Object does not exist: ${teams.join(', ')}`] }),
  };
  if (Object.keys(errors).length > 0) throw fieldErrors(errors);
}

/** The user with this address who cannot sign in yet; null when there is none. */
async function claimableUser(tx: Tx, org: string, email: string): Promise<string | null> {
  const user = await findUserByLogin(tx, org, email);
  if (user === null || user.email.toLowerCase() !== email.toLowerCase()) return null;
  const row = await tx
    .selectFrom('users')
    .select('state')
    .where('organization_id', '=', org)
    .where('id', '=', user.id)
    .executeTakeFirst();
  if (row?.state === 'active')
    throw new ApiError(409, { detail: `${email} can sign in already.`, code: 'already_active', email });
  return user.id;
}

async function viewOf(tx: Tx, invitation: Invitation) {
  const { org } = invitation;
  const organization = await tx.selectFrom('organization').select('name').where('id', '=', org).executeTakeFirst();
  const inviter = invitation.invitedByUserId === null ? null : await findUser(tx, org, invitation.invitedByUserId);
  const claimed = invitation.userId === null ? null : await findUser(tx, org, invitation.userId);
  return {
    email: invitation.email,
    organization: organization?.name ?? '',
    invited_by: inviter === null ? null : inviter.name || inviter.username,
    role: invitation.role,
    note: invitation.note,
    expires_at: invitation.expiresAt.toISOString(),
    name: claimed?.name ?? '',
    username: claimed?.username ?? '',
    password: (await readPolicy(tx, org)).passwordSignIn,
  };
}
