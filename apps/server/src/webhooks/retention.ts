import { type RawBuilder, sql } from 'kysely';
import { isFree } from '../alerting/index.ts';
import type { Db } from '../platform/db/database.ts';

const KEEP_PER_WEBHOOK = 100;
const DAY_MS = 86_400_000;
const AT_ONCE = 5_000;

/**
 * Begins a statement with `doomed`: an organization's answers beyond the last hundred of each webhook and those from before an instant. The newest of a
 * webhook for a group that is not resolved is not among them, because later calls build on it (outgoing-webhooks.md 10.2), nor are those for a
 * group under a legal hold.
 */
const doomed = (org: string, old: Date): RawBuilder<unknown> => sql`
    with crowded as (
      select organization_id, webhook_id from webhook_response where organization_id = ${org}
      group by 1, 2 having count(*) > ${KEEP_PER_WEBHOOK}
    ), beyond as (
      select r.organization_id, r.id from crowded c cross join lateral (
        select organization_id, id from webhook_response
        where organization_id = c.organization_id and webhook_id = c.webhook_id
        order by at desc, id desc offset ${KEEP_PER_WEBHOOK}) r
      union
      select organization_id, id from webhook_response where organization_id = ${org} and at < ${old}
    ), doomed as (
      select r.organization_id, r.id from beyond b join webhook_response r using (organization_id, id)
      left join alert_group g on g.organization_id = r.organization_id and g.id = r.alert_group_id
      where (g.id is null or g.resolved_at is not null or exists (
        select from webhook_response n
        where n.organization_id = r.organization_id and n.webhook_id = r.webhook_id and n.alert_group_id = r.alert_group_id
          and (n.at, n.id) > (r.at, r.id))) and ${isFree('r', 'alert_group_id')}
    )`;

/** How many answers a run would forget, at most so many. */
export async function countOldWebhookCalls(db: Db, org: string, old: Date, most: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    ${doomed(org, old)} select count(*)::int as count from (select from doomed limit ${most}) found`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Forgets an organization's old answers. Ended calls go with them, those without an answer after a day. */
export async function forgetWebhookCalls(db: Db, org: string, old: Date, now: Date): Promise<void> {
  const yesterday = new Date(now.getTime() - DAY_MS);
  await sql`
    ${doomed(org, old)}
    delete from webhook_response r using doomed d where r.organization_id = d.organization_id and r.id = d.id`.execute(db);
  for (;;) {
    const { numAffectedRows } = await sql`
      with doomed as (
        select c.organization_id, c.id from webhook_call c
        where c.organization_id = ${org} and c.finished_at < ${yesterday} and not exists (
          select from webhook_response r where r.organization_id = c.organization_id and r.delivery_id = c.delivery_id)
        limit ${AT_ONCE})
      delete from webhook_call c using doomed d where c.organization_id = d.organization_id and c.id = d.id`.execute(db);
    if ((numAffectedRows ?? 0n) < BigInt(AT_ONCE)) return;
  }
}
