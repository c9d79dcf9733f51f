import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { Type } from 'typebox';
import type { Permission } from '../../../access/index.ts';
import { findListedGroup, lastStepRecords, type StepRecord } from '../../../alerting/index.ts';
import { type Plan, type PlanDeps, planOf, planOfChain } from '../../../escalation/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Db } from '../../../platform/db/database.ts';
import { notFound } from '../conventions/api-error.ts';
import { type Caller, callerOf } from '../conventions/caller.ts';
import { readBody } from '../conventions/fields.ts';
import { instantField } from '../conventions/instant-field.ts';
import { errorResponses } from '../conventions/resource.ts';
import { checkVisible, hiddenFrom } from '../conventions/visibility.ts';
import { PlanSchema, presentPlan } from './present-plan.ts';

export type PlanRoutesDeps = { readonly db: Db; readonly clock: Clock; readonly plan: PlanDeps };

const IdParams = Type.Object({ id: Type.String() });
const NO_STEPS: ReadonlyMap<string, StepRecord> = new Map();

/** Who will be notified when and on what, by the engine's own rules (web-ui.md 6.4, 11). */
export function registerPlans(app: FastifyInstance, deps: PlanRoutesDeps): void {
  const { db, clock } = deps;
  app.get(
    '/alert_groups/:id/escalation_plan',
    {
      config: { permission: 'alert-groups:read' },
      schema: {
        operationId: 'getEscalationPlan',
        summary: 'Tells what will happen to an alert group if nobody does anything',
        tags: ['alert_groups'],
        params: IdParams,
        response: { 200: PlanSchema, ...errorResponses },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { id } = request.params as { id: string };
      const now = clock.now();
      const group = await findListedGroup(db, caller.org, id);
      const plan = group === null ? null : await planOf(deps.plan, caller.org, id, now);
      if (group === null || plan === null) throw notFound();
      const done = plan.snapshotAt === null ? NO_STEPS : await lastStepRecords(db, caller.org, id, plan.snapshotAt);
      return presentPlan({ plan, now, routeId: group.routeId, done, hidden: await hiddenNames(db, caller, plan) });
    },
  );

  const dryRun = (kind: 'escalation_chains' | 'routes', permission: Permission, operationId: string) =>
    app.post(
      `/${kind}/:id/simulate`,
      {
        config: { permission },
        schema: {
          operationId,
          summary: 'Tells what would happen if an alert came, now or at an instant',
          tags: [kind],
          params: IdParams,
          body: Type.Object({ at: Type.Optional(instantField.schema) }),
          response: { 200: PlanSchema, ...errorResponses },
        },
      },
      async (request) => {
        const caller = callerOf(request);
        const { id } = request.params as { id: string };
        const at = readBody({ at: instantField }, request.body).at ?? clock.now();
        const chainId = kind === 'routes' ? await chainOfRoute(db, caller.org, id) : id;
        if (kind === 'routes' && chainId !== null) await checkVisible(db, caller, 'escalation_chains', chainId);
        const plan = chainId === null ? NO_CHAIN : await planOfChain(deps.plan, caller.org, chainId, at);
        if (plan === null) throw notFound();
        const hidden = await hiddenNames(db, caller, plan);
        return presentPlan({ plan, now: at, routeId: kind === 'routes' ? id : null, done: NO_STEPS, hidden });
      },
    );
  dryRun('escalation_chains', 'escalation-chains:read', 'simulateEscalationChain');
  dryRun('routes', 'integrations:read', 'simulateRoute');
}

const NO_CHAIN: Plan = {
  state: { kind: 'none', because: 'no_chain' },
  snapshot: null,
  snapshotAt: null,
  outdated: false,
  position: 0,
  round: 0,
  isHypothetical: false,
  reminder: null,
  forecast: { visits: [], rules: [], sleepsAt: null, resumedAt: null, truncated: false },
  lists: [],
  people: new Map(),
};

async function chainOfRoute(db: Db, org: string, id: string): Promise<string | null> {
  const { rows } = await sql<{ chain_id: string | null }>`
    select r.escalation_chain_id as chain_id from route r
    join integration i on i.organization_id = r.organization_id and i.id = r.integration_id and i.deleted_at is null
    where r.organization_id = ${org} and r.id = ${id}`.execute(db);
  const route = rows[0];
  if (route === undefined) throw notFound();
  return route.chain_id;
}

/** Schedules and chains of the plan that belong to teams whose names the caller may not know. */
async function hiddenNames(db: Db, caller: Caller, { snapshot }: Plan): Promise<ReadonlySet<string>> {
  const scheduleIds = (snapshot?.steps ?? []).flatMap((step) =>
    'scheduleId' in step && step.scheduleId !== null ? [step.scheduleId] : [],
  );
  const chainIds = snapshot?.chain == null ? [] : [snapshot.chain.id];
  const sets = [
    await hiddenFrom(db, caller, 'schedules', scheduleIds),
    await hiddenFrom(db, caller, 'escalation_chains', chainIds),
  ];
  return new Set(sets.flatMap((set) => [...set]));
}
