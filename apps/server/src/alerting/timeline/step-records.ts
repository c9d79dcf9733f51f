import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import type { AlertGroupId, OrgId } from '../alert-group.ts';
import { TIMELINE } from './record.ts';

export type StepRecord = { stepId: string; at: Date; errorCode: number | null };

/** What the steps of a group's escalation did last since an instant, by the id of the step. */
export async function lastStepRecords(
  db: Db | Tx,
  org: OrgId,
  id: AlertGroupId,
  since: Date,
): Promise<ReadonlyMap<string, StepRecord>> {
  const { rows } = await sql<{ step_id: string; created_at: Date; error_code: number | null }>`
    select distinct on (data->>'step_id') data->>'step_id' as step_id, created_at, error_code from timeline_record
    where organization_id = ${org} and alert_group_id = ${id} and created_at >= ${since} and data ? 'step_id'
      and type in (${TIMELINE.escalationTriggered}, ${TIMELINE.escalationFailed})
    order by data->>'step_id', created_at desc, id desc`.execute(db);
  return new Map(rows.map((row) => [row.step_id, { stepId: row.step_id, at: row.created_at, errorCode: row.error_code }]));
}
