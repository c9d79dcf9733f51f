import { sql } from 'kysely';
import type { Db } from '../platform/db/database.ts';
import type { DeliveryState } from './tables.ts';

/** One page in the ledger, as people may read it. */
export type LoggedDelivery = {
  id: number;
  userId: string | null;
  username: string | null;
  channel: string;
  state: DeliveryState;
  important: boolean;
  paged: boolean;
  attempts: number;
  createdAt: Date;
  /** When the next attempt is due, while it is owed. */
  dueAt: Date | null;
  firstAttemptAt: Date | null;
  finishedAt: Date | null;
  providerId: string | null;
  errorCode: number | null;
  reason: string | null;
};

/** The pages of an alert group, newest first. */
export async function deliveryLog(db: Db, org: string, alertGroupId: string, limit: number): Promise<LoggedDelivery[]> {
  const { rows } = await sql<LoggedDelivery>`
    select d.id, d.user_id as "userId", u.username, d.channel, d.state, d.important, d.paged, d.attempts, d.created_at as "createdAt",
           d.due_at as "dueAt", d.first_attempt_at as "firstAttemptAt", d.finished_at as "finishedAt", d.provider_id as "providerId",
           d.error_code as "errorCode", d.reason
    from delivery d left join users u on u.organization_id = d.organization_id and u.id = d.user_id
    where d.organization_id = ${org} and d.alert_group_id = ${alertGroupId}
    order by d.created_at desc, d.id desc limit ${limit}`.execute(db);
  return rows;
}
