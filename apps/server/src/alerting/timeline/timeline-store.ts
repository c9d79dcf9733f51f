import { sql } from 'kysely';
import type { Tx } from '../../platform/db/database.ts';
import { rowSet } from '../../platform/db/row-set.ts';
import { actionSource, actorId } from '../actor.ts';
import type { NewTimelineRecord } from './record.ts';

const COLUMNS = {
  place: 'integer',
  organization_id: 'text',
  alert_group_id: 'text',
  created_at: 'timestamptz',
  type: 'smallint',
  actor_type: 'text',
  actor_id: 'text',
  action_source: 'smallint',
  error_code: 'smallint',
  reason: 'text',
  data: 'jsonb',
} as const;

/** Writes records in the order given, one statement for all. */
export async function addTimelineRecords(tx: Tx, records: readonly NewTimelineRecord[]): Promise<void> {
  if (records.length === 0) return;
  const rows = records.map((record, place) => ({
    place,
    organization_id: record.organizationId,
    alert_group_id: record.alertGroupId,
    created_at: record.at,
    type: record.type,
    actor_type: record.actor.type,
    actor_id: actorId(record.actor),
    action_source: actionSource(record.actor),
    error_code: record.errorCode ?? null,
    reason: record.reason ?? null,
    data: record.data ?? null,
  }));
  await sql`
    insert into timeline_record (organization_id, alert_group_id, created_at, type, actor_type, actor_id, action_source, error_code, reason, data)
    select organization_id, alert_group_id, created_at, type, actor_type, actor_id, action_source, error_code, reason, data
    from ${rowSet('r', COLUMNS, rows)} order by place`.execute(tx);
}

export type TimelineRef = { id: number; at: Date };

/** Writes one record, or changes what an earlier one says: for what goes on for a while and is one line. The record keeps its time. */
export async function putTimelineRecord(tx: Tx, record: NewTimelineRecord, earlier: TimelineRef | null): Promise<TimelineRef> {
  const { type, errorCode = null, reason = null } = record;
  const data = record.data === undefined ? null : JSON.stringify(record.data);
  const { organizationId, alertGroupId, actor } = record;
  const changed =
    earlier === null
      ? []
      : (
          await sql<TimelineRef>`
            update timeline_record set type = ${type}, error_code = ${errorCode}, reason = ${reason}, data = ${data}::jsonb
            where organization_id = ${organizationId} and id = ${earlier.id} and created_at = ${earlier.at}
            returning id, created_at as at`.execute(tx)
        ).rows;
  if (changed[0] !== undefined) return changed[0];
  const { rows } = await sql<TimelineRef>`
    insert into timeline_record (organization_id, alert_group_id, created_at, type, actor_type, actor_id, action_source, error_code, reason, data)
    values (${organizationId}, ${alertGroupId}, ${record.at}, ${type}, ${actor.type}, ${actorId(actor)}, ${actionSource(actor)}, ${errorCode},
            ${reason}, ${data}::jsonb)
    returning id, created_at as at`.execute(tx);
  return rows[0] as TimelineRef;
}
