import { sql } from 'kysely';
import type { GroupRef } from '../alerting/index.ts';
import { prepared } from '../platform/db/prepared.ts';
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
  resolved_by_user_id: string | null;
  acknowledged_at: Date | null;
  acknowledged_by_user_id: string | null;
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
  last_alert_id: string | null;
  first_id: string | null;
  first_created_at: Date | null;
  first_payload: string | null;
  /** Null, too, where the first alert is the last. */
  last_id: string | null;
  last_created_at: Date | null;
  last_payload: string | null;
  notes: { id: string; author_id: string | null; source: string; text: string; created_at: string }[] | null;
};

const asRows = (groups: readonly GroupRef[]) => sql`
  (select distinct organization_id, id
   from unnest(${groups.map((g) => g.organizationId)}::text[], ${groups.map((g) => g.alertGroupId)}::text[]) as g (organization_id, id)) as w`;

/** What requests tell of groups, by group key. Reads tables of several domains: a context is made of all of them. */
export async function loadGroupFacts(deps: WebhookDeps, groups: readonly GroupRef[]): Promise<ReadonlyMap<string, GroupFacts>> {
  if (groups.length === 0) return new Map();
  const toNotify = await deps.usersToBeNotified(groups, deps.clock.now());
  const { rows } = await prepared(sql<Row>`
    select g.organization_id, g.id, g.route_id, g.alerts_count, g.state, g.started_at, g.resolved_at, g.resolved_by_user_id, g.acknowledged_at,
           g.acknowledged_by_user_id, g.silenced_at, g.labels, g.title, g.hop,
           i.id as integration_id, i.type as integration_type, i.name as integration_name, i.labels as integration_labels,
           t.id as team_id, t.name as team_name,
           g.last_alert_id, f.id as first_id, f.created_at as first_created_at, f.payload as first_payload,
           l.id as last_id, l.created_at as last_created_at, l.payload as last_payload,
           (select json_agg(json_build_object('id', n.id, 'author_id', n.author_id, 'source', n.source, 'text', n.text, 'created_at', n.created_at)
                            order by n.created_at, n.id)
            from resolution_note n where n.organization_id = g.organization_id and n.alert_group_id = g.id and n.deleted_at is null) as notes
    from ${asRows(groups)}
    join alert_group g using (organization_id, id)
    join integration i on i.organization_id = g.organization_id and i.id = g.integration_id
    left join team t on t.organization_id = i.organization_id and t.id = i.team_id
    left join lateral (select id, created_at, payload from alert where organization_id = g.organization_id and id = g.first_alert_id limit 1) f on true
    left join lateral (select id, created_at, payload from alert where organization_id = g.organization_id and id = g.last_alert_id
      and g.last_alert_id is distinct from g.first_alert_id limit 1) l on true`).execute(deps.db);
  const notified = await loadNotified(deps, groups);
  const responses = await loadResponses(deps, groups);
  const refs = (key: string, ids: readonly (string | null)[]) =>
    ids.flatMap((userId) => (userId === null ? [] : [{ organizationId: key.split(' ')[0] ?? '', userId }]));
  const users = await loadUsers(deps, [
    ...[...toNotify, ...notified].flatMap(([key, ids]) => refs(key, ids)),
    ...rows.flatMap((row) => refs(row.organization_id, [row.resolved_by_user_id, row.acknowledged_by_user_id])),
  ]);
  return new Map(
    rows.map((row) => {
      const key = `${row.organization_id} ${row.id}`;
      const userOf = (id: string | null) => users.get(`${row.organization_id} ${id}`) ?? null;
      const usersOf = (ids: readonly string[] | undefined) => (ids ?? []).flatMap((id) => userOf(id) ?? []);
      return [
        key,
        fromRow(row, deps.groupLink(row.id), {
          resolvedBy: userOf(row.resolved_by_user_id),
          acknowledgedBy: userOf(row.acknowledged_by_user_id),
          notifiedUsers: usersOf(notified.get(key)),
          usersToBeNotified: usersOf(toNotify.get(key)),
          responses: responses.get(key) ?? [],
        }),
      ];
    }),
  );
}

/** Ids of the people with a successful notification, in the order of their first one, by group key. */
async function loadNotified({ db }: WebhookDeps, groups: readonly GroupRef[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await prepared(sql<{ organization_id: string; alert_group_id: string; user_id: string }>`
    select n.organization_id, n.alert_group_id, n.user_id from ${asRows(groups)}
    join notification_record n on n.organization_id = w.organization_id and n.alert_group_id = w.id
    where n.type = 2 group by 1, 2, 3 order by min(n.created_at), n.user_id`).execute(db);
  const notified = new Map<string, string[]>();
  for (const row of rows) {
    const key = `${row.organization_id} ${row.alert_group_id}`;
    notified.set(key, [...(notified.get(key) ?? []), row.user_id]);
  }
  return notified;
}

type Response = GroupFacts['responses'][number];

/** The newest good answer of each webhook, by group key. */
async function loadResponses(
  { db }: WebhookDeps,
  groups: readonly GroupRef[],
): Promise<ReadonlyMap<string, readonly Response[]>> {
  const { rows } = await prepared(sql<Response & { organization_id: string; alert_group_id: string }>`
    select distinct on (r.organization_id, r.alert_group_id, r.webhook_id)
           r.organization_id, r.alert_group_id, r.webhook_id as "webhookId", r.content, r.status_code as "statusCode", r.at
    from ${asRows(groups)}
    join webhook_response r on r.organization_id = w.organization_id and r.alert_group_id = w.id
    where r.status_code between 200 and 299
    order by r.organization_id, r.alert_group_id, r.webhook_id, r.at desc, r.id desc`).execute(db);
  const responses = new Map<string, Response[]>();
  for (const { organization_id: org, alert_group_id: id, ...response } of rows)
    responses.set(`${org} ${id}`, [...(responses.get(`${org} ${id}`) ?? []), response]);
  return responses;
}

/** People by `organization id`; who is gone is missing. */
export async function loadUsers(
  { db }: Pick<WebhookDeps, 'db'>,
  refs: readonly { organizationId: string; userId: string }[],
): Promise<ReadonlyMap<string, UserRef>> {
  if (refs.length === 0) return new Map();
  const unique = [...new Map(refs.map((ref) => [`${ref.organizationId} ${ref.userId}`, ref])).values()];
  const { rows } = await prepared(sql<UserRef & { organization_id: string }>`
    select u.organization_id, u.id, u.username, u.email
    from unnest(${unique.map((ref) => ref.organizationId)}::text[], ${unique.map((ref) => ref.userId)}::text[]) as w (organization_id, id)
    join users u using (organization_id, id)`).execute(db);
  return new Map(rows.map(({ organization_id: org, ...user }) => [`${org} ${user.id}`, user]));
}

const alertOf = (id: string | null, createdAt: Date | null, payload: string | null): GroupFacts['lastAlert'] =>
  id === null || createdAt === null || payload === null ? null : { id, createdAt, payload };

type Others = Pick<GroupFacts, 'resolvedBy' | 'acknowledgedBy' | 'notifiedUsers' | 'usersToBeNotified' | 'responses'>;

const fromRow = (row: Row, link: string, others: Others): GroupFacts => ({
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
  acknowledgedAt: row.acknowledged_at,
  silencedAt: row.silenced_at,
  labels: row.labels,
  title: row.title,
  hop: row.hop,
  notes: (row.notes ?? []).map(({ id, author_id, source, text, created_at }) => ({
    id,
    authorId: author_id,
    source,
    text,
    createdAt: new Date(created_at),
  })),
  link,
  firstPayload: row.first_payload,
  lastAlert:
    alertOf(row.last_id, row.last_created_at, row.last_payload) ??
    (row.last_alert_id === row.first_id ? alertOf(row.first_id, row.first_created_at, row.first_payload) : null),
  ...others,
});
