import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { findViewedRole, viewAs } from '../../../access/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import { findUser } from '../../../users/index.ts';
import { fieldErrors } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { sessionOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { readBody, text } from '../conventions/fields.ts';
import { errorResponses, sendJson } from '../conventions/resource.ts';
import type { AuthDeps } from './auth-context.ts';
import { sessionEvent } from './begin-session.ts';

const fields = { role: text() };

/** The role that an admin looks at the product as. */
export const ViewedRoleSchema = named(
  'ViewedRole',
  Type.Object({
    id: Type.String({ description: '`basic:viewer`, the id of a fixed role, or of one of the organization.' }),
    name: Type.String(),
  }),
);

/** Lets admins see what a role lets people see, without writing anything until they stop (access.md 17.1). */
export function registerViewAs(app: FastifyInstance, { db, clock }: AuthDeps): void {
  const tags = ['auth'];
  app.put(
    '/auth/view_as',
    {
      config: { permission: 'admin:admin', sessionOnly: true },
      schema: {
        operationId: 'startViewingAsRole',
        summary: 'Gives this session the reading rights of a role and lets it change nothing, until it stops',
        tags,
        body: Type.Object({
          role: Type.String({ description: 'A basic role as `basic:viewer`, or the id of a fixed or own one.' }),
        }),
        response: { 200: ViewedRoleSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      const { role: id } = readBody(fields, request.body, ['role']);
      const viewed = await inTransaction(db, async (tx) => {
        const role = await findViewedRole(tx, session.org, id);
        if (role === null) throw fieldErrors({ role: ['There is no such role.'] });
        await viewAs(tx, session, role.id);
        const user = await findUser(tx, session.org, session.userId);
        await audit(tx, request, sessionEvent('role_view_started', user, role.name), clock);
        return { id: role.id, name: role.name };
      });
      return sendJson(reply, 200, JSON.stringify(viewed));
    },
  );
  app.delete(
    '/auth/view_as',
    {
      config: { permission: 'signed-in', sessionOnly: true, whileViewingAs: true },
      schema: {
        operationId: 'stopViewingAsRole',
        summary: "Gives this session its person's own rights again",
        tags,
        response: { 204: Type.Null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      await inTransaction(db, async (tx) => {
        if (!(await viewAs(tx, session, null))) return;
        const user = await findUser(tx, session.org, session.userId);
        await audit(tx, request, sessionEvent('role_view_ended', user), clock);
      });
      return reply.code(204).send();
    },
  );
}
