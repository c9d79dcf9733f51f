import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { Type } from 'typebox';
import { assignRoles, nextGrafanaUserId, ROLES, type Role } from '../../../access/index.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { isTimeZone } from '../../../schedules/index.ts';
import { createUser, findTeam, listMembers, teamsOfUsers } from '../../../users/index.ts';
import { checkMayGrantBasic, checkMembership, checkRoles } from '../access/grants.ts';
import { fieldErrors } from '../conventions/api-error.ts';
import { audit, resourceEvent } from '../conventions/audit.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { custom, Invalid, idList, missingReference, nullable, readBody, text } from '../conventions/fields.ts';
import { inOneTransaction, sendJson } from '../conventions/resource.ts';
import type { AuthDeps } from './auth-context.ts';
import { USER_REFUSALS } from './user-refusals.ts';

const role = custom<Role>(Type.Union(ROLES.map((word) => Type.Literal(word))), (raw) => {
  const found = ROLES.find((word) => word === raw);
  if (found === undefined) throw new Invalid([`"${String(raw)}" is not a valid choice.`]);
  return found;
});
const fields = {
  username: text({ max: 100 }),
  email: text({ max: 254 }),
  name: text({ max: 200, blank: true }),
  role,
  roles: idList(),
  teams: idList(),
  timezone: nullable(text({ max: 100, blank: true })),
};
const CreatedUser = named(
  'CreatedUser',
  Type.Object({
    id: Type.String(),
    grafana_id: Type.Integer(),
    username: Type.String(),
    email: Type.String(),
    name: Type.String(),
    role: Type.String(),
    roles: Type.Array(Type.String()),
    teams: Type.Array(Type.String()),
    timezone: Type.Union([Type.String(), Type.Null()]),
    state: Type.String({ description: '`placeholder`: may be scheduled and paged, signs in once an invitation was accepted.' }),
  }),
);

/** People who are on call before they ever sign in (access.md 7.5): made here, claimed by an invitation or at a provider. */
export function registerUserCreation(app: FastifyInstance, { db, clock }: AuthDeps): void {
  app.post(
    '/users',
    {
      config: { permission: 'users:write', needsProof: true },
      schema: {
        operationId: 'createUser',
        summary: 'Adds a person who cannot sign in yet; invite their address so that they can',
        tags: ['users'],
        body: Type.Object({
          username: fields.username.schema,
          email: fields.email.schema,
          name: Type.Optional(fields.name.schema),
          role: Type.Optional(role.schema),
          roles: Type.Optional(Type.Array(Type.String(), { description: 'Ids of added roles.' })),
          teams: Type.Optional(Type.Array(Type.String(), { description: 'Ids.' })),
          timezone: Type.Optional(fields.timezone.schema),
        }),
        response: { 201: CreatedUser },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { org } = caller;
      const body = readBody(fields, request.body, ['username', 'email']);
      const { role: basic = 'viewer', roles = [], teams = [] } = body;
      const timezone = body.timezone ? body.timezone : null;
      if (timezone !== null && !isTimeZone(timezone)) throw fieldErrors({ timezone: ['Invalid timezone'] });
      checkMayGrantBasic(caller, basic);
      const shown = await inOneTransaction(db, {}, async (tx) => {
        await checkRoles(tx, caller, roles, []);
        for (const id of teams) {
          if ((await findTeam(tx, org, id)) === null) throw missingReference('teams');
          const present = (await listMembers(tx, org, id)).map((member) => member.userId);
          await checkMembership(tx, caller, id, [...present, '']);
        }
        const now = clock.now();
        const grafanaId = await nextGrafanaUserId(tx, org);
        const { username, email, name = '' } = body;
        const wanted = { grafanaId, username, email, name, role: basic, timezone, passwordHash: null };
        const made = await createUser(tx, org, wanted, now);
        if (!made.ok) throw fieldErrors(USER_REFUSALS[made.reason]); // rolls back
        const { user } = made;
        await becomePlaceholder(tx, org, user.id, teams);
        if (roles.length > 0) await assignRoles(tx, org, { type: 'user', id: user.id }, roles, now);
        const after = {
          id: user.id,
          grafana_id: user.grafanaId,
          username: user.username,
          email: user.email,
          name: user.name,
          role: user.role,
          roles,
          teams: (await teamsOfUsers(tx, org, [user.id])).get(user.id) ?? [],
          timezone: user.timezone,
          state: 'placeholder',
        };
        await audit(tx, request, { ...resourceEvent('user', null, after), type: 'user', name: 'user_created' }, clock);
        return after;
      });
      return sendJson(reply, 201, JSON.stringify(shown));
    },
  );
}

async function becomePlaceholder(tx: Tx, org: string, userId: string, teams: readonly string[]): Promise<void> {
  await tx
    .updateTable('users')
    .set({ state: 'placeholder' })
    .where('organization_id', '=', org)
    .where('id', '=', userId)
    .execute();
  await sql`insert into team_member (organization_id, team_id, user_id)
    select ${org}, id, ${userId} from team where organization_id = ${org} and id = any(${[...teams]}::text[])
    on conflict do nothing`.execute(tx);
}
