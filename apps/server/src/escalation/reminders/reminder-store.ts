import { sql } from 'kysely';
import type { GroupRef } from '../../alerting/index.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import type { ReminderFacts } from './decide-reminder.ts';

export type DueReminder = GroupRef & {
  /** Of a root that a person acknowledged; null: nobody is to be reminded any more. */
  facts: ReminderFacts | null;
  userId: string | null;
  number: number;
  title: string | null;
};

const columns = (refs: readonly GroupRef[]) =>
  sql`unnest(${refs.map((ref) => ref.organizationId)}::text[], ${refs.map((ref) => ref.alertGroupId)}::text[])`;

/** Begins the timers of groups that people have acknowledged, where the organization wants reminders; a former timer ends. */
export async function startReminders(tx: Tx, refs: readonly GroupRef[], now: Date): Promise<void> {
  await stopReminders(tx, refs);
  if (refs.length === 0) return;
  await sql`
    insert into acknowledge_reminder (organization_id, alert_group_id, stage, due_at)
    select o.id, w.alert_group_id, 'remind', ${now}::timestamptz + make_interval(secs => o.acknowledge_remind_seconds)
    from ${columns(refs)} as w (organization_id, alert_group_id)
    join organization o on o.id = w.organization_id and o.acknowledge_remind_seconds > 0`.execute(tx);
}

export async function stopReminders(tx: Tx, refs: readonly GroupRef[]): Promise<void> {
  if (refs.length === 0) return;
  await sql`delete from acknowledge_reminder r using ${columns(refs)} as w (organization_id, alert_group_id)
    where r.organization_id = w.organization_id and r.alert_group_id = w.alert_group_id`.execute(tx);
}

type Row = {
  organization_id: string;
  alert_group_id: string;
  stage: 'remind' | 'check';
  reminded_at: Date | null;
  confirmed_at: Date | null;
  started_at: Date;
  user_id: string | null;
  number: number;
  title: string | null;
  is_wanted: boolean;
  remind_seconds: number;
  unacknowledge_seconds: number;
};

/**
 * Timers that are due, oldest first, held with their groups against changes; those that others hold are left for the next look. Without
 * the hold on the timer, one that another process has just handled would count as due as it stood before.
 */
export async function claimDueReminders(tx: Tx, now: Date, limit: number): Promise<DueReminder[]> {
  const { rows } = await sql<Row>`
    select r.organization_id, r.alert_group_id, r.stage, r.reminded_at, g.acknowledge_confirmed_at as confirmed_at, g.started_at,
           g.acknowledged_by_user_id as user_id, g.number, g.title, o.acknowledge_remind_seconds as remind_seconds,
           o.unacknowledge_seconds, g.state = 'acknowledged' and g.root_alert_group_id is null and g.acknowledged_by_user_id is not null
             and o.deleted_at is null as is_wanted
    from acknowledge_reminder r
    join alert_group g on g.organization_id = r.organization_id and g.id = r.alert_group_id
    join organization o on o.id = r.organization_id
    where r.due_at <= ${now} order by r.due_at limit ${limit}
    for no key update of g, r skip locked`.execute(tx);
  return rows.map((row) => ({
    organizationId: row.organization_id,
    alertGroupId: row.alert_group_id,
    userId: row.user_id,
    number: row.number,
    title: row.title,
    facts: row.is_wanted
      ? {
          stage: row.stage,
          remindedAt: row.reminded_at,
          confirmedAt: row.confirmed_at,
          startedAt: row.started_at,
          remindSeconds: row.remind_seconds,
          unacknowledgeSeconds: row.unacknowledge_seconds,
        }
      : null,
  }));
}

export async function saveReminder(
  tx: Tx,
  ref: GroupRef,
  next: { stage: 'remind' | 'check'; dueAt: Date; remindedAt: Date | null },
): Promise<void> {
  await sql`update acknowledge_reminder set stage = ${next.stage}, due_at = ${next.dueAt}, reminded_at = coalesce(${next.remindedAt}::timestamptz, reminded_at)
    where organization_id = ${ref.organizationId} and alert_group_id = ${ref.alertGroupId}`.execute(tx);
}

/** Looks again later, at the same stage. */
export async function postponeReminder(tx: Tx, ref: GroupRef, dueAt: Date): Promise<void> {
  await sql`update acknowledge_reminder set due_at = ${dueAt}
    where organization_id = ${ref.organizationId} and alert_group_id = ${ref.alertGroupId}`.execute(tx);
}

export async function nextReminderDue(db: Db): Promise<Date | null> {
  const { rows } = await sql<{ due_at: Date | null }>`select due_at from acknowledge_reminder order by due_at limit 1`.execute(
    db,
  );
  return rows[0]?.due_at ?? null;
}

/**
 * Notes that the person who acknowledged a group still works on it. @returns whether it is theirs to say: the group is acknowledged, by
 * them or by its source
 */
export async function confirmAcknowledge(tx: Tx, ref: GroupRef, userId: string, now: Date): Promise<boolean> {
  const result = await sql`
    update alert_group set acknowledge_confirmed_at = ${now}
    where organization_id = ${ref.organizationId} and id = ${ref.alertGroupId} and state = 'acknowledged'
      and coalesce(acknowledged_by_user_id, ${userId}) = ${userId}`.execute(tx);
  return (result.numAffectedRows ?? 0n) > 0n;
}

/** When a group's person is reminded next, and when its acknowledgement ends if they do not answer; null when never. */
export async function reminderOf(
  db: Db | Tx,
  org: string,
  id: string,
): Promise<{ remindAt: Date | null; unacknowledgeAt: Date | null } | null> {
  const { rows } = await sql<{
    stage: 'remind' | 'check';
    due_at: Date;
    is_confirmed: boolean;
    remind_at: Date | null;
    seconds: number;
  }>`
    select r.stage, r.due_at, coalesce(g.acknowledge_confirmed_at >= r.reminded_at, false) as is_confirmed,
           r.reminded_at + make_interval(secs => o.acknowledge_remind_seconds) as remind_at, o.unacknowledge_seconds as seconds
    from acknowledge_reminder r
    join alert_group g on g.organization_id = r.organization_id and g.id = r.alert_group_id
    join organization o on o.id = r.organization_id and o.acknowledge_remind_seconds > 0
    where r.organization_id = ${org} and r.alert_group_id = ${id} and g.state = 'acknowledged' and g.root_alert_group_id is null`.execute(
    db,
  );
  const row = rows[0];
  if (row === undefined) return null;
  if (row.stage === 'check' && !row.is_confirmed && row.seconds > 0) return { remindAt: null, unacknowledgeAt: row.due_at };
  const remindAt = row.stage === 'check' ? (row.remind_at ?? row.due_at) : row.due_at;
  return { remindAt, unacknowledgeAt: row.seconds === 0 ? null : new Date(remindAt.getTime() + row.seconds * 1_000) };
}
