import { sql } from 'kysely';
import type { Tx } from '../../platform/db/database.ts';
import { rowSet } from '../../platform/db/row-set.ts';
import { loadPeople, NO_PEOPLE, type People, type UserRef } from '../personal/people-store.ts';
import type { EscalationPorts, OnCallAnswer, WebhookAnswer } from '../ports.ts';
import type { EscalationStep } from '../step.ts';
import type { StepFacts } from './decide.ts';
import { nextInTurn } from './round-robin.ts';
import type { DueRun } from './run-store.ts';

/** A run with the step it is at; null: none is left. */
export type RunAtStep = { run: DueRun; step: EscalationStep | null };

/** For a look ahead, which moves and queues nothing: turns as they would have been taken, by the id of the step. */
export type DryRun = { turns: Map<string, string | null> };

type Team = { name: string; memberIds: readonly string[] };

const key = (organizationId: string, id: string): string => `${organizationId} ${id}`;

/** The variant of the union that a type belongs to; some variants have two types. */
type StepOf<T, S = EscalationStep> = S extends { type: infer U } ? (T extends U ? S : never) : never;

const ofType = <T extends EscalationStep['type']>(
  runs: readonly RunAtStep[],
  ...types: T[]
): { run: DueRun; step: StepOf<T> }[] =>
  runs.flatMap(({ run, step }) =>
    step !== null && (types as string[]).includes(step.type) ? [{ run, step: step as StepOf<T> }] : [],
  );

/**
 * Asks the world what the steps of a batch need to know, one statement for each kind of question. Turns of round robins are taken,
 * and webhooks queued, in this transaction, but for a dry run.
 * @returns the facts of each run, and the people that any of them found
 */
export async function gatherFacts(
  tx: Tx,
  ports: EscalationPorts,
  runs: readonly RunAtStep[],
  now: Date,
  dry: DryRun | null = null,
): Promise<{ factsOf: (run: DueRun) => StepFacts; people: People }> {
  const onCall = await askOnCall(tx, ports, runs, now);
  const teams = await loadTeams(tx, runs);
  const webhooks = dry === null ? await queueWebhooks(tx, ports, runs, now) : await findWebhooks(tx, runs);
  const counts = await countAlerts(tx, runs);
  const people = await loadPeople(tx, namedUsers(runs, onCall, teams));
  const turns = await takeTurns(tx, runs, people, dry);
  const factsOf = (run: DueRun): StepFacts => {
    const group = key(run.organizationId, run.alertGroupId);
    const facts: StepFacts = { people: people.get(run.organizationId) ?? NO_PEOPLE };
    const answer = onCall.get(group);
    if (answer !== undefined) facts.onCall = answer;
    const webhook = webhooks.get(group);
    if (webhook !== undefined) facts.webhook = webhook;
    const alertsInWindow = counts.get(group);
    if (alertsInWindow !== undefined) facts.alertsInWindow = alertsInWindow;
    const team = teams.get(group);
    if (team !== undefined) facts.team = team;
    const turn = turns.get(group);
    if (turn !== undefined) facts.turn = turn;
    return facts;
  };
  return { factsOf, people };
}

async function askOnCall(
  tx: Tx,
  ports: EscalationPorts,
  runs: readonly RunAtStep[],
  now: Date,
): Promise<Map<string, OnCallAnswer>> {
  const asked = ofType(runs, 'notify_on_call_from_schedule', 'notify_next_on_call_from_schedule').flatMap(({ run, step }) =>
    step.scheduleId === null
      ? []
      : [
          {
            run,
            scheduleId: step.scheduleId,
            which: step.type === 'notify_on_call_from_schedule' ? ('now' as const) : ('next' as const),
          },
        ],
  );
  if (asked.length === 0) return new Map();
  const unique = new Map(
    asked.map(({ run, scheduleId, which }) => [
      `${run.organizationId} ${scheduleId} ${which}`,
      { organizationId: run.organizationId, scheduleId, which },
    ]),
  );
  const answers = await ports.onCall(tx, [...unique.values()], now);
  const byQuestion = new Map([...unique.keys()].map((question, i) => [question, answers[i] ?? { kind: 'missing' as const }]));
  return new Map(
    asked.map(({ run, scheduleId, which }) => [
      key(run.organizationId, run.alertGroupId),
      byQuestion.get(`${run.organizationId} ${scheduleId} ${which}`) ?? { kind: 'missing' },
    ]),
  );
}

async function loadTeams(tx: Tx, runs: readonly RunAtStep[]): Promise<Map<string, Team | null>> {
  const asked = ofType(runs, 'notify_team_members');
  if (asked.length === 0) return new Map();
  const wanted = asked.flatMap(({ run, step }) => (step.teamId === null ? [] : [[run.organizationId, step.teamId] as const]));
  const { rows } = await sql<{ organization_id: string; id: string; name: string; member_ids: string[] }>`
    select t.organization_id, t.id, t.name, array(
        select m.user_id from team_member m where m.organization_id = t.organization_id and m.team_id = t.id order by m.user_id) as member_ids
    from team t where (t.organization_id, t.id) in (
      select * from unnest(${wanted.map(([org]) => org)}::text[], ${wanted.map(([, id]) => id)}::text[]))`.execute(tx);
  const byId = new Map(rows.map((row) => [key(row.organization_id, row.id), { name: row.name, memberIds: row.member_ids }]));
  return new Map(
    asked.map(({ run, step }) => [
      key(run.organizationId, run.alertGroupId),
      byId.get(key(run.organizationId, step.teamId ?? '')) ?? null,
    ]),
  );
}

async function queueWebhooks(
  tx: Tx,
  ports: EscalationPorts,
  runs: readonly RunAtStep[],
  now: Date,
): Promise<Map<string, WebhookAnswer>> {
  const asked = ofType(runs, 'trigger_webhook').flatMap(({ run, step }) =>
    step.webhookId === null
      ? []
      : [{ organizationId: run.organizationId, alertGroupId: run.alertGroupId, webhookId: step.webhookId, key: stepKey(run) }],
  );
  if (asked.length === 0) return new Map();
  const answers = await ports.triggerWebhook(tx, asked, now);
  return new Map(asked.map((call, i) => [key(call.organizationId, call.alertGroupId), answers[i] ?? { kind: 'missing' }]));
}

/** What webhook steps would call. */
async function findWebhooks(tx: Tx, runs: readonly RunAtStep[]): Promise<Map<string, WebhookAnswer>> {
  const asked = ofType(runs, 'trigger_webhook').flatMap(({ run, step }) =>
    step.webhookId === null ? [] : [{ run, webhookId: step.webhookId }],
  );
  if (asked.length === 0) return new Map();
  const { rows } = await sql<{ organization_id: string; id: string; name: string; is_enabled: boolean }>`
    select organization_id, id, name, is_enabled from webhook where deleted_at is null and (organization_id, id) in (
      select * from unnest(${asked.map(({ run }) => run.organizationId)}::text[], ${asked.map(({ webhookId }) => webhookId)}::text[]))`.execute(
    tx,
  );
  const byId = new Map(rows.map((row) => [key(row.organization_id, row.id), row]));
  return new Map(
    asked.map(({ run, webhookId }): [string, WebhookAnswer] => {
      const webhook = byId.get(key(run.organizationId, webhookId));
      const group = key(run.organizationId, run.alertGroupId);
      if (webhook === undefined) return [group, { kind: 'missing' }];
      return [group, { kind: webhook.is_enabled ? 'queued' : 'disabled', webhookId, name: webhook.name }];
    }),
  );
}

/** One execution of a step: (group, run, pass, step), escalation.md G12. */
const stepKey = (run: DueRun): string => {
  const pass = Object.values(run.repeats).reduce((sum, jumps) => sum + jumps, 0);
  return [run.alertGroupId, run.runNo, pass, run.position].join(':');
};

/** Alerts in each count step's minutes before its group's newest alert. */
async function countAlerts(tx: Tx, runs: readonly RunAtStep[]): Promise<Map<string, number>> {
  const rows = ofType(runs, 'notify_if_num_alerts_in_window').flatMap(({ run, step }) => {
    if (step.alerts === null || step.minutes === null || run.lastAlertAt === null) return [];
    const { organizationId: organization_id, alertGroupId: alert_group_id, lastAlertAt } = run;
    const since = new Date(lastAlertAt.getTime() - step.minutes * 60_000);
    return [{ organization_id, alert_group_id, since, until: lastAlertAt, enough: step.alerts + 1 }];
  });
  if (rows.length === 0) return new Map();
  const columns = {
    organization_id: 'text',
    alert_group_id: 'text',
    since: 'timestamptz',
    until: 'timestamptz',
    enough: 'integer',
  } as const;
  const counted = await sql<{ organization_id: string; alert_group_id: string; n: number }>`
    select w.organization_id, w.alert_group_id, (
        select count(*) from (
          select from alert a
          where a.organization_id = w.organization_id and a.alert_group_id = w.alert_group_id
            and a.created_at >= w.since and a.created_at < w.until + interval '1 ms'
          limit w.enough) as few) as n
    from ${rowSet('w', columns, rows)}`.execute(tx);
  return new Map(counted.rows.map((row) => [key(row.organization_id, row.alert_group_id), row.n]));
}

function namedUsers(
  runs: readonly RunAtStep[],
  onCall: ReadonlyMap<string, OnCallAnswer>,
  teams: ReadonlyMap<string, Team | null>,
): UserRef[] {
  return runs.flatMap(({ run, step }) => {
    const { organizationId } = run;
    const group = key(organizationId, run.alertGroupId);
    const answer = onCall.get(group);
    const ids = [
      ...(step !== null && 'userIds' in step ? step.userIds : []),
      ...(answer?.kind === 'on_call' ? answer.userIds : []),
      ...(teams.get(group)?.memberIds ?? []),
    ];
    return ids.map((userId) => ({ organizationId, userId }));
  });
}

/**
 * Takes a turn for each run at a round-robin step, oldest due first, and moves the step's pointer. The step's row is locked, so that
 * two groups at the same moment get two people (escalation.md 2.6.1). Who takes turns was fixed when the run began.
 */
async function takeTurns(
  tx: Tx,
  runs: readonly RunAtStep[],
  people: People,
  dry: DryRun | null,
): Promise<Map<string, ReturnType<typeof nextInTurn>>> {
  const asked = ofType(runs, 'notify_person_next_each_time');
  const turns = new Map<string, ReturnType<typeof nextInTurn>>();
  if (asked.length === 0) return turns;
  const { rows } = await sql<{ organization_id: string; id: string; last_user_id: string | null }>`
    select organization_id, id, round_robin_last_user_id as last_user_id from escalation_step
    where (organization_id, id) in (
      select * from unnest(${asked.map(({ run }) => run.organizationId)}::text[], ${asked.map(({ step }) => step.id)}::text[]))
    order by organization_id, id ${dry === null ? sql`for no key update` : sql``}`.execute(tx);
  const pointers = new Map(rows.map((row) => [key(row.organization_id, row.id), row.last_user_id]));
  const moved = new Map<string, { organization_id: string; id: string; last_user_id: string }>();
  for (const { run, step } of asked) {
    const { organizationId } = run;
    const stepRef = key(organizationId, step.id);
    const candidates = step.userIds.flatMap((id) => people.get(organizationId)?.get(id) ?? []);
    const taken = dry?.turns.get(step.id);
    const person = nextInTurn(candidates, taken === undefined ? (pointers.get(stepRef) ?? null) : taken);
    turns.set(key(organizationId, run.alertGroupId), person);
    if (person === null) continue;
    pointers.set(stepRef, person.id);
    dry?.turns.set(step.id, person.id);
    moved.set(stepRef, { organization_id: organizationId, id: step.id, last_user_id: person.id });
  }
  if (moved.size > 0 && dry === null) {
    const columns = { organization_id: 'text', id: 'text', last_user_id: 'text' } as const;
    await sql`
      update escalation_step s set round_robin_last_user_id = c.last_user_id from ${rowSet('c', columns, [...moved.values()])}
      where s.organization_id = c.organization_id and s.id = c.id`.execute(tx);
  }
  return turns;
}
