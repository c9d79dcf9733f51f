import type { Clock } from '../platform/clock.ts';
import type { Tx } from '../platform/db/database.ts';
import { newTimeId } from '../platform/ids.ts';
import type { Actor } from './actor.ts';
import type { AlertGroupId, OrgId } from './alert-group.ts';
import { applyActions, type Request } from './apply.ts';
import type { AlertGroupHooks } from './hooks.ts';
import { lockChildren, lockGroup } from './store.ts';
import { TIMELINE } from './timeline/record.ts';
import { addTimelineRecords } from './timeline/timeline-store.ts';
import { freeChildren } from './unattach.ts';

export type NewMaintenanceGroup = {
  organizationId: OrgId;
  integrationId: string;
  number: number;
  title: string;
  /** JSON text of the one alert that the group shows. */
  payload: string;
};

const byMaintenance: Actor = { type: 'maintenance' };

/** Opens the group that collects what an integration opens during a window of maintenance (ingest.md 7.1). It never escalates. */
export async function openMaintenanceGroup(tx: Tx, group: NewMaintenanceGroup, actor: Actor, now: Date): Promise<AlertGroupId> {
  const { organizationId, integrationId } = group;
  const id = newTimeId('I', now);
  const alertId = newTimeId('A', now);
  await tx
    .insertInto('alert_group')
    .values({
      organization_id: organizationId,
      id,
      number: group.number,
      integration_id: integrationId,
      grouping_key: id, // no alert's key
      is_open_for_grouping: false,
      title: group.title,
      labels: JSON.stringify({}),
      received_at: now,
      started_at: now,
      alerts_count: 1,
      first_alert_id: alertId,
      last_alert_id: alertId,
      last_alert_at: now,
      is_maintenance: true,
    })
    .execute();
  await tx
    .insertInto('alert')
    .values({
      organization_id: organizationId,
      id: alertId,
      alert_group_id: id,
      integration_id: integrationId,
      created_at: now,
      received_at: now,
      payload: group.payload,
    })
    .execute();
  await addTimelineRecords(tx, [{ organizationId, alertGroupId: id, at: now, type: TIMELINE.registered, actor }]);
  return id;
}

/**
 * Ends the group of a window: it is resolved. What is attached to it and not resolved is set free and escalates ten seconds later, or with
 * `resolve` is resolved with it (ingest.md B-17).
 */
export async function closeMaintenanceGroup(
  tx: Tx,
  deps: { clock: Clock; hooks: AlertGroupHooks },
  org: OrgId,
  id: AlertGroupId,
  atEnd: 'escalate' | 'resolve',
): Promise<void> {
  const now = deps.clock.now();
  const group = await lockGroup(tx, org, id);
  if (group === null) return;
  const unresolved = (await lockChildren(tx, [group])).filter(({ state }) => state.kind !== 'resolved');
  const resolve = (target: Request['group']): Request => ({ group: target, action: { do: 'resolve' }, actor: byMaintenance });
  if (atEnd === 'escalate' && unresolved.length > 0) await freeChildren(tx, deps, unresolved, group, byMaintenance);
  const targets = atEnd === 'resolve' ? [group, ...unresolved] : [group];
  await applyActions(tx, deps.hooks, targets.map(resolve), now);
}
