import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { AlertGroupId, OrgId } from '../alert-group.ts';
import { notificationSentence, type StoredNotification } from './notification-sentences.ts';
import { recordSentence } from './sentences.ts';
import { type RecordData, textOf } from './step-sentences.ts';

export type Named = { id: string; name: string };

/** One line of a timeline (escalation.md 4.1). */
export type TimelineEntry = {
  realm: 'alert_group' | 'user_notification' | 'resolution_note';
  /** Record type; of notes 0 Slack, 1 Web, 2 Mobile App. */
  type: number;
  at: Date;
  /** May hold `{{author}}`, `{{escalation_chain}}`, `{{schedule}}` and `{{webhook}}`, for which the fields below stand. */
  action: string;
  author: { id: string; username: string; name: string } | null;
  escalationChain: Named | null;
  schedule: Named | null;
  webhook: Named | null;
  errorCode: number | null;
};

type Row = {
  realm: TimelineEntry['realm'];
  type: number;
  created_at: Date;
  user_id: string | null;
  username: string | null;
  name: string | null;
  actor_type: string | null;
  account_name: string | null;
  action_source: number | null;
  error_code: number | null;
  reason: string | null;
  data: RecordData | null;
  step: number | null;
  channel: string | null;
};

const NOTE_TYPES = sql`case n.source when 'Slack' then 0 when 'Web' then 1 else 2 end`;

/** Everything that happened to a group, oldest first; records that are not shown are left out. */
export async function loadTimeline(db: Db, org: OrgId, id: AlertGroupId): Promise<TimelineEntry[]> {
  const { rows } = await sql<Row>`
    with entry as (
      select 'alert_group' as realm, 0 as rank, id::text as id, type::int as type, created_at,
             case when actor_type = 'user' then actor_id end as user_id, actor_type,
             case when actor_type = 'service_account' then actor_id end as account_id, action_source, error_code, reason, data,
             null::smallint as step, null as channel
      from timeline_record where organization_id = ${org} and alert_group_id = ${id}
      union all
      select 'user_notification', 1, id::text, type, created_at, user_id, null, null, null, error_code, reason, null, step, channel
      from notification_record where organization_id = ${org} and alert_group_id = ${id}
      union all
      select 'resolution_note', 2, n.id, ${NOTE_TYPES}, created_at, author_id, null, null, null, null, n.text, null, null, null
      from resolution_note n where organization_id = ${org} and alert_group_id = ${id} and deleted_at is null)
    select entry.*, u.username, u.name, a.name as account_name from entry
    left join users u on u.organization_id = ${org} and u.id = entry.user_id
    left join service_account a on a.organization_id = ${org} and a.id = entry.account_id
    order by entry.created_at, entry.rank, length(entry.id), entry.id`.execute(db);
  return rows.flatMap((row) => {
    const action = actionOf(row);
    return action === null ? [] : [entryOf(row, action)];
  });
}

function actionOf(row: Row): string | null {
  if (row.realm === 'resolution_note') return row.reason ?? '';
  if (row.realm === 'user_notification') {
    const { type, step, channel, error_code: errorCode, reason } = row;
    return notificationSentence({ type, step, channel, errorCode, reason } satisfies StoredNotification);
  }
  return recordSentence({
    type: row.type,
    actorType: row.actor_type ?? 'system',
    accountName: row.account_name,
    actionSource: row.action_source,
    errorCode: row.error_code,
    reason: row.reason,
    data: row.data ?? {},
  });
}

function named(value: unknown): Named | null {
  if (typeof value !== 'object' || value === null || !('id' in value) || !('name' in value)) return null;
  return { id: String(value.id), name: String(value.name) };
}

function entryOf(row: Row, action: string): TimelineEntry {
  const data = row.data ?? {};
  const chainId = textOf(data.chain_id);
  return {
    realm: row.realm,
    type: row.type,
    at: row.created_at,
    action,
    author: row.user_id === null ? null : { id: row.user_id, username: row.username ?? '', name: row.name ?? '' },
    escalationChain: named(data.chain) ?? (chainId === null ? null : { id: chainId, name: textOf(data.chain_name) ?? '' }),
    schedule: named(data.schedule),
    webhook: named(data.webhook),
    errorCode: row.error_code,
  };
}
