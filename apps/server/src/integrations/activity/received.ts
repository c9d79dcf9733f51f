import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** One request or alert that came to an integration. */
export interface ReceivedEntry {
  readonly at: Date;
  /** `accepted`: in an alert group. `noted`: taken with a remark. `refused`: nothing was kept. `parked`: could not be handled. */
  readonly kind: 'accepted' | 'noted' | 'refused' | 'parked';
  /** Status of the answer to the sender. */
  readonly status: number;
  readonly size: number;
  /** Why it was refused or parked, or how it was read. */
  readonly note: string | null;
  /** The first kilobyte; credentials in addresses, such as PRTG's, are masked. */
  readonly bodyStart: string;
  readonly alertId: string | null;
  readonly alertGroupId: string | null;
}

const MOST = 100;
const NEWEST_GROUPS = 50;
const BODY_START = 1_024;
const CREDENTIAL = /\b(pass(?:hash|word|wd)?|apitoken)=[^&"\s\\]+/gi;

/** What came to an integration, newest first: the newest alerts of its newest groups, what was refused or read leniently, what was parked. */
export async function listReceived(db: Db, org: string, integrationId: string): Promise<ReceivedEntry[]> {
  const { rows } = await sql<ReceivedEntry>`
    select * from (
      (select a.received_at as at, 'accepted' as kind, 200 as status, octet_length(a.payload) as size, null as note,
         left(a.payload, ${BODY_START}) as "bodyStart", a.id as "alertId", g.id as "alertGroupId"
       from (
         select id from alert_group where organization_id = ${org} and integration_id = ${integrationId} and not is_maintenance
         order by started_at desc, id desc limit ${NEWEST_GROUPS}
       ) g cross join lateral (
         select id, payload, received_at, created_at from alert
         where organization_id = ${org} and alert_group_id = g.id and warning is null
         order by created_at desc, id desc limit ${MOST}
       ) a order by a.created_at desc, a.id desc limit ${MOST})
      union all
      (select at, case when status < 400 then 'noted' else 'refused' end, status, size, note, body_start, null, null
       from ingest_log where organization_id = ${org} and integration_id = ${integrationId} order by at desc limit ${MOST})
      union all
      (select received_at, 'parked', 200, octet_length(payload), error, left(payload, ${BODY_START}), null, null
       from parked_alert where organization_id = ${org} and integration_id = ${integrationId} order by parked_at desc limit ${MOST})
    ) entries
    order by at desc limit ${MOST}`.execute(db);
  return rows.map((row) => ({ ...row, bodyStart: row.bodyStart.replace(CREDENTIAL, '$1=***') }));
}
