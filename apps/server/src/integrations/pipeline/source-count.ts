import { sql } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import type { DueResult } from '../../platform/due/due-loop.ts';
import type { BatchGroup, Choice } from './choose-groups.ts';
import type { PipelinePorts } from './ports.ts';
import type { PreparedAlert } from './prepared-alert.ts';

/** A group is judged so long after its newest alert. */
const SETTLE_MS = 5_000;

type Count = { organization_id: string; alert_group_id: string; firing: string[]; last_resolved: boolean };

/**
 * Keeps for each group of split alerts which label sets still fire (ingest.md 4.2): a resolved alert takes its set out, any other puts it
 * in. Five seconds after the newest alert `resolveByCount` looks at it.
 */
export async function countSplitAlerts(tx: Tx, alerts: readonly PreparedAlert[], { chosen }: Choice, now: Date): Promise<void> {
  const groups = new Map<string, BatchGroup>();
  for (const [at, alert] of alerts.entries()) {
    const group = chosen[at];
    if (alert.split !== null && group !== undefined) groups.set(group.id, group);
  }
  if (groups.size === 0) return;
  const orgs = [...groups.values()].map((group) => group.organizationId);
  const ids = [...groups.keys()];
  const { rows } = await sql<Count>`
    select organization_id, alert_group_id, firing, last_resolved from source_count
    where (organization_id, alert_group_id) in (select * from unnest(${orgs}::text[], ${ids}::text[]))
    order by organization_id, alert_group_id for update`.execute(tx);
  const before = new Map(rows.map((row) => [row.alert_group_id, row.firing]));
  const dueAt = new Date(now.getTime() + SETTLE_MS);
  for (const group of groups.values()) {
    const firing = new Set(before.get(group.id) ?? []);
    let lastResolved = false;
    for (const { split } of group.alerts) {
      if (split === null) continue;
      if (split.isResolved) firing.delete(split.hash);
      else firing.add(split.hash);
      lastResolved = split.isResolved;
    }
    await sql`
      insert into source_count (organization_id, alert_group_id, firing, last_resolved, due_at)
      values (${group.organizationId}, ${group.id}, ${[...firing]}::text[], ${lastResolved}, ${dueAt})
      on conflict (organization_id, alert_group_id) do update
      set firing = excluded.firing, last_resolved = excluded.last_resolved, due_at = excluded.due_at`.execute(tx);
  }
}

/** Resolves groups whose label sets have all recovered, when five seconds have passed without another alert. For a due loop. */
export async function resolveByCount(deps: { db: Db; clock: Clock; ports: PipelinePorts }, now: Date): Promise<DueResult> {
  const ran = await inTransaction(deps.db, async (tx) => {
    // Groups first, then their counts: the pipeline locks them in this order too.
    const due = await sql<{ organization_id: string; alert_group_id: string }>`
      select c.organization_id, c.alert_group_id from source_count c
      join alert_group g on g.organization_id = c.organization_id and g.id = c.alert_group_id
      where c.due_at <= ${now} order by c.due_at limit 100 for no key update of g skip locked`.execute(tx);
    const refs = sql`unnest(${due.rows.map((row) => row.organization_id)}::text[], ${due.rows.map((row) => row.alert_group_id)}::text[])
      as w (organization_id, alert_group_id)`;
    const { rows } = await sql<Count & { may_resolve: boolean }>`
      select c.organization_id, c.alert_group_id, c.firing, c.last_resolved, i.allow_source_based_resolving as may_resolve
      from ${refs}
      join source_count c using (organization_id, alert_group_id)
      join alert_group g on g.organization_id = c.organization_id and g.id = c.alert_group_id
      join integration i on i.organization_id = g.organization_id and i.id = g.integration_id
      where c.due_at <= ${now} for update of c skip locked`.execute(tx);
    if (rows.length === 0) return 0;
    const recovered = rows.filter((row) => row.may_resolve && row.last_resolved && row.firing.length === 0);
    const signals = recovered.map((row) => ({
      organizationId: row.organization_id,
      alertGroupId: row.alert_group_id,
      kind: 'resolve' as const,
    }));
    if (signals.length > 0) await deps.ports.applySourceSignals(tx, signals, now);
    await sql`
      update source_count set due_at = null
      where (organization_id, alert_group_id) in (
        select * from unnest(${rows.map((row) => row.organization_id)}::text[], ${rows.map((row) => row.alert_group_id)}::text[]))`.execute(
      tx,
    );
    return rows.length;
  });
  // A group that was deleted leaves its count behind; it must not stay due.
  await sql`
    delete from source_count c where c.due_at <= ${now}
      and not exists (select from alert_group g where g.organization_id = c.organization_id and g.id = c.alert_group_id)`.execute(
    deps.db,
  );
  const next = await sql<{ due_at: Date }>`
    select due_at from source_count where due_at is not null order by due_at limit 1`.execute(deps.db);
  return { ran, nextDueAt: next.rows[0]?.due_at ?? null };
}
