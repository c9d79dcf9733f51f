import { sql } from 'kysely';
import type { GroupRef } from '../alerting/index.ts';
import type { GroupFacts, UserRef } from './context.ts';
import type { WebhookDeps } from './deps.ts';

type Row = {
  organization_id: string;
  id: string;
  route_id: string | null;
  alerts_count: number;
  state: string;
  started_at: Date;
  resolved_at: Date | null;
  resolved_by: UserRef | null;
  acknowledged_at: Date | null;
  acknowledged_by: UserRef | null;
  silenced_at: Date | null;
  labels: Record<string, string>;
  title: string | null;
  hop: number;
  integration_id: string;
  integration_type: string;
  integration_name: string;
  integration_labels: { key: string; value: string }[];
  team_id: string | null;
  team_name: string | null;
  first_payload: string | null;
  last_id: string | null;
  last_created_at: Date | null;
  last_payload: string | null;
  notified: UserRef[] | null;
  responses: { webhookId: string; content: string; statusCode: number; at: string }[] | null;
};

const userJson = (table: string) =>
  sql.raw(`json_build_object('id', ${table}.id, 'username', ${table}.username, 'email', ${table}.email)`);

/** What requests tell of groups, by group key. Reads tables of several domains: a context is made of all of them. */
export async function loadGroupFacts(deps: WebhookDeps, groups: readonly GroupRef[]): Promise<ReadonlyMap<string, GroupFacts>> {
  if (groups.length === 0) return new Map();
  const toNotify = await deps.usersToBeNotified(groups, deps.clock.now());
  const users = await loadUsers(
    deps,
    [...toNotify].flatMap(([key, ids]) => ids.map((userId) => ({ organizationId: key.split(' ')[0] ?? '', userId }))),
  );
  const { rows } = await sql<Row>`
    with wanted as (
      select distinct organization_id, id
      from unnest(${groups.map((g) => g.organizationId)}::text[], ${groups.map((g) => g.alertGroupId)}::text[]) as w (organization_id, id)
    )
    select g.organization_id, g.id, g.route_id, g.alerts_count, g.state, g.started_at, g.resolved_at, g.acknowledged_at, g.silenced_at, g.labels, g.title, g.hop,
           case when r.id is not null then ${userJson('r')} end as resolved_by,
           case when a.id is not null then ${userJson('a')} end as acknowledged_by,
           i.id as integration_id, i.type as integration_type, i.name as integration_name, i.labels as integration_labels,
           t.id as team_id, t.name as team_name, f.payload as first_payload,
           l.id as last_id, l.created_at as last_created_at, l.payload as last_payload,
           n.users as notified, o.responses
    from wanted w
    join alert_group g using (organization_id, id)
    join integration i on i.organization_id = g.organization_id and i.id = g.integration_id
    left join team t on t.organization_id = i.organization_id and t.id = i.team_id
    left join users r on r.organization_id = g.organization_id and r.id = g.resolved_by_user_id
    left join users a on a.organization_id = g.organization_id and a.id = g.acknowledged_by_user_id
    left join lateral (select payload from alert where organization_id = g.organization_id and id = g.first_alert_id limit 1) f on true
    left join lateral (select id, created_at, payload from alert where organization_id = g.organization_id and id = g.last_alert_id limit 1) l on true
    left join lateral (
      select json_agg(${userJson('u')} order by s.first_at, u.id) as users
      from (select user_id, min(created_at) as first_at from notification_record
            where organization_id = g.organization_id and alert_group_id = g.id and type = 2 group by user_id) s
      join users u on u.organization_id = g.organization_id and u.id = s.user_id
    ) n on true
    left join lateral (
      select json_agg(json_build_object('webhookId', s.webhook_id, 'content', s.content, 'statusCode', s.status_code, 'at', s.at)) as responses
      from (select distinct on (webhook_id) webhook_id, content, status_code, at from webhook_response
            where organization_id = g.organization_id and alert_group_id = g.id and status_code between 200 and 299
            order by webhook_id, at desc, id desc) s
    ) o on true`.execute(deps.db);
  return new Map(
    rows.map((row) => {
      const key = `${row.organization_id} ${row.id}`;
      const ids = toNotify.get(key) ?? [];
      const usersToBeNotified = ids.flatMap((id) => users.get(`${row.organization_id} ${id}`) ?? []);
      return [key, fromRow(row, deps.groupLink(row.id), usersToBeNotified)];
    }),
  );
}

/** People by `organization id`; who is gone is missing. */
export async function loadUsers(
  { db }: Pick<WebhookDeps, 'db'>,
  refs: readonly { organizationId: string; userId: string }[],
): Promise<ReadonlyMap<string, UserRef>> {
  if (refs.length === 0) return new Map();
  const { rows } = await sql<UserRef & { organization_id: string }>`
    select organization_id, id, username, email from users where (organization_id, id) in (
      select * from unnest(${refs.map((ref) => ref.organizationId)}::text[], ${refs.map((ref) => ref.userId)}::text[]))`.execute(
    db,
  );
  return new Map(rows.map(({ organization_id: org, ...user }) => [`${org} ${user.id}`, user]));
}

const fromRow = (row: Row, link: string, usersToBeNotified: readonly UserRef[]): GroupFacts => ({
  id: row.id,
  integration: {
    id: row.integration_id,
    type: row.integration_type,
    name: row.integration_name,
    teamId: row.team_id,
    teamName: row.team_name,
    labels: Object.fromEntries(row.integration_labels.map(({ key, value }) => [key, value])),
  },
  routeId: row.route_id,
  alertsCount: row.alerts_count,
  state: row.state,
  startedAt: row.started_at,
  resolvedAt: row.resolved_at,
  resolvedBy: row.resolved_by,
  acknowledgedAt: row.acknowledged_at,
  acknowledgedBy: row.acknowledged_by,
  silencedAt: row.silenced_at,
  labels: row.labels,
  title: row.title,
  hop: row.hop,
  link,
  firstPayload: row.first_payload,
  lastAlert:
    row.last_id === null || row.last_created_at === null || row.last_payload === null
      ? null
      : { id: row.last_id, createdAt: row.last_created_at, payload: row.last_payload },
  notifiedUsers: row.notified ?? [],
  usersToBeNotified,
  responses: (row.responses ?? []).map(({ at, ...response }) => ({ ...response, at: new Date(at) })),
});
