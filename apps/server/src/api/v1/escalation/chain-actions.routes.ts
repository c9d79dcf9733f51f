import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { copySteps, createChain, findChain, reorderSteps, stepOrder } from '../../../escalation/index.ts';
import { routesToChain } from '../../../integrations/index.ts';
import { notFound } from '../conventions/api-error.ts';
import { audit, resourceEvent } from '../conventions/audit.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { sendOne } from '../conventions/etag.ts';
import { readBody, text } from '../conventions/fields.ts';
import { registerOrder } from '../conventions/order.routes.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { checkTeam, TeamIdSchema, teamField } from '../conventions/team-field.ts';
import { hiddenFrom, nameFor } from '../conventions/visibility.ts';
import { CHAIN_UNIQUES, ChainSchema, presentChain } from './chains.resource.ts';

const fields = { name: text({ max: 100 }), team_id: teamField };
const IdParams = Type.Object({ id: Type.String() });
const UsesSchema = named(
  'EscalationChainUses',
  Type.Object({
    integrations: Type.Array(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        routes: Type.Array(Type.Object({ id: Type.String(), position: Type.Integer(), is_default: Type.Boolean() })),
      }),
      { description: 'Integrations with the routes that lead to the chain.' },
    ),
  }),
);

/** What is done with whole chains (access.md 6.1): copied, and asked about who uses them. */
export function registerChainActions(app: FastifyInstance, deps: ApiDeps): void {
  const { db, clock } = deps;
  const tags = ['escalation_chains'];
  app.post(
    '/escalation_chains/:id/copy',
    {
      config: { permission: 'escalation-chains:write' },
      schema: {
        operationId: 'copyEscalationChain',
        summary: 'Makes a chain of the same steps; turns of people begin anew',
        tags,
        params: IdParams,
        body: Type.Object({ name: fields.name.schema, team_id: Type.Optional(TeamIdSchema) }),
        response: { 201: ChainSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { org } = caller;
      const body = readBody(fields, request.body, ['name']);
      const shown = await inOneTransaction(db, CHAIN_UNIQUES, async (tx) => {
        const source = await findChain(tx, org, (request.params as { id: string }).id);
        if (source === null) throw notFound();
        await checkTeam(tx, caller, body.team_id);
        const teamId = body.team_id === undefined ? source.teamId : body.team_id;
        const chain = await createChain(tx, org, { name: body.name, teamId }, clock.now());
        await copySteps(tx, org, source.id, chain.id, clock.now());
        const after = presentChain(chain);
        await audit(tx, request, { ...resourceEvent('escalation_chain', null, after), note: `copy of ${source.name}` }, clock);
        return after;
      });
      return sendOne(reply, 201, JSON.stringify(shown));
    },
  );
  app.get(
    '/escalation_chains/:id/uses',
    {
      config: { permission: 'escalation-chains:read' },
      schema: {
        operationId: 'getEscalationChainUses',
        summary: 'Tells which routes lead to a chain',
        tags,
        params: IdParams,
        response: { 200: UsesSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = request.params as { id: string };
      if ((await findChain(db, caller.org, id)) === null) throw notFound();
      const routes = await routesToChain(db, caller.org, id);
      const ids = [...new Set(routes.map((route) => route.integrationId))];
      const hidden = await hiddenFrom(db, caller, 'integrations', ids);
      const integrations = ids.map((integrationId) => {
        const own = routes.filter((route) => route.integrationId === integrationId);
        const shown = nameFor(hidden, { id: integrationId, name: own[0]?.integrationName ?? '' });
        return {
          ...shown,
          routes: own.map((route) => ({ id: route.id, position: route.position, is_default: route.isDefault })),
        };
      });
      return sendJson(reply, 200, JSON.stringify({ integrations }));
    },
  );
  registerOrder(app, deps, {
    path: '/escalation_chains/:id/steps_order',
    title: 'StepsOrder',
    permissions: { read: 'escalation-chains:read', write: 'escalation-chains:write' },
    tags,
    about: {
      read: 'The order of the steps of a chain',
      put: 'Puts all steps of a chain into an order',
      ids: 'Ids of steps in their order.',
    },
    audited: { type: 'escalation_chain', field: 'steps' },
    async owner(at, { org }, id) {
      const chain = await findChain(at, org, id);
      if (chain === null) throw notFound();
      return chain;
    },
    order: stepOrder,
    reorder: reorderSteps,
  });
}
