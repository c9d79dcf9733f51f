import { sql } from 'kysely';
import {
  type ActionDeps,
  type AlertGroupId,
  inActionTransaction,
  lockGroup,
  type OrgId,
  TIMELINE,
} from '../../alerting/index.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { endOwnPages } from './page-users.ts';

/** How far a person who was added by hand has come (escalation.md 5.4). */
export type ResponderState = 'notifying' | 'acknowledged' | 'exhausted' | 'failed';

export type Responder = {
  userId: string;
  username: string;
  name: string;
  important: boolean;
  pagedAt: Date;
  state: ResponderState;
  acknowledgedAt: Date | null;
};

type Row = {
  user_id: string;
  username: string;
  name: string;
  important: boolean;
  paged_at: Date;
  run_state: 'running' | 'finished' | 'cancelled' | null;
  ended_at: Date | null;
  acknowledged_at: Date | null;
  resolved_at: Date | null;
  has_reached: boolean;
  has_pages: boolean;
};

/** The people who were added to a group by hand and not taken off again, in the order in which they were added. */
export async function respondersOf(db: Db | Tx, org: OrgId, id: AlertGroupId): Promise<Responder[]> {
  const { rows } = await sql<Row>`
    with last_page as (
      select distinct on (data #>> '{user,id}') data #>> '{user,id}' as user_id, type, created_at, id,
             coalesce((data ->> 'important')::boolean, false) as important
      from timeline_record
      where organization_id = ${org} and alert_group_id = ${id} and type in (${TIMELINE.directPaging}, ${TIMELINE.unpaged})
        and data #>> '{user,id}' is not null
      order by data #>> '{user,id}', created_at desc, id desc)
    select l.user_id, u.username, u.name, l.important, l.created_at as paged_at, p.state as run_state, p.ended_at, g.resolved_at, (
        select min(t.created_at) from timeline_record t
        where t.organization_id = ${org} and t.alert_group_id = ${id} and t.type = ${TIMELINE.acknowledged}
          and t.actor_type = 'user' and t.actor_id = l.user_id and t.created_at >= l.created_at) as acknowledged_at,
      exists (select from delivery d where d.organization_id = ${org} and d.alert_group_id = ${id} and d.user_id = l.user_id
        and d.created_at >= l.created_at) as has_pages,
      exists (select from delivery d where d.organization_id = ${org} and d.alert_group_id = ${id} and d.user_id = l.user_id
        and d.created_at >= l.created_at and d.state in ('accepted', 'delivered')) as has_reached
    from last_page l
    join users u on u.organization_id = ${org} and u.id = l.user_id
    join alert_group g on g.organization_id = ${org} and g.id = ${id}
    left join lateral (
      select state, ended_at from personal_run p
      where p.organization_id = ${org} and p.alert_group_id = ${id} and p.user_id = l.user_id and p.paged
      order by p.personal_run_no desc limit 1) p on true
    where l.type = ${TIMELINE.directPaging} order by l.created_at, l.id`.execute(db);
  return rows.map((row) => {
    const state = stateOf(row);
    return {
      userId: row.user_id,
      username: row.username,
      name: row.name,
      important: row.important,
      pagedAt: row.paged_at,
      state,
      acknowledgedAt: state === 'acknowledged' ? (row.acknowledged_at ?? row.ended_at) : null,
    };
  });
}

/** A list that was called off before its end, though the group was not resolved, was called off by its person. */
function stateOf(row: Row): ResponderState {
  if (row.acknowledged_at !== null) return 'acknowledged';
  if (row.run_state === 'running') return 'notifying';
  const isResolvedThen = row.resolved_at !== null && row.ended_at !== null && row.resolved_at <= row.ended_at;
  if (row.run_state === 'cancelled' && row.has_pages && !isResolvedThen) return 'acknowledged';
  return row.has_reached ? 'exhausted' : 'failed';
}

/**
 * A person who was added by hand acknowledges for themselves, whatever the group's state (escalation.md 5.4): their list and the pages
 * that nobody has in hand end.
 */
export const acknowledgeOwnPages = (
  deps: Pick<ActionDeps, 'db' | 'clock'>,
  org: OrgId,
  id: AlertGroupId,
  userId: string,
): Promise<{ ok: true } | { ok: false; reason: 'not_found' | 'not_paged' }> =>
  inActionTransaction(deps.db, async (tx) => {
    if ((await lockGroup(tx, org, id)) === null) return { ok: false, reason: 'not_found' };
    const ended = await endOwnPages(tx, { organizationId: org, alertGroupId: id, userId }, deps.clock.now());
    return ended ? { ok: true } : { ok: false, reason: 'not_paged' };
  });
