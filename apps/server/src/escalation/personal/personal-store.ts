import { sql } from 'kysely';
import type { StateKind } from '../../alerting/index.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { prepared } from '../../platform/db/prepared.ts';
import { rowSet } from '../../platform/db/row-set.ts';
import type { GroupStanding, PersonalPosition } from './decide-personal.ts';

/** A list that is due, with its group as it stands. */
export type DuePersonalRun = PersonalPosition & {
  organizationId: string;
  id: number;
  alertGroupId: string;
  userId: string;
  runNo: number;
  personalRunNo: number;
  dueAt: Date;
  group: GroupStanding;
};

type Row = {
  organization_id: string;
  id: number;
  alert_group_id: string;
  user_id: string;
  run_no: number;
  personal_run_no: number;
  important: boolean;
  paged: boolean;
  use_important_rules: boolean | null;
  rules_done: number;
  last_rule_id: string | null;
  last_rule_position: number | null;
  due_at: Date;
  state: StateKind;
  attached_to: 'nothing' | 'root' | 'maintenance';
  is_wiped: boolean;
};

/** What a group is attached to, as a column; `g` is the group and `root` its root, left-joined. */
export const ATTACHED_TO = sql<string>`case when g.root_alert_group_id is null then 'nothing' when root.is_maintenance then 'maintenance' else 'root' end`;

/**
 * Claims lists that are due, oldest first, and holds their groups against changes of state until the transaction ends. Rows that
 * another process holds are left for the next look.
 */
export async function claimDuePersonalRuns(tx: Tx, now: Date, limit: number): Promise<DuePersonalRun[]> {
  const { rows } = await prepared(sql<Row>`
    select p.organization_id, p.id, p.alert_group_id, p.user_id, p.run_no, p.personal_run_no, p.important, p.paged,
           p.use_important_rules, p.rules_done, p.last_rule_id, p.last_rule_position, p.due_at,
           g.state, ${ATTACHED_TO} as attached_to, g.wiped_at is not null as is_wiped
    from personal_run p
    join alert_group g on g.organization_id = p.organization_id and g.id = p.alert_group_id
    left join alert_group root on root.organization_id = g.organization_id and root.id = g.root_alert_group_id
    where p.state = 'running' and p.due_at <= ${now}
    order by p.due_at limit ${limit}
    for update of p skip locked for share of g skip locked`).execute(tx);
  return rows.map((row) => ({
    organizationId: row.organization_id,
    id: row.id,
    alertGroupId: row.alert_group_id,
    userId: row.user_id,
    runNo: row.run_no,
    personalRunNo: row.personal_run_no,
    important: row.important,
    paged: row.paged,
    useImportantRules: row.use_important_rules,
    rulesDone: row.rules_done,
    lastRuleId: row.last_rule_id,
    lastRulePosition: row.last_rule_position,
    dueAt: row.due_at,
    group: { state: row.state, attachedTo: row.attached_to, isWiped: row.is_wiped },
  }));
}

export async function nextPersonalRunDue(db: Db): Promise<Date | null> {
  const { rows } = await prepared(sql<{ due_at: Date | null }>`
    select due_at from personal_run where state = 'running' order by due_at limit 1`).execute(db);
  return rows[0]?.due_at ?? null;
}

/** Where a list stands after a decision. */
export type PersonalProgress = {
  state: 'running' | 'finished' | 'cancelled';
  useImportantRules: boolean | null;
  rulesDone: number;
  lastRuleId: string | null;
  lastRulePosition: number | null;
  dueAt: Date | null;
  endedAt: Date | null;
};

const PROGRESS_COLUMNS = {
  state: 'text',
  use_important_rules: 'boolean',
  rules_done: 'integer',
  last_rule_id: 'text',
  last_rule_position: 'integer',
  due_at: 'timestamptz',
  ended_at: 'timestamptz',
} as const;

const progressColumns = (progress: PersonalProgress): Record<string, unknown> => ({
  state: progress.state,
  use_important_rules: progress.useImportantRules,
  rules_done: progress.rulesDone,
  last_rule_id: progress.lastRuleId,
  last_rule_position: progress.lastRulePosition,
  due_at: progress.dueAt,
  ended_at: progress.endedAt,
});

export async function savePersonalProgress(
  tx: Tx,
  runs: readonly { organizationId: string; id: number; progress: PersonalProgress }[],
): Promise<void> {
  if (runs.length === 0) return;
  const rows = runs.map(({ organizationId, id, progress }) => ({
    organization_id: organizationId,
    id,
    ...progressColumns(progress),
  }));
  await sql`
    update personal_run p set state = c.state, use_important_rules = c.use_important_rules, rules_done = c.rules_done,
      last_rule_id = c.last_rule_id, last_rule_position = c.last_rule_position, due_at = c.due_at, ended_at = c.ended_at
    from ${rowSet('c', { organization_id: 'text', id: 'bigint', ...PROGRESS_COLUMNS }, rows)}
    where p.organization_id = c.organization_id and p.id = c.id`.execute(tx);
}

/** A list that begins; at most one of a user and group is under way. */
export type NewPersonalRun = {
  organizationId: string;
  alertGroupId: string;
  userId: string;
  /** Of the escalation run that asks; 0 when a person was added by hand. */
  runNo: number;
  important: boolean;
  paged: boolean;
};

/**
 * Begins lists, each after its first decision; a list of the same user for the same group that is under way ends (escalation.md 3.5).
 * The caller holds the groups.
 * @param isFirst the groups have no lists yet
 * @returns id and number of each list, in the order given
 */
export async function insertPersonalRuns(
  tx: Tx,
  runs: readonly { run: NewPersonalRun; progress: PersonalProgress }[],
  { now, isFirst }: { now: Date; isFirst: boolean },
): Promise<{ id: number; personalRunNo: number }[]> {
  if (runs.length === 0) return [];
  const rows = runs.map(({ run, progress }) => ({
    organization_id: run.organizationId,
    alert_group_id: run.alertGroupId,
    user_id: run.userId,
    run_no: run.runNo,
    important: run.important,
    paged: run.paged,
    ...progressColumns(progress),
  }));
  const columns = {
    organization_id: 'text',
    alert_group_id: 'text',
    user_id: 'text',
    run_no: 'integer',
    important: 'boolean',
    paged: 'boolean',
    ...PROGRESS_COLUMNS,
  } as const;
  if (!isFirst) {
    await sql`
      update personal_run p set state = 'cancelled', due_at = null, ended_at = ${now}
      from ${rowSet('c', columns, rows)}
      where p.organization_id = c.organization_id and p.alert_group_id = c.alert_group_id and p.user_id = c.user_id and p.state = 'running'`.execute(
      tx,
    );
  }
  const number = isFirst
    ? sql`1`
    : sql`1 + coalesce((select max(p.personal_run_no) from personal_run p
            where p.organization_id = c.organization_id and p.alert_group_id = c.alert_group_id and p.user_id = c.user_id), 0)`;
  const inserted = await sql<{
    id: number;
    organization_id: string;
    alert_group_id: string;
    user_id: string;
    personal_run_no: number;
  }>`
    insert into personal_run (organization_id, alert_group_id, user_id, run_no, personal_run_no, important, paged, state,
                              use_important_rules, rules_done, last_rule_id, last_rule_position, due_at, started_at, ended_at)
    select c.organization_id, c.alert_group_id, c.user_id, c.run_no,
           ${number},
           c.important, c.paged, c.state, c.use_important_rules, c.rules_done, c.last_rule_id, c.last_rule_position, c.due_at, ${now}, c.ended_at
    from ${rowSet('c', columns, rows)}
    returning id, organization_id, alert_group_id, user_id, personal_run_no`.execute(tx);
  const key = (org: string, group: string, user: string) => `${org} ${group} ${user}`;
  const byKey = new Map(inserted.rows.map((row) => [key(row.organization_id, row.alert_group_id, row.user_id), row]));
  return runs.map(({ run }) => {
    const row = byKey.get(key(run.organizationId, run.alertGroupId, run.userId));
    if (row === undefined) throw new Error(`The list of ${run.userId} for ${run.alertGroupId} was not written`);
    return { id: row.id, personalRunNo: row.personal_run_no };
  });
}

/** Whose lists end. */
export type PersonalStop = {
  organizationId: string;
  alertGroupId: string;
  /** People added by hand go on … */
  keepPaged: boolean;
  /** … but for this one. */
  exceptUserId: string | null;
};

/** Ends lists that are under way, without records. */
export async function cancelPersonalRuns(tx: Tx, stops: readonly PersonalStop[], now: Date): Promise<void> {
  if (stops.length === 0) return;
  const rows = stops.map((stop) => ({
    organization_id: stop.organizationId,
    alert_group_id: stop.alertGroupId,
    keep_paged: stop.keepPaged,
    except_user_id: stop.exceptUserId,
  }));
  const columns = { organization_id: 'text', alert_group_id: 'text', keep_paged: 'boolean', except_user_id: 'text' } as const;
  await sql`
    update personal_run p set state = 'cancelled', due_at = null, ended_at = ${now}
    from ${rowSet('c', columns, rows)}
    where p.organization_id = c.organization_id and p.alert_group_id = c.alert_group_id and p.state = 'running'
      and (not c.keep_paged or not p.paged or p.user_id = c.except_user_id)`.execute(tx);
}

/** Ends the list of one user for one group. @returns whether there was one */
export async function cancelPersonalRunOf(
  tx: Tx,
  scope: { organizationId: string; alertGroupId: string; userId: string; onlyPaged: boolean },
  now: Date,
): Promise<boolean> {
  const result = await sql`
    update personal_run set state = 'cancelled', due_at = null, ended_at = ${now}
    where organization_id = ${scope.organizationId} and alert_group_id = ${scope.alertGroupId} and user_id = ${scope.userId}
      and state = 'running' and (paged or not ${scope.onlyPaged})`.execute(tx);
  return (result.numAffectedRows ?? 0n) > 0n;
}
