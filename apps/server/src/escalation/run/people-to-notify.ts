import { sql } from 'kysely';
import { type GroupRef, refKey } from '../../alerting/index.ts';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { prepared } from '../../platform/db/prepared.ts';
import { loadPeople, NO_PEOPLE, type People } from '../personal/people-store.ts';
import type { OnCallAnswer, OnCallResolver } from '../ports.ts';
import type { EscalationStep } from '../step.ts';
import { nextInTurn } from './round-robin.ts';
import type { ChainSnapshot } from './snapshot.ts';
import type { SnapshotCache } from './snapshot-store.ts';

export type PeopleToNotifyDeps = { db: Db; snapshots: SnapshotCache; ports: { onCall: OnCallResolver } };

type Standing = GroupRef & { snapshot: ChainSnapshot | null; pagedIds: readonly string[] };

/**
 * Whom the escalations of groups notify, by group key, each person once: people of notify steps, whose turn it would be, who is on call
 * now, members of teams; then people added by hand (outgoing-webhooks.md 5.2). Inactive people are left out. Nothing is locked or changed.
 */
export const peopleToNotify = (
  deps: PeopleToNotifyDeps,
  groups: readonly GroupRef[],
  now: Date,
): Promise<ReadonlyMap<string, readonly string[]>> =>
  inTransaction(deps.db, async (tx) => {
    const standings = await loadStandings(tx, deps, groups);
    const stepsOf = (standing: Standing) =>
      (standing.snapshot?.steps ?? []).map((step) => ({ organizationId: standing.organizationId, step }));
    const steps = standings.flatMap(stepsOf);
    const onCall = await askOnCall(tx, deps, steps, now);
    const teams = await loadTeams(tx, steps);
    const pointers = await loadPointers(tx, steps);
    const idsOf = ({ organizationId, step }: StepOfOrg): readonly string[] => {
      switch (step.type) {
        case 'notify_persons':
        case 'notify_person_next_each_time':
          return step.userIds;
        case 'notify_on_call_from_schedule':
        case 'notify_next_on_call_from_schedule':
          return onCall.get(`${organizationId} ${step.scheduleId} ${step.type}`) ?? [];
        case 'notify_team_members':
          return teams.get(`${organizationId} ${step.teamId}`) ?? [];
        default:
          return [];
      }
    };
    const people = await loadPeople(tx, [
      ...steps.flatMap((each) => idsOf(each).map((userId) => ({ organizationId: each.organizationId, userId }))),
      ...standings.flatMap(({ organizationId, pagedIds }) => pagedIds.map((userId) => ({ organizationId, userId }))),
    ]);
    return new Map(
      standings.map((standing) => {
        const ids = stepsOf(standing).flatMap((each) =>
          each.step.type === 'notify_person_next_each_time'
            ? turnOf(
                people,
                each.organizationId,
                each.step.userIds,
                pointers.get(`${each.organizationId} ${each.step.id}`) ?? null,
              )
            : idsOf(each),
        );
        const ofOrg = people.get(standing.organizationId) ?? NO_PEOPLE;
        const active = [...new Set([...ids, ...standing.pagedIds])].filter((id) => ofOrg.get(id)?.isActive === true);
        return [refKey(standing.organizationId, standing.alertGroupId), active];
      }),
    );
  });

type StepOfOrg = { organizationId: string; step: EscalationStep };

function turnOf(people: People, organizationId: string, userIds: readonly string[], lastId: string | null): string[] {
  const candidates = userIds.flatMap((id) => people.get(organizationId)?.get(id) ?? []);
  const person = nextInTurn(candidates, lastId);
  return person === null ? [] : [person.id];
}

async function loadStandings(tx: Tx, deps: PeopleToNotifyDeps, groups: readonly GroupRef[]): Promise<Standing[]> {
  const { rows } = await prepared(sql<{ organization_id: string; id: string; snapshot_hash: string | null; paged: string[] }>`
    select w.organization_id, w.id, r.snapshot_hash, array(
        select p.user_id from personal_run p where p.organization_id = w.organization_id and p.alert_group_id = w.id and p.paged
        group by p.user_id order by min(p.id)) as paged
    from (select distinct * from unnest(${groups.map((g) => g.organizationId)}::text[], ${groups.map((g) => g.alertGroupId)}::text[])
            as g (organization_id, id)) w
    left join escalation_run r on r.organization_id = w.organization_id and r.alert_group_id = w.id`).execute(tx);
  const refs = rows.flatMap((row) =>
    row.snapshot_hash === null ? [] : [{ organizationId: row.organization_id, hash: row.snapshot_hash }],
  );
  const read = await deps.snapshots.load(tx, refs);
  return rows.map((row) => ({
    organizationId: row.organization_id,
    alertGroupId: row.id,
    snapshot: row.snapshot_hash === null ? null : read(row.organization_id, row.snapshot_hash),
    pagedIds: row.paged,
  }));
}

/** By `organization schedule step-type`. */
async function askOnCall(
  tx: Tx,
  deps: PeopleToNotifyDeps,
  steps: readonly StepOfOrg[],
  now: Date,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const asked = new Map(
    steps.flatMap(({ organizationId, step }) =>
      (step.type === 'notify_on_call_from_schedule' || step.type === 'notify_next_on_call_from_schedule') &&
      step.scheduleId !== null
        ? [
            [
              `${organizationId} ${step.scheduleId} ${step.type}`,
              {
                organizationId,
                scheduleId: step.scheduleId,
                which: step.type === 'notify_on_call_from_schedule' ? ('now' as const) : ('next' as const),
              },
            ] as const,
          ]
        : [],
    ),
  );
  if (asked.size === 0) return new Map();
  const answers: readonly OnCallAnswer[] = await deps.ports.onCall(tx, [...asked.values()], now);
  return new Map([...asked.keys()].map((key, i) => [key, usersOf(answers[i])]));
}

const usersOf = (answer: OnCallAnswer | undefined): readonly string[] => (answer?.kind === 'on_call' ? answer.userIds : []);

async function loadTeams(tx: Tx, steps: readonly StepOfOrg[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const wanted = steps.flatMap(({ organizationId, step }) =>
    step.type === 'notify_team_members' && step.teamId !== null ? [[organizationId, step.teamId] as const] : [],
  );
  if (wanted.length === 0) return new Map();
  const { rows } = await sql<{ organization_id: string; team_id: string; ids: string[] }>`
    select organization_id, team_id, array_agg(user_id order by user_id) as ids from team_member
    where (organization_id, team_id) in (
      select * from unnest(${wanted.map(([org]) => org)}::text[], ${wanted.map(([, id]) => id)}::text[]))
    group by 1, 2`.execute(tx);
  return new Map(rows.map((row) => [`${row.organization_id} ${row.team_id}`, row.ids]));
}

/** Whose turn it was last, by `organization step`. */
async function loadPointers(tx: Tx, steps: readonly StepOfOrg[]): Promise<ReadonlyMap<string, string | null>> {
  const turns = steps.filter(({ step }) => step.type === 'notify_person_next_each_time');
  if (turns.length === 0) return new Map();
  const { rows } = await sql<{ organization_id: string; id: string; last_user_id: string | null }>`
    select organization_id, id, round_robin_last_user_id as last_user_id from escalation_step
    where (organization_id, id) in (
      select * from unnest(${turns.map((t) => t.organizationId)}::text[], ${turns.map((t) => t.step.id)}::text[]))`.execute(tx);
  return new Map(rows.map((row) => [`${row.organization_id} ${row.id}`, row.last_user_id]));
}
