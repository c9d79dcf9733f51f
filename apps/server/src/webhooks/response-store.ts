import { type Selectable, sql } from 'kysely';
import type { GroupRef } from '../alerting/index.ts';
import type { Db, Tx } from '../platform/db/database.ts';
import { fillPage, type Page, selectPage, type Window } from '../platform/db/page.ts';
import { rowSet } from '../platform/db/row-set.ts';
import type { ShownRequest } from './build-request.ts';
import type { WebhookResponseTable } from './tables.ts';
import { TRIGGERS, type TriggerType } from './webhook.ts';

/** One attempt of a delivery, with what may be shown of it. */
export type StoredAttempt = {
  organizationId: string;
  webhookId: string;
  /** Null: the group was made up for a test. */
  alertGroupId: string | null;
  deliveryId: string;
  trigger: number;
  at: Date;
  request: ShownRequest;
  statusCode: number | null;
  content: string | null;
  /** Why there was no answer, for the list of attempts; `content` when left out. */
  error?: string | null;
  /** Context without what is private to a user. */
  eventData: string;
};

const COLUMNS = {
  organization_id: 'text',
  webhook_id: 'text',
  alert_group_id: 'text',
  delivery_id: 'text',
  trigger_type: 'smallint',
  at: 'timestamptz',
  request_url: 'text',
  request_headers: 'text',
  request_data: 'text',
  request_trigger: 'text',
  status_code: 'integer',
  content: 'text',
  event_starts: 'integer',
  event_bytes: 'integer',
  attempt: 'jsonb',
} as const;

/** Text that PostgreSQL takes: receivers may answer with NUL. */
const storable = (text: string | null): string | null => text?.replaceAll('\u0000', '\ufffd') ?? null;

/** Keeps one row for a delivery, which shows its newest attempt and lists all of them. */
export async function saveAttempts(tx: Tx, attempts: readonly StoredAttempt[]): Promise<void> {
  if (attempts.length === 0) return;
  // Contexts are long and full of quotes: they travel as one value and are cut up by the database.
  const events = attempts.map(({ eventData }) => Buffer.from(eventData));
  let end = 0;
  const starts = events.map(({ byteLength }) => {
    end += byteLength;
    return end - byteLength;
  });
  const rows = attempts.map((attempt, i) => ({
    organization_id: attempt.organizationId,
    webhook_id: attempt.webhookId,
    alert_group_id: attempt.alertGroupId,
    delivery_id: attempt.deliveryId,
    trigger_type: attempt.trigger,
    at: attempt.at,
    request_url: storable(attempt.request.url),
    request_headers: storable(attempt.request.headers),
    request_data: storable(attempt.request.data),
    request_trigger: storable(attempt.request.trigger),
    status_code: attempt.statusCode,
    content: storable(attempt.content),
    event_starts: starts[i],
    event_bytes: events[i]?.byteLength,
    attempt: {
      at: attempt.at,
      status_code: attempt.statusCode,
      error: attempt.statusCode === null ? storable(attempt.error ?? attempt.content) : null,
    },
  }));
  await sql`
    insert into webhook_response as w (organization_id, webhook_id, alert_group_id, delivery_id, trigger_type, at, request_url,
                                       request_headers, request_data, request_trigger, status_code, content, event_data, attempts)
    select organization_id, webhook_id, alert_group_id, delivery_id, trigger_type, at, request_url,
           request_headers, request_data, request_trigger, status_code, content,
           convert_from(substring(${Buffer.concat(events, end)}::bytea from event_starts + 1 for event_bytes), 'UTF8'), jsonb_build_array(attempt)
    from ${rowSet('r', COLUMNS, rows)}
    on conflict (organization_id, delivery_id) where delivery_id is not null do update set
      at = excluded.at, request_url = excluded.request_url, request_headers = excluded.request_headers,
      request_data = excluded.request_data, request_trigger = excluded.request_trigger, status_code = excluded.status_code,
      content = excluded.content, event_data = excluded.event_data, attempts = w.attempts || excluded.attempts`.execute(tx);
}

/** What is kept of a call, as people may read it. */
export type WebhookResponse = {
  id: string;
  /** The same in the headers of the request. */
  deliveryId: string | null;
  alertGroupId: string | null;
  /** Public name of the concrete trigger. */
  trigger: string;
  at: Date;
  url: string | null;
  requestTrigger: string | null;
  requestHeaders: string | null;
  requestData: string | null;
  statusCode: number | null;
  content: string | null;
  eventData: string | null;
  attempts: readonly StoredTry[];
};
type StoredTry = { at: string; status_code: number | null; error: string | null };

const fromRow = (row: Selectable<WebhookResponseTable>): WebhookResponse => ({
  id: String(row.id),
  deliveryId: row.delivery_id,
  alertGroupId: row.alert_group_id,
  trigger: TRIGGERS[row.trigger_type as TriggerType] ?? String(row.trigger_type),
  at: row.at,
  url: row.request_url,
  requestTrigger: row.request_trigger,
  requestHeaders: row.request_headers,
  requestData: row.request_data,
  statusCode: row.status_code,
  content: row.content,
  eventData: row.event_data,
  attempts: row.attempts as StoredTry[],
});

export async function findResponse(db: Db, org: string, webhookId: string, deliveryId: string): Promise<WebhookResponse | null> {
  const query = db
    .selectFrom('webhook_response')
    .selectAll()
    .where('organization_id', '=', org)
    .where('webhook_id', '=', webhookId);
  const row = await query.where('delivery_id', '=', deliveryId).executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** Calls of a webhook, newest first. */
export async function listWebhookResponses(
  db: Db,
  org: string,
  webhookId: string,
  window: Window,
): Promise<Page<WebhookResponse>> {
  const page = await selectPage(
    db,
    {
      from: sql`webhook_response`,
      where: [sql`organization_id = ${org}`, sql`webhook_id = ${webhookId}`],
      id: sql`id::text`,
      keys: [
        { column: sql`at`, type: 'timestamptz' },
        { column: sql`id`, type: 'bigint' },
      ],
      direction: 'desc',
    },
    window,
  );
  if (page.rows.length === 0) return { ...page, rows: [] };
  const query = db.selectFrom('webhook_response').selectAll().where('organization_id', '=', org);
  const rows = await query.where('id', 'in', page.rows.map(Number)).execute();
  return fillPage(page, rows.map(fromRow), (row) => row.id);
}

/** How a call stands. */
export type CallStatus = {
  deliveryId: string;
  alertGroupId: string;
  state: 'owed' | 'sending' | 'delivered' | 'failed' | 'skipped';
  attempts: number;
  /** When the next attempt is due, while it is owed. */
  nextAt: Date | null;
  statusCode: number | null;
  reason: string | null;
};

export async function findCall(db: Db, org: string, webhookId: string, deliveryId: string): Promise<CallStatus | null> {
  const query = db.selectFrom('webhook_call').selectAll().where('organization_id', '=', org).where('webhook_id', '=', webhookId);
  const row = await query.where('delivery_id', '=', deliveryId).executeTakeFirst();
  if (row === undefined) return null;
  return {
    deliveryId: row.delivery_id,
    alertGroupId: row.alert_group_id,
    state: row.state as CallStatus['state'],
    attempts: row.attempts,
    nextAt: row.due_at,
    statusCode: row.status_code,
    reason: row.reason,
  };
}

/** Forgets all calls for groups that are deleted. */
export async function forgetGroups(tx: Tx, groups: readonly GroupRef[]): Promise<void> {
  for (const table of ['webhook_response', 'webhook_call']) {
    await sql`
      delete from ${sql.table(table)} t using ${asRows(groups)}
      where t.organization_id = g.organization_id and t.alert_group_id = g.alert_group_id`.execute(tx);
  }
}

/** Takes the content of wiped groups out of what was stored of their calls; answers stay, later calls build on them. */
export async function blankGroups(tx: Tx, groups: readonly GroupRef[]): Promise<void> {
  await sql`
    update webhook_response t set event_data = null, request_data = null, request_headers = null, request_url = null
    from ${asRows(groups)} where t.organization_id = g.organization_id and t.alert_group_id = g.alert_group_id`.execute(tx);
}

const asRows = (groups: readonly GroupRef[]) => sql`
  unnest(${groups.map((g) => g.organizationId)}::text[], ${groups.map((g) => g.alertGroupId)}::text[]) as g (organization_id, alert_group_id)`;
