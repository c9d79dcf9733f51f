import { sql } from 'kysely';
import { addTimelineRecords, bySystem, ESCALATION_ERROR, type GroupRef, TIMELINE } from '../../alerting/index.ts';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Tx } from '../../platform/db/database.ts';
import type { DueResult } from '../../platform/due/due-loop.ts';
import { laterIfStillDue } from '../later.ts';
import type { EngineDeps } from './advance-runs.ts';

/** Runs that one transaction checks. */
const BATCH = 200;

const refsOf = (refs: readonly GroupRef[]) => sql`
  unnest(${refs.map((ref) => ref.organizationId)}::text[], ${refs.map((ref) => ref.alertGroupId)}::text[]) as w (organization_id, alert_group_id)`;

/** A page of this run that a provider took. */
const ACCEPTED = sql`exists (
  select from delivery d where d.organization_id = r.organization_id and d.alert_group_id = r.alert_group_id
    and d.created_at >= r.started_at and d.state in ('accepted', 'delivered'))`;
/** A page on its way, or a list that may still make one. */
const PENDING = sql`(exists (
  select from delivery d where d.organization_id = r.organization_id and d.alert_group_id = r.alert_group_id and d.state in ('owed', 'sending'))
  or exists (
  select from personal_run p where p.organization_id = r.organization_id and p.alert_group_id = r.alert_group_id and p.state = 'running'))`;

/** Of runs whose chain has just ended: those that told somebody to notify, reached nobody and have nothing under way (escalation.md G27). */
export async function unreachedAtEnd(tx: Tx, refs: readonly GroupRef[]): Promise<GroupRef[]> {
  if (refs.length === 0) return [];
  const { rows } = await sql<{ organization_id: string; alert_group_id: string }>`
    select r.organization_id, r.alert_group_id from ${refsOf(refs)}
    join escalation_run r using (organization_id, alert_group_id)
    where r.notify_steps > 0 and not r.unreached_recorded and not ${ACCEPTED} and not ${PENDING}`.execute(tx);
  return rows.map((row) => ({ organizationId: row.organization_id, alertGroupId: row.alert_group_id }));
}

/** Ten minutes after its first notify step: runs of firing groups that have reached nobody. Run by a due loop. */
export async function checkReached(deps: EngineDeps, now: Date): Promise<DueResult> {
  const ran = await inTransaction(deps.db, async (tx) => {
    const due = await sql<{ organization_id: string; alert_group_id: string; is_unreached: boolean }>`
      select r.organization_id, r.alert_group_id, g.state = 'firing' and not ${ACCEPTED} and not r.unreached_recorded as is_unreached
      from escalation_run r join alert_group g on g.organization_id = r.organization_id and g.id = r.alert_group_id
      where r.reached_check_at <= ${now} order by r.reached_check_at limit ${BATCH}
      for update of r skip locked`.execute(tx);
    const refs = due.rows.map((row) => ({
      organizationId: row.organization_id,
      alertGroupId: row.alert_group_id,
      isUnreached: row.is_unreached,
    }));
    if (refs.length === 0) return 0;
    await sql`
      update escalation_run r set reached_check_at = null from ${refsOf(refs)}
      where r.organization_id = w.organization_id and r.alert_group_id = w.alert_group_id`.execute(tx);
    await recordUnreached(
      tx,
      deps,
      refs.filter((ref) => ref.isUnreached),
      now,
    );
    return refs.length;
  });
  const { rows } = await sql<{ due_at: Date }>`
    select reached_check_at as due_at from escalation_run where reached_check_at is not null order by reached_check_at limit 1`.execute(
    deps.db,
  );
  return { ran, nextDueAt: laterIfStillDue(rows[0]?.due_at ?? null, now) };
}

/** Says once per run that it reached nobody: record 102, metric, and a notice to the admins. */
export async function recordUnreached(tx: Tx, deps: EngineDeps, refs: readonly GroupRef[], now: Date): Promise<void> {
  if (refs.length === 0) return;
  await sql`
    update escalation_run r set unreached_recorded = true, reached_check_at = null from ${refsOf(refs)}
    where r.organization_id = w.organization_id and r.alert_group_id = w.alert_group_id`.execute(tx);
  await addTimelineRecords(
    tx,
    refs.map((ref) => ({
      ...ref,
      at: now,
      type: TIMELINE.escalationFailed,
      actor: bySystem,
      errorCode: ESCALATION_ERROR.nobodyNotified,
    })),
  );
  const byOrganization = new Map<string, string[]>();
  for (const { organizationId, alertGroupId } of refs) {
    byOrganization.set(organizationId, [...(byOrganization.get(organizationId) ?? []), alertGroupId]);
  }
  for (const [organizationId, ids] of byOrganization) {
    const numbers = await groupNumbers(tx, organizationId, ids);
    const groups =
      numbers
        .slice(0, 10)
        .map((number) => `#${number}`)
        .join(', ') + (numbers.length > 10 ? ` and ${numbers.length - 10} more` : '');
    await deps.ports.notifyAdmins(
      tx,
      {
        organizationId,
        kind: 'nobody_notified',
        subject: 'An escalation reached nobody',
        text: `Nobody was reached for alert group ${groups}. Look at the timeline for what failed, and at the escalation chain and the notification rules of the people in it.`,
      },
      now,
    );
  }
  for (const ref of refs) {
    deps.metrics.unnotified();
    deps.log.error({ organizationId: ref.organizationId, alertGroupId: ref.alertGroupId }, 'an escalation reached nobody');
  }
}

async function groupNumbers(tx: Tx, organizationId: string, ids: readonly string[]): Promise<number[]> {
  const { rows } = await sql<{ number: number }>`
    select number from alert_group where organization_id = ${organizationId} and id = any(${[...ids]}::text[]) order by number`.execute(
    tx,
  );
  return rows.map((row) => row.number);
}
