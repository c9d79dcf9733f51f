import { sql } from 'kysely';
import { Type } from 'typebox';
import { visibleTo } from '../../../access/index.ts';
import {
  type ChainStep,
  createStep,
  deleteStep,
  EMPTY_STEP,
  findChain,
  findStep,
  listSteps,
  STEP_TYPES,
  type StepValues,
  updateStep,
} from '../../../escalation/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { fieldErrors } from '../conventions/api-error.ts';
import type { Caller } from '../conventions/caller.ts';
import { missingReference } from '../conventions/fields.ts';
import { single } from '../conventions/pagination.ts';
import { readPlacement } from '../conventions/position-fields.ts';
import type { Resource } from '../conventions/resource.ts';
import { checkVisible } from '../conventions/visibility.ts';
import { presentStepValues, readStepValues, stepFields } from './step-fields.ts';

const IdOrNull = Type.Union([Type.String(), Type.Null()]);
const IntOrNull = Type.Union([Type.Integer(), Type.Null()]);

const StepSchema = Type.Object(
  {
    id: Type.String(),
    escalation_chain_id: Type.String(),
    position: Type.Integer(),
    type: Type.Union([...STEP_TYPES.map((type) => Type.Literal(type)), Type.Null()]),
    important: Type.Optional(Type.Boolean()),
    duration: Type.Optional(IntOrNull),
    persons_to_notify: Type.Optional(Type.Array(Type.String())),
    persons_to_notify_next_each_time: Type.Optional(Type.Array(Type.String())),
    team_to_notify: Type.Optional(IdOrNull),
    notify_on_call_from_schedule: Type.Optional(IdOrNull),
    group_to_notify: Type.Optional(IdOrNull),
    action_to_trigger: Type.Optional(IdOrNull),
    notify_if_time_from: Type.Optional(IdOrNull),
    notify_if_time_to: Type.Optional(IdOrNull),
    num_alerts_in_window: Type.Optional(IntOrNull),
    num_minutes_in_window: Type.Optional(IntOrNull),
    severity: Type.Optional(IdOrNull),
  },
  { description: 'Beside the first four keys only those that belong to the type are there.' },
);

export const stepsResource = ({
  clock,
}: {
  clock: Clock;
}): Resource<ChainStep, typeof stepFields, 'escalation_chain_id' | 'type'> => ({
  path: 'escalation_policies',
  name: 'escalation policy',
  plural: 'EscalationPolicies',
  read: 'escalation-chains:read',
  write: 'escalation-chains:write',
  pageSize: 50,
  item: StepSchema,
  filters: { escalation_chain_id: Type.Optional(Type.String()) },
  fields: stepFields,
  required: { create: ['escalation_chain_id', 'type'] },
  list(db, caller, query, window) {
    const chainId = single(query.escalation_chain_id);
    return listSteps(
      db,
      caller.org,
      { ...(chainId === undefined || chainId === '' ? {} : { chainId }), ...visibleTo(caller) },
      window,
    );
  },
  get: (db, caller, id) => findStep(db, caller.org, id),
  async present(db, caller, rows) {
    const live = await liveUsers(db, caller, rows);
    return rows.map((step) => ({
      id: step.id,
      escalation_chain_id: step.chainId,
      position: step.position,
      type: step.type,
      ...presentStepValues({ ...step, userIds: step.userIds.filter((id) => live.has(id)) }),
    }));
  },
  async create(tx, caller, body) {
    if (body.type === null) throw fieldErrors({ type: ['This field may not be null.'] });
    const chainId = body.escalation_chain_id;
    if (chainId === null || (await findChain(tx, caller.org, chainId)) === null) throw missingReference('escalation_chain_id');
    await checkVisible(tx, caller, 'escalation_chains', chainId);
    const placement = readPlacement(body);
    const values = await withKnownTargets(tx, caller, readStepValues(EMPTY_STEP, body), null);
    return createStep(tx, caller.org, chainId, values, placement, clock.now());
  },
  async update(tx, caller, step, body) {
    const placement = readPlacement(body);
    const values = await withKnownTargets(tx, caller, readStepValues(step, body), step);
    return updateStep(tx, caller.org, step, values, placement);
  },
  remove: (tx, caller, step) => deleteStep(tx, caller.org, step.id),
});

async function liveUsers(db: Db | Tx, caller: Caller, steps: readonly Pick<StepValues, 'userIds'>[]): Promise<Set<string>> {
  const ids = [...new Set(steps.flatMap((step) => step.userIds))];
  if (ids.length === 0) return new Set();
  const { rows } = await sql<{ id: string }>`
    select id from users where organization_id = ${caller.org} and is_active and id = any(${ids}::text[])`.execute(db);
  return new Set(rows.map((row) => row.id));
}

/** Unknown people are dropped from a list silently, as clients rely on; any other unknown target is an error. */
async function withKnownTargets(tx: Tx, caller: Caller, values: StepValues, stored: StepValues | null): Promise<StepValues> {
  const live = await liveUsers(tx, caller, [values]);
  const exists = async (table: string, id: string, alive: string): Promise<boolean> => {
    const { rows } =
      await sql`select 1 from ${sql.table(table)} where organization_id = ${caller.org} and id = ${id} and ${sql.raw(alive)}`.execute(
        tx,
      );
    return rows.length > 0;
  };
  if (values.teamId !== null && !(await exists('team', values.teamId, 'true'))) throw missingReference('team_to_notify');
  if (values.webhookId !== null && !(await exists('webhook', values.webhookId, 'deleted_at is null')))
    throw missingReference('action_to_trigger');
  // Others would be called with an event that did not happen (outgoing-webhooks.md 13.1); those in use from before stay.
  if (
    values.webhookId !== null &&
    values.webhookId !== stored?.webhookId &&
    !(await exists('webhook', values.webhookId, 'trigger_type = 0'))
  )
    throw fieldErrors({ action_to_trigger: ['Only webhooks with the trigger type "escalation" can be used here.'] });
  // No Slack workspace can be connected yet, so there is no user group to name.
  if (values.scheduleId !== null && !(await exists('schedule', values.scheduleId, 'true')))
    throw missingReference('notify_on_call_from_schedule');
  if (values.userGroupId !== null) throw missingReference('group_to_notify');
  return { ...values, userIds: values.userIds.filter((id) => live.has(id)) };
}
