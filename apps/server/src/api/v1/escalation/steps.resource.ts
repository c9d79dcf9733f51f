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
import { type Warn, withoutUnknown } from '../conventions/warnings.ts';
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
    problems: Type.Optional(
      Type.Array(Type.String(), { description: 'Why the step will not do what it says; left out where there is no reason.' }),
    ),
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
  createOnly: ['escalation_chain_id'],
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
    const disabled = await disabledWebhooks(db, caller, rows);
    return rows.map((step) => ({
      id: step.id,
      escalation_chain_id: step.chainId,
      position: step.position,
      type: step.type,
      ...presentStepValues({ ...step, userIds: step.userIds.filter((id) => live.has(id)) }),
      ...presentProblems(step, live, disabled),
    }));
  },
  async create(tx, caller, body, warn) {
    if (body.type === null) throw fieldErrors({ type: ['This field may not be null.'] });
    const chainId = body.escalation_chain_id;
    if (chainId === null || (await findChain(tx, caller.org, chainId)) === null) throw missingReference('escalation_chain_id');
    await checkVisible(tx, caller, 'escalation_chains', chainId);
    const placement = readPlacement(body);
    await checkPeople(tx, caller, body, warn);
    const values = await withKnownTargets(tx, caller, readStepValues(EMPTY_STEP, body), null);
    return createStep(tx, caller.org, chainId, values, placement, clock.now());
  },
  async update(tx, caller, step, body, _method, warn) {
    const placement = readPlacement(body);
    await checkPeople(tx, caller, body, warn);
    const values = await withKnownTargets(tx, caller, readStepValues(step, body), step);
    return updateStep(tx, caller.org, step, values, placement);
  },
  remove: (tx, caller, step) => deleteStep(tx, caller.org, step.id),
});

/** Those of the people who are there, and whether they may be notified. */
async function liveUsers(
  db: Db | Tx,
  caller: Caller,
  steps: readonly Pick<StepValues, 'userIds'>[],
): Promise<Map<string, { username: string; may_be_notified: boolean }>> {
  const ids = [...new Set(steps.flatMap((step) => step.userIds))];
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; username: string; may_be_notified: boolean }>`
    select id, username, may_be_notified from users where organization_id = ${caller.org} and is_active and id = any(${ids}::text[])`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

async function disabledWebhooks(db: Db | Tx, caller: Caller, steps: readonly StepValues[]): Promise<Set<string>> {
  const ids = [...new Set(steps.flatMap((step) => step.webhookId ?? []))];
  if (ids.length === 0) return new Set();
  const { rows } = await sql<{ id: string }>`
    select id from webhook where organization_id = ${caller.org} and id = any(${ids}::text[]) and not is_enabled`.execute(db);
  return new Set(rows.map((row) => row.id));
}

/** Why a step will not do what it says, as far as the step itself tells (http-api-alerting.md 4, 25). */
function presentProblems(
  step: StepValues,
  live: Awaited<ReturnType<typeof liveUsers>>,
  disabled: ReadonlySet<string>,
): { problems?: readonly string[] } {
  const missing = missingOf(step);
  const people = step.userIds.flatMap((id) => live.get(id) ?? []);
  const problems = [
    ...(missing === null ? [] : [missing]),
    ...(isPeopleStep(step) && people.length === 0 ? ['Nobody is named: the step notifies nobody.'] : []),
    ...(isPeopleStep(step) ? people : [])
      .filter((person) => !person.may_be_notified)
      .map((person) => `${person.username} may not be notified: the role does not allow it.`),
    ...(step.webhookId !== null && disabled.has(step.webhookId) ? ['The webhook is switched off.'] : []),
  ];
  return problems.length === 0 ? {} : { problems };
}

const isPeopleStep = ({ type }: StepValues): boolean => type === 'notify_persons' || type === 'notify_person_next_each_time';

/** What a step of its type needs and does not have; null when it has it. */
function missingOf(step: StepValues): string | null {
  switch (step.type) {
    case null:
      return 'Nothing is chosen: the step is passed.';
    case 'wait':
      return step.waitSeconds === null ? 'No duration is chosen: it waits 5 minutes.' : null;
    case 'notify_team_members':
      return step.teamId === null ? 'No team is named: the step notifies nobody.' : null;
    case 'notify_on_call_from_schedule':
    case 'notify_next_on_call_from_schedule':
      return step.scheduleId === null ? 'No schedule is named: the step notifies nobody.' : null;
    case 'notify_user_group':
      return step.userGroupId === null ? 'No user group is named: the step notifies nobody.' : null;
    case 'trigger_webhook':
      return step.webhookId === null ? 'No webhook is named: the step calls nothing.' : null;
    case 'notify_if_time_from_to':
      return step.timeFrom === null || step.timeTo === null ? 'No times are chosen: the step is passed.' : null;
    case 'notify_if_num_alerts_in_window':
      return step.numAlertsInWindow === null || step.numMinutesInWindow === null
        ? 'No number is chosen: the step is passed.'
        : null;
    default:
      return null;
  }
}

/** Tells of people in the body who are not there, and refuses them where the organization is strict. */
async function checkPeople(tx: Tx, caller: Caller, body: StepPeople, warn: Warn): Promise<void> {
  for (const field of ['persons_to_notify', 'persons_to_notify_next_each_time'] as const) {
    const sent = body[field];
    if (sent === undefined || sent === null) continue;
    const live = await liveUsers(tx, caller, [{ userIds: [...sent] }]);
    await withoutUnknown(tx, caller, field, sent, (id) => live.has(id), warn);
  }
}
type StepPeople = {
  readonly persons_to_notify?: readonly string[] | null;
  readonly persons_to_notify_next_each_time?: readonly string[] | null;
};

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
