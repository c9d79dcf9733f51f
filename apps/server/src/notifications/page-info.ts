import { sql } from 'kysely';
import type { Db } from '../platform/db/database.ts';
import type { ClaimedDelivery } from './channel.ts';

/** What a page is about and whom it is for, as it is when the page is sent. */
export type PageInfo = {
  deliveryId: number;
  organizationId: string;
  user: { id: string; username: string; name: string; email: string };
  group: {
    id: string;
    number: number;
    title: string | null;
    state: string;
    labels: Readonly<Record<string, string>>;
    alertsCount: number;
    startedAt: Date;
  };
  integration: {
    id: string;
    type: string;
    name: string;
    /** Own templates as the API has them: `{"email": {"title": "…"}}`. */
    templates: Readonly<Record<string, unknown>>;
    defaultTemplates: string;
  };
  /** JSON text of the first alert's payload; null when the group has none. */
  firstPayload: string | null;
};

type Row = {
  delivery_id: number;
  organization_id: string;
  user_id: string;
  username: string;
  user_name: string;
  email: string;
  group_id: string;
  number: number;
  title: string | null;
  state: string;
  labels: Record<string, string>;
  alerts_count: number;
  started_at: Date;
  integration_id: string;
  type: string;
  integration_name: string;
  templates: Record<string, unknown>;
  default_templates: string;
  payload: string | null;
};

/**
 * Loads a batch of pages in one query. Reads tables of several domains: a page is made of all of them, and one query for each would
 * cost more than the sending. A delivery whose group, integration or user has gone is missing from the answer.
 */
export async function loadPages(db: Db, deliveries: readonly ClaimedDelivery[]): Promise<ReadonlyMap<number, PageInfo>> {
  const { rows } = await sql<Row>`
    select d.id as delivery_id, d.organization_id, u.id as user_id, u.username, u.name as user_name, u.email,
           g.id as group_id, g.number, g.title, g.state, g.labels, g.alerts_count, g.started_at,
           i.id as integration_id, i.type, i.name as integration_name, i.templates, i.default_templates, a.payload
    from unnest(${deliveries.map((d) => d.organizationId)}::text[], ${deliveries.map((d) => d.id)}::bigint[],
                ${deliveries.map((d) => d.alertGroupId)}::text[], ${deliveries.map((d) => d.userId)}::text[])
         as d (organization_id, id, alert_group_id, user_id)
    join users u on u.organization_id = d.organization_id and u.id = d.user_id
    join alert_group g on g.organization_id = d.organization_id and g.id = d.alert_group_id
    join integration i on i.organization_id = g.organization_id and i.id = g.integration_id
    left join lateral (
      select payload from alert where organization_id = g.organization_id and id = g.first_alert_id limit 1
    ) a on true`.execute(db);
  return new Map(rows.map((row) => [row.delivery_id, fromRow(row)]));
}

const fromRow = (row: Row): PageInfo => ({
  deliveryId: row.delivery_id,
  organizationId: row.organization_id,
  user: { id: row.user_id, username: row.username, name: row.user_name, email: row.email },
  group: {
    id: row.group_id,
    number: row.number,
    title: row.title,
    state: row.state,
    labels: row.labels,
    alertsCount: row.alerts_count,
    startedAt: row.started_at,
  },
  integration: {
    id: row.integration_id,
    type: row.type,
    name: row.integration_name,
    templates: row.templates,
    defaultTemplates: row.default_templates,
  },
  firstPayload: row.payload,
});

/** Where people look at a group in the web UI. */
export const groupLink = (baseUrl: string, groupId: string): string =>
  `${baseUrl.replace(/\/+$/, '')}/alert-groups/${encodeURIComponent(groupId)}`;
