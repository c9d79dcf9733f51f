import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { ApiError } from './api-error.ts';
import { audit, resourceEvent } from './audit.ts';
import { type Caller, callerOf } from './caller.ts';
import { checkUnchanged, sendOne } from './etag.ts';
import { idList, readBody } from './fields.ts';
import { type ApiDeps, errorResponses, inOneTransaction } from './resource.ts';

type Permissions = {
  readonly read: 'escalation-chains:read' | 'integrations:read';
  readonly write: 'escalation-chains:write' | 'integrations:write';
};

/** The order of what an object holds, as a whole. */
export interface OrderOf {
  readonly path: string;
  readonly title: 'RoutesOrder' | 'StepsOrder';
  readonly permissions: Permissions;
  readonly tags: string[];
  /** What one reads, what one puts in order, and what the ids in it are, for the description. */
  readonly about: { readonly read: string; readonly put: string; readonly ids: string };
  /** Type of the object in the audit log, and the name of what is in order there. */
  readonly audited: { readonly type: string; readonly field: string };
  /** @throws 404 */
  owner(
    db: Db | Tx,
    caller: Caller,
    id: string,
  ): Promise<{ readonly id: string; readonly name: string; readonly teamId: string | null }>;
  order(db: Db | Tx, org: string, id: string): Promise<readonly string[]>;
  reorder(
    tx: Tx,
    org: string,
    id: string,
    order: readonly string[],
    was: readonly string[] | null,
  ): Promise<
    { readonly ok: true; readonly before: readonly string[] } | { readonly ok: false; readonly current: readonly string[] }
  >;
}

const IdParams = Type.Object({ id: Type.String() });

/** Reads an order, and puts another in its place unless somebody changed it meanwhile (http-api-alerting.md 1.12). */
export function registerOrder(app: FastifyInstance, { db, clock }: ApiDeps, of: OrderOf): void {
  const { tags, permissions, about, audited } = of;
  const OrderSchema = Type.Object({ order: Type.Array(Type.String({ description: about.ids })) });
  const textOf = async (at: Db | Tx, org: string, id: string): Promise<string> =>
    JSON.stringify({ order: await of.order(at, org, id) });
  app.get(
    of.path,
    {
      config: { permission: permissions.read },
      schema: {
        operationId: `get${of.title}`,
        summary: about.read,
        tags,
        params: IdParams,
        response: { 200: OrderSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = await of.owner(db, caller, (request.params as { id: string }).id);
      return sendOne(reply, 200, await textOf(db, caller.org, id));
    },
  );
  app.put(
    of.path,
    {
      config: { permission: permissions.write },
      schema: {
        operationId: `put${of.title}`,
        summary: `${about.put}, unless somebody changed it meanwhile`,
        tags,
        params: IdParams,
        body: Type.Object({
          order: Type.Array(Type.String()),
          was: Type.Optional(
            Type.Array(Type.String(), { description: 'The order that was seen; 412 where it is another by now.' }),
          ),
        }),
        response: {
          200: OrderSchema,
          412: Type.Object({ detail: Type.String(), code: Type.String(), order: Type.Array(Type.String()) }),
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { org } = caller;
      const { order, was } = readBody({ order: idList(), was: idList() }, request.body, ['order']);
      await inOneTransaction(db, {}, async (tx) => {
        const { id, name, teamId } = await of.owner(tx, caller, (request.params as { id: string }).id);
        await checkUnchanged(tx, request, of.title, id, () => textOf(tx, org, id));
        const result = await of.reorder(tx, org, id, order, was ?? null);
        if (!result.ok) {
          const detail = 'The object has changed since it was read.';
          throw new ApiError(412, { detail, code: 'conflict', order: result.current });
        }
        const named = { id, name, team_id: teamId };
        const event = resourceEvent(
          audited.type,
          { ...named, [audited.field]: result.before },
          { ...named, [audited.field]: order },
        );
        await audit(tx, request, event, clock);
      });
      return sendOne(reply, 200, JSON.stringify({ order }));
    },
  );
}
