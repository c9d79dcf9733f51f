import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { can } from '../../../access/index.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { findProfile, findUser, type Profile, saveProfile } from '../../../users/index.ts';
import { checkAsStrong } from '../access/grants.ts';
import { forbidden, notFound } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { type Caller, callerOf, personOf } from '../conventions/caller.ts';
import { checkIfMatch, sendOne } from '../conventions/etag.ts';
import { readBody } from '../conventions/fields.ts';
import { requireRecentProof } from '../conventions/proof.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { changeEmail, type EmailDeps } from './change-email.ts';
import { deactivate, UsesError } from './deactivate-user.ts';
import { presentProfile, starPhones } from './present-profile.ts';
import { PROFILE_UNIQUES, type ProfileBody, ProfileBodySchema, ProfileSchema, profileFields } from './profile-fields.ts';
import { checkWriter, needsProof, setRoles } from './profile-writers.ts';
import { UsesSchema, usesOf } from './user-uses.ts';

const IdParams = Type.Object({ id: Type.String() });

type ProfileDeps = ApiDeps & EmailDeps;

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
        body: ProfileBodySchema,
        response: { 200: ProfileSchema, 409: UsesError, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const id = idOf(request, caller);
      const body = readBody(profileFields, request.body);
      if (needsProof(body)) requireRecentProof(request, clock.now());
      const answer = await inOneTransaction(db, PROFILE_UNIQUES, async (tx) => {
        const profile = await findProfile(tx, caller.org, id, true);
        if (profile === null || (!profile.isActive && !can(caller, 'users:write'))) throw notFound();
        await checkWriter(tx, caller, profile, body);
        const before = await present(tx, caller, profile);
        checkIfMatch(request, JSON.stringify(before));
        if (body.roles !== undefined) await setRoles(tx, caller, profile, body.roles, clock.now());
        if (body.is_active === false && profile.isActive) await deactivate(tx, request, profile, clock.now());
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
        await deactivate(tx, request, profile, clock.now());
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

const idOf = (request: FastifyRequest, caller: Caller): string => {
  const { id } = request.params as { id: string };
  return id === 'current' ? personOf(caller) : id;
};

function changed(profile: Profile, body: ProfileBody): Profile {
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

function eventOf(body: ProfileBody, profile: Profile): string {
  if (body.is_active === false && profile.isActive) return 'deactivated';
  if (body.is_active === true && !profile.isActive) return 'activated';
  if (body.role !== undefined && body.role !== profile.role) return 'role_changed';
  return body.roles === undefined ? 'updated' : 'permissions_changed';
}
