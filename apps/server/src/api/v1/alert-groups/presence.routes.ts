import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { findListedGroup } from '../../../alerting/index.ts';
import { addLiveEvents } from '../../../live/index.ts';
import type { Db } from '../../../platform/db/database.ts';
import { findUser } from '../../../users/index.ts';
import { notFound } from '../conventions/api-error.ts';
import { callerOf, personOf } from '../conventions/caller.ts';
import { boolean, readBody } from '../conventions/fields.ts';
import { errorResponses, inOneTransaction } from '../conventions/resource.ts';

const fields = { is_new: boolean(), is_over: boolean() };

/** Who looks at an alert group now (web-ui.md 2.5). Nothing is kept: pages tell each other, and forget who is silent for a minute. */
export function registerPresence(app: FastifyInstance, { db }: { db: Db }): void {
  app.post(
    '/alert_groups/:id/presence',
    {
      config: { permission: 'alert-groups:read', usersOnly: true, accessLog: 'debug' },
      schema: {
        operationId: 'tellPresence',
        summary: 'Tells others who look at the alert group that the caller does',
        description:
          'An event `presence` goes to everybody who may see the alert group; its data holds `user`, `is_new` and `is_over`. Send it every 30 seconds.',
        tags: ['alert_groups'],
        params: Type.Object({ id: Type.String() }),
        body: Type.Object({
          is_new: Type.Optional(
            Type.Boolean({ description: 'The caller has just come: others are asked to tell of themselves.' }),
          ),
          is_over: Type.Optional(Type.Boolean({ description: 'The caller looks away.' })),
        }),
        response: { 200: Type.Null({ description: 'Nothing.' }), ...errorResponses },
      },
    },
    async (request: FastifyRequest, reply) => {
      const caller = callerOf(request);
      const { id } = request.params as { id: string };
      const { is_new = false, is_over = false } = readBody(fields, request.body);
      const [group, user] = await Promise.all([findListedGroup(db, caller.org, id), findUser(db, caller.org, personOf(caller))]);
      if (group === null || user === null) throw notFound();
      await inOneTransaction(db, {}, (tx) =>
        addLiveEvents(tx, [
          {
            organizationId: caller.org,
            type: 'presence',
            objectId: id,
            integrationId: group.integrationId,
            data: { user: { id: user.id, name: user.name || user.username }, is_new, is_over },
          },
        ]),
      );
      return reply.code(200).removeHeader('content-type').send();
    },
  );
}
