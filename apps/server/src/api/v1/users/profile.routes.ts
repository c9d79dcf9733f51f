import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { assignRoles, can, cancelEmailChange, pendingEmail, ROLES, requestEmailChange, rolesOf } from '../../../access/index.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { isTimeZone } from '../../../schedules/index.ts';
import {
  findProfile,
  findTeam,
  findUser,
  findUserByLogin,
  hasOtherAdmin,
  maskPhone,
  type Profile,
  saveProfile,
  teamsOfUsers,
  WEEKDAY_NAMES,
} from '../../../users/index.ts';
import { checkAsStrong, checkMayGrantBasic, checkRoles } from '../access/grants.ts';
import { roleField } from '../access/service-accounts.resource.ts';
import type { AuthContext } from '../auth/auth-context.ts';
import { ApiError, fieldErrors, forbidden, notFound } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { type Caller, callerOf, personOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { checkIfMatch, sendOne } from '../conventions/etag.ts';
import { boolean, custom, Invalid, idList, missingReference, readBody, reference, text } from '../conventions/fields.ts';
import { single } from '../conventions/pagination.ts';
import { requireRecentProof } from '../conventions/proof.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { apiTime } from '../conventions/times.ts';
import { leave, UsesSchema, usesOf } from './user-uses.ts';
import { workingHoursField } from './working-hours.ts';

const timezone = custom(Type.Union([Type.String(), Type.Null()]), (raw) => {
  if (raw === null || raw === '') return null;
  if (typeof raw !== 'string' || !isTimeZone(raw)) throw new Invalid(['Invalid timezone']);
  return raw;
});
const phone = custom(Type.Union([Type.String({ pattern: '^\\+[0-9]{8,15}$' }), Type.Null()]), (raw) => {
  if (raw === null || raw === '') return null;
  if (typeof raw !== 'string' || !/^\+[0-9]{8,15}$/.test(raw)) throw new Invalid(['Use + and 8 to 15 digits.']);
  return raw;
});
const username = custom(Type.String({ maxLength: 100 }), (raw) => {
  const value = typeof raw === 'string' ? raw.trim() : '';
  if (value === '' || value.length > 100 || /\s/.test(value))
    throw new Invalid(['A username has 1 to 100 characters, none of them a space.']);
  return value;
});
const email = custom(Type.String({ maxLength: 254 }), (raw) => {
  const value = typeof raw === 'string' ? raw.trim() : '';
  if (!/^[^\s@]+@[^\s@]+$/.test(value) || value.length > 254) throw new Invalid(['Enter a valid email address.']);
  return value;
});
const avatar = custom(Type.Union([Type.String({ maxLength: 1000 }), Type.Null()]), (raw) => {
  if (raw === null || raw === '') return null;
  const url = typeof raw === 'string' && raw.length <= 1000 && URL.canParse(raw) ? new URL(raw) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Invalid(['Enter a valid URL.']);
  return url.href;
});

const fields = {
  username,
  email,
  name: text({ max: 200, blank: true }),
  role: roleField,
  roles: idList(),
  timezone,
  working_hours: workingHoursField,
  current_team_id: reference({ nullable: true, nullWord: true }),
  unverified_phone_number: phone,
  hide_phone_number: boolean(),
  avatar_url: avatar,
  is_active: boolean(),
};
type Body = ReturnType<typeof readBody<typeof fields>>;

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const ProfileSchema = named(
  'UserProfile',
  Type.Object({
    id: Type.String(),
    grafana_id: Type.Integer(),
    username: Type.String(),
    email: Type.String(),
    unverified_email: Type.Union([Type.String(), Type.Null()], {
      description: 'The address that takes the place of `email` once its owner follows the link that was mailed to it.',
    }),
    name: Type.String(),
    role: Type.Union(ROLES.map((role) => Type.Literal(role))),
    roles: Type.Array(Type.String(), { description: 'Ids of added roles.' }),
    teams: Type.Array(Type.String()),
    timezone: TextOrNull,
    working_hours: workingHoursField.schema,
    current_team_id: TextOrNull,
    unverified_phone_number: TextOrNull,
    verified_phone_number: TextOrNull,
    hide_phone_number: Type.Boolean(),
    avatar_url: TextOrNull,
    may_be_notified: Type.Boolean(),
    is_active: Type.Boolean(),
    state: Type.String({ description: 'active, invited, placeholder or deactivated.' }),
    origin: Type.String(),
    created_at: Type.String(),
  }),
);
const IdParams = Type.Object({ id: Type.String() });
const BodySchema = Type.Object(
  Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, Type.Optional(field.schema)])),
  { title: 'UserProfilePatch' },
);

/** Who writes a field (access.md 3.1): the person and those who manage profiles, the person alone, or those who manage people. */
const WRITERS: Record<keyof typeof fields, 'owner_or_admin' | 'owner' | 'manager' | 'roles'> = {
  email: 'owner_or_admin',
  name: 'owner_or_admin',
  timezone: 'owner_or_admin',
  working_hours: 'owner_or_admin',
  unverified_phone_number: 'owner_or_admin',
  hide_phone_number: 'owner',
  avatar_url: 'owner',
  current_team_id: 'owner',
  username: 'manager',
  role: 'manager',
  is_active: 'manager',
  roles: 'roles',
};

/** Fields that people in a browser change only with a recent proof of who they are (access.md 7.3). */
const PROVEN = ['email', 'role', 'roles'] as const;

const UNIQUES = {
  users_username_key: fieldErrors({ username: ['A user with this username already exists.'] }),
  users_email_key: fieldErrors({ email: ['A user with this email already exists.'] }),
};
const lastAdmin = () => new ApiError(409, { detail: 'At least one active admin must remain.', code: 'last_admin' });

export type ProfileDeps = ApiDeps & { readonly auth: { readonly mail: AuthContext['mail'] } };

/** What people and administrators edit of people (access.md 3). OnCall's `users/{id}` stays as it is beside it. */
export function registerProfiles(app: FastifyInstance, deps: ProfileDeps): void {
  const { db, clock } = deps;
  const present = (at: Db | Tx, caller: Caller, profile: Profile) => presentProfile(at, caller, profile, clock.now());
  const tags = ['users'];
  app.get(
    '/users/:id/profile',
    {
      config: { permission: 'signed-in', usersOnly: true },
      schema: {
        operationId: 'getUserProfile',
        summary: 'Reads what can be edited of a person; `current` is the caller',
        tags,
        params: IdParams,
        response: { 200: ProfileSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const id = idOf(request, caller);
      if (id !== caller.userId && !can(caller, 'user-settings:read')) throw forbidden();
      const profile = await findProfile(db, caller.org, id);
      if (profile === null || (!profile.isActive && !can(caller, 'users:write'))) throw notFound();
      return sendOne(reply, 200, JSON.stringify(await present(db, caller, profile)));
    },
  );
  app.patch(
    '/users/:id',
    {
      config: { permission: { anyOf: ['user-settings:write', 'users:write', 'roles:write'] }, usersOnly: true },
      schema: {
        operationId: 'patchUser',
        summary: 'Changes a person. A role needs users:write, added roles roles:write, the rest ownership or user-settings:admin',
        tags,
        params: IdParams,
        querystring: Type.Object({ force: Type.Optional(Type.String()), replace_by: Type.Optional(Type.String()) }),
        body: BodySchema,
        response: { 200: ProfileSchema, 409: UsesError, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const id = idOf(request, caller);
      const body = readBody(fields, request.body);
      if (PROVEN.some((key) => body[key] !== undefined)) requireRecentProof(request, clock.now());
      const answer = await inOneTransaction(db, UNIQUES, async (tx) => {
        const profile = await findProfile(tx, caller.org, id, true);
        if (profile === null || (!profile.isActive && !can(caller, 'users:write'))) throw notFound();
        await checkWriter(tx, caller, profile, body);
        const before = await present(tx, caller, profile);
        checkIfMatch(request, JSON.stringify(before));
        if (body.roles !== undefined) await setRoles(tx, caller, profile, body.roles, clock.now());
        if (body.is_active === false && profile.isActive) await deactivate(tx, request, profile);
        const email = body.email === undefined ? profile.email : await changeEmail(tx, deps, caller.org, profile, body.email);
        await saveProfile(tx, caller.org, { ...changed(profile, body), email }, clock.now());
        const saved = (await findProfile(tx, caller.org, id)) as Profile;
        const after = await present(tx, caller, saved);
        await record(tx, request, eventOf(body, profile), before, after);
        return after;
      });
      return sendOne(reply, 200, JSON.stringify(answer));
    },
  );
  app.delete(
    '/users/:id',
    {
      config: { permission: 'users:write', usersOnly: true },
      schema: {
        operationId: 'deleteUser',
        summary: 'Removes a person, whose tokens and sessions end at once; what they did keeps their name',
        tags,
        params: IdParams,
        querystring: Type.Object({
          force: Type.Optional(Type.String({ description: '`true`: even if a step or a shift is left with nobody.' })),
          replace_by: Type.Optional(Type.String({ description: 'The person who takes the places.' })),
        }),
        response: { 204: Type.Null({ description: 'Nothing.' }), 409: UsesError, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await inOneTransaction(db, {}, async (tx) => {
        const profile = await findProfile(tx, caller.org, idOf(request, caller), true);
        if (profile?.isActive !== true) throw notFound();
        await checkAsStrong(tx, caller, { type: 'user', id: profile.id });
        const before = await present(tx, caller, profile);
        checkIfMatch(request, JSON.stringify(before));
        await deactivate(tx, request, profile);
        await saveProfile(tx, caller.org, { ...profile, isActive: false }, clock.now());
        await record(tx, request, 'deleted', before, null);
      });
      return reply.code(204).send();
    },
  );
  app.get(
    '/users/:id/uses',
    {
      config: { permission: 'users:write', usersOnly: true },
      schema: {
        operationId: 'getUserUses',
        summary: 'Lists what names a person and would change if they left',
        tags,
        params: IdParams,
        response: { 200: UsesSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const id = idOf(request, caller);
      if ((await findUser(db, caller.org, id))?.isActive !== true) throw notFound();
      return sendJson(reply, 200, JSON.stringify(await usesOf(db, caller.org, id, clock.now())));
    },
  );

  async function deactivate(tx: Tx, request: FastifyRequest, profile: Profile): Promise<void> {
    const caller = callerOf(request);
    const query = request.query as Record<string, unknown>;
    const replacementId = single(query.replace_by) || null;
    if (replacementId !== null) {
      const replacement = replacementId === profile.id ? null : await findUser(tx, caller.org, replacementId);
      if (replacement?.isActive !== true) throw missingReference('replace_by');
    }
    if (profile.role === 'admin' && !(await hasOtherAdmin(tx, caller.org, profile.id))) throw lastAdmin();
    const uses = await usesOf(tx, caller.org, profile.id, clock.now());
    if (uses.blocks && replacementId === null && single(query.force)?.toLowerCase() !== 'true') {
      const detail = 'Escalation steps or shifts would be left with nobody. Name who takes the places, or force it.';
      throw new ApiError(409, { detail, code: 'user_in_use', uses } as never);
    }
    await leave(tx, caller.org, profile.id, replacementId, clock.now());
  }

  async function record(
    tx: Tx,
    request: FastifyRequest,
    name: string,
    before: object | null,
    after: object | null,
  ): Promise<void> {
    const shown = (after ?? before) as { id: string; username: string };
    const resource = { type: 'user', id: shown.id, name: shown.username };
    const event = { type: 'user', name, resource, before: starPhones(before), after: starPhones(after) };
    await audit(tx, request, event, clock);
  }
}

const UsesError = named(
  'UserInUse',
  Type.Object({ detail: Type.String(), code: Type.String(), uses: Type.Optional(UsesSchema) }),
);

const idOf = (request: FastifyRequest, caller: Caller): string => {
  const { id } = request.params as { id: string };
  return id === 'current' ? personOf(caller) : id;
};

const isManager = (caller: Caller): boolean => can(caller, 'user-settings:admin') || can(caller, 'users:write');

async function presentProfile(
  db: Db | Tx,
  caller: Caller,
  profile: Profile,
  now: Date,
): Promise<Record<string, unknown> & { id: string }> {
  const masks = profile.hidesPhoneNumber && caller.userId !== profile.id && !can(caller, 'user-settings:admin');
  const shownPhone = (number: string | null) => (number === null || !masks ? number : maskPhone(number));
  return {
    id: profile.id,
    grafana_id: profile.grafanaId,
    username: profile.username,
    email: profile.email,
    unverified_email: await pendingEmail(db, caller.org, profile.id, now),
    name: profile.name,
    role: profile.role,
    roles: (await rolesOf(db, caller.org, 'user', [profile.id])).get(profile.id) ?? [],
    teams: (await teamsOfUsers(db, caller.org, [profile.id])).get(profile.id) ?? [],
    timezone: profile.timezone,
    working_hours: Object.fromEntries(WEEKDAY_NAMES.map((day) => [day, profile.workingHours[day]])),
    current_team_id: profile.currentTeamId,
    unverified_phone_number: shownPhone(profile.unverifiedPhoneNumber),
    verified_phone_number: shownPhone(profile.verifiedPhoneNumber),
    hide_phone_number: profile.hidesPhoneNumber,
    avatar_url: profile.avatarUrl,
    may_be_notified: profile.mayBeNotified,
    is_active: profile.isActive,
    state: profile.isActive ? profile.state : 'deactivated',
    origin: profile.origin,
    created_at: apiTime(profile.createdAt),
  };
}

async function checkWriter(tx: Tx, caller: Caller, profile: Profile, body: Body): Promise<void> {
  const isOwner = caller.userId === profile.id;
  const allowed = {
    owner: isOwner && can(caller, 'user-settings:write'),
    owner_or_admin: (isOwner && can(caller, 'user-settings:write')) || isManager(caller),
    manager: can(caller, 'users:write'),
    roles: can(caller, 'roles:write') || can(caller, 'users:write'),
  };
  for (const key of Object.keys(body) as (keyof Body)[]) if (!allowed[WRITERS[key]]) throw forbidden();
  if (Object.keys(body).length === 0 && !allowed.owner_or_admin) throw forbidden();
  if (!isOwner && (body.email !== undefined || body.username !== undefined || body.is_active !== undefined))
    await checkAsStrong(tx, caller, { type: 'user', id: profile.id });
  if (body.role !== undefined && body.role !== profile.role) {
    await checkAsStrong(tx, caller, { type: 'user', id: profile.id });
    checkMayGrantBasic(caller, body.role);
    if (profile.isActive && profile.role === 'admin' && !(await hasOtherAdmin(tx, caller.org, profile.id))) throw lastAdmin();
  }
  if (typeof body.current_team_id === 'string' && (await findTeam(tx, caller.org, body.current_team_id)) === null)
    throw missingReference('current_team_id');
}

async function setRoles(tx: Tx, caller: Caller, profile: Profile, roleIds: readonly string[], now: Date): Promise<void> {
  const had = (await rolesOf(tx, caller.org, 'user', [profile.id])).get(profile.id) ?? [];
  await checkRoles(tx, caller, roleIds, had);
  if (had.some((id) => !roleIds.includes(id))) await checkAsStrong(tx, caller, { type: 'user', id: profile.id });
  await assignRoles(tx, caller.org, { type: 'user', id: profile.id }, roleIds, now);
}

function changed(profile: Profile, body: Body): Profile {
  const given = <T>(value: T | undefined, stored: T): T => (value === undefined ? stored : value);
  return {
    ...profile,
    username: given(body.username, profile.username),
    name: given(body.name, profile.name),
    role: given(body.role, profile.role),
    timezone: given(body.timezone, profile.timezone),
    workingHours: given(body.working_hours, profile.workingHours),
    currentTeamId: given(body.current_team_id, profile.currentTeamId),
    unverifiedPhoneNumber: given(body.unverified_phone_number, profile.unverifiedPhoneNumber),
    hidesPhoneNumber: given(body.hide_phone_number, profile.hidesPhoneNumber),
    avatarUrl: given(body.avatar_url, profile.avatarUrl),
    isActive: given(body.is_active, profile.isActive),
  };
}

/**
 * The address that a person has from now on. One that can be written to becomes theirs when its owner has confirmed it, so that nobody
 * signs in by, or is paged at, an address that is not their own. Without a mail server, and for those who have yet to claim their
 * account, it changes at once.
 */
async function changeEmail(tx: Tx, { clock, auth }: ProfileDeps, org: string, profile: Profile, wanted: string): Promise<string> {
  const { id, email, state } = profile;
  await cancelEmailChange(tx, org, id);
  if (!auth.mail.isOn() || state !== 'active' || wanted.toLowerCase() === email.toLowerCase()) return wanted;
  if ((await findUserByLogin(tx, org, wanted)) !== null) throw UNIQUES.users_email_key;
  const now = clock.now();
  await requestEmailChange(tx, org, id, wanted, now);
  for (const kind of ['email_confirmation', 'email_changing'] as const)
    await auth.mail.add(tx, { kind, organizationId: org, id, requestedAt: now.toISOString() });
  return email;
}

function eventOf(body: Body, profile: Profile): string {
  if (body.is_active === false && profile.isActive) return 'deactivated';
  if (body.is_active === true && !profile.isActive) return 'activated';
  if (body.role !== undefined && body.role !== profile.role) return 'role_changed';
  return body.roles === undefined ? 'updated' : 'permissions_changed';
}

function starPhones(shown: object | null): Record<string, unknown> | null {
  if (shown === null) return null;
  return Object.fromEntries(
    Object.entries(shown).map(([key, value]) => [
      key,
      key.endsWith('phone_number') && typeof value === 'string' ? maskPhone(value) : value,
    ]),
  );
}
