import { type Selectable, sql } from 'kysely';
import { inVisibleTeam, ofTeam, type Viewer } from '../access/index.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import type { Db, Tx } from '../platform/db/database.ts';
import { containing, listTable, type Page, type Window } from '../platform/db/page.ts';
import type { SecretBox } from '../platform/secrets.ts';
import type { WebhookTable } from './tables.ts';
import { type HttpMethod, secretPurpose, type TriggerType, type Webhook } from './webhook.ts';

export function webhookFromRow(row: Selectable<WebhookTable>, secrets: SecretBox): Webhook {
  const open = (sealed: Buffer | null, purpose: string) => (sealed === null ? null : secrets.open(sealed, purpose));
  return {
    organizationId: row.organization_id,
    id: row.id,
    name: row.name,
    teamId: row.team_id,
    userId: row.user_id,
    url: row.url,
    method: row.http_method as HttpMethod,
    trigger: row.trigger_type as TriggerType,
    integrationIds: row.integration_filter,
    // Unsealed ones count first: a process of the release before writes no others, beside those that this one sealed.
    headers: row.headers ?? open(row.headers_encrypted, secretPurpose.headers(row.id)),
    data: row.data,
    forwardAll: row.forward_all,
    triggerTemplate: row.trigger_template,
    username: row.username,
    password: open(row.password_encrypted, secretPurpose.password(row.id)),
    authorizationHeader: open(row.authorization_header_encrypted, secretPurpose.authorization(row.id)),
    signingSecret: open(row.signing_secret_encrypted, secretPurpose.signing(row.id)),
    preset: row.preset,
    isLegacy: row.is_legacy,
    isEnabled: row.is_enabled,
    implicitEvents: row.implicit_events,
    includeEmails: row.include_emails,
    labels: row.labels,
    sourceIntegrationId: row.source_integration_id,
    createdAt: row.created_at,
  };
}

/** @throws what the unique name throws when it is taken */
export async function insertWebhook(tx: Tx, webhook: Webhook, secrets: SecretBox): Promise<void> {
  await tx.insertInto('webhook').values(toRow(webhook, secrets)).execute();
}

function toRow(webhook: Webhook, secrets: SecretBox) {
  const seal = (text: string | null, purpose: string) => (text === null ? null : secrets.seal(text, purpose));
  return {
    organization_id: webhook.organizationId,
    id: webhook.id,
    name: webhook.name,
    team_id: webhook.teamId,
    user_id: webhook.userId,
    url: webhook.url,
    http_method: webhook.method,
    trigger_type: webhook.trigger,
    integration_filter: [...webhook.integrationIds],
    headers: null,
    headers_encrypted: seal(webhook.headers, secretPurpose.headers(webhook.id)),
    data: webhook.data,
    forward_all: webhook.forwardAll,
    trigger_template: webhook.triggerTemplate,
    username: webhook.username,
    password_encrypted: seal(webhook.password, secretPurpose.password(webhook.id)),
    authorization_header_encrypted: seal(webhook.authorizationHeader, secretPurpose.authorization(webhook.id)),
    signing_secret_encrypted: seal(webhook.signingSecret, secretPurpose.signing(webhook.id)),
    preset: webhook.preset,
    is_legacy: webhook.isLegacy,
    is_enabled: webhook.isEnabled,
    implicit_events: webhook.implicitEvents,
    include_emails: webhook.includeEmails,
    labels: JSON.stringify(webhook.labels),
    source_integration_id: webhook.sourceIntegrationId,
    created_at: webhook.createdAt,
    deleted_at: null,
  };
}

/** Seals the headers that were written before they were sealed; a run that was broken off goes on where it ended. @returns how many */
export async function sealPlainHeaders(db: Db, secrets: SecretBox): Promise<number> {
  for (let sealed = 0; ; ) {
    const batch = await inTransaction(db, async (tx) => {
      const { rows } = await sql<{ org: string; id: string; headers: string }>`
        select organization_id as org, id, headers from webhook where headers is not null limit 200 for update`.execute(tx);
      for (const { org, id, headers } of rows)
        await tx
          .updateTable('webhook')
          .set({ headers: null, headers_encrypted: secrets.seal(headers, secretPurpose.headers(id)) })
          .where('organization_id', '=', org)
          .where('id', '=', id)
          .execute();
      return rows.length;
    });
    if (batch === 0) return sealed;
    sealed += batch;
  }
}

/** A webhook that is not deleted. */
export async function findWebhook(db: Db | Tx, org: string, id: string, secrets: SecretBox): Promise<Webhook | null> {
  const query = db.selectFrom('webhook').selectAll().where('organization_id', '=', org).where('id', '=', id);
  const row = await query.where('deleted_at', 'is', null).executeTakeFirst();
  return row === undefined ? null : webhookFromRow(row, secrets);
}

export type WebhookFilter = {
  name?: string;
  /** null: webhooks without a team. */
  teamId?: string | null;
  /** Webhooks of any of these; null: of no team. */
  teamIds?: readonly (string | null)[];
  /** Each key with one of its values. */
  labels?: Readonly<Record<string, readonly string[]>>;
  /** Words of the name, or an id. */
  search?: string;
  triggers?: readonly TriggerType[];
  /** Webhooks that are called for one of these; those for all integrations are. */
  integrationIds?: readonly string[];
  /** Leaves out those of two-way integrations. */
  ordinary?: true;
  /** Leaves out what this person does not see; all is listed without it. */
  visibleTo?: Viewer;
};

/** Webhooks that are not deleted, oldest first. */
export async function listWebhooks(
  db: Db,
  org: string,
  filter: WebhookFilter,
  window: Window,
  secrets: SecretBox,
): Promise<Page<Webhook>> {
  const where = [sql`organization_id = ${org}`, sql`deleted_at is null`];
  if (filter.name !== undefined) where.push(sql`name = ${filter.name}`);
  if (filter.teamId !== undefined) where.push(ofTeam(filter.teamId, sql`team_id`));
  if (filter.teamIds !== undefined && filter.teamIds.length > 0)
    where.push(
      sql`(${sql.join(
        filter.teamIds.map((team) => ofTeam(team, sql`team_id`)),
        sql` or `,
      )})`,
    );
  for (const [key, values] of Object.entries(filter.labels ?? {}))
    where.push(
      sql`(${sql.join(
        values.map((value) => sql`labels @> ${JSON.stringify([{ key, value }])}::jsonb`),
        sql` or `,
      )})`,
    );
  if (filter.search !== undefined)
    where.push(sql`(id = ${filter.search} or lower(name) like lower(${containing(filter.search)}))`);
  if (filter.triggers !== undefined) where.push(sql`trigger_type = any(${[...filter.triggers]}::int[])`);
  if (filter.integrationIds !== undefined)
    where.push(sql`(cardinality(integration_filter) = 0 or integration_filter && ${[...filter.integrationIds]}::text[])`);
  if (filter.ordinary === true) where.push(sql`source_integration_id is null`);
  if (filter.visibleTo !== undefined) where.push(inVisibleTeam(filter.visibleTo, sql`team_id`));
  const fromRow = (row: Selectable<WebhookTable>) => webhookFromRow(row, secrets);
  return listTable(db, { table: 'webhook', org, where, fromRow }, window);
}

/** @throws what the unique name throws when it is taken */
export async function saveWebhook(tx: Tx, webhook: Webhook, secrets: SecretBox): Promise<void> {
  const { organization_id, id, created_at, deleted_at, ...columns } = toRow(webhook, secrets);
  await tx.updateTable('webhook').set(columns).where('organization_id', '=', organization_id).where('id', '=', id).execute();
}

/** Takes a webhook away: its name is free at once, what waits is dropped, steps that called it call nothing. Answers stay. */
export async function deleteWebhook(tx: Tx, org: string, webhook: Webhook, now: Date): Promise<void> {
  const name = `${webhook.name.slice(0, 78)}_deleted_${webhook.id}`;
  await tx
    .updateTable('webhook')
    .set({ name, deleted_at: now })
    .where('organization_id', '=', org)
    .where('id', '=', webhook.id)
    .execute();
  await sql`update escalation_step set webhook_id = null where organization_id = ${org} and webhook_id = ${webhook.id}`.execute(
    tx,
  );
}

/** Rows of webhooks that are not deleted, by `organization id`. Their secrets are sealed, so that one that can't be opened hurts no other. */
export async function loadWebhookRows(
  db: Db,
  refs: readonly { organizationId: string; webhookId: string }[],
): Promise<ReadonlyMap<string, Selectable<WebhookTable>>> {
  const { rows } = await sql<Selectable<WebhookTable>>`
    select * from webhook where deleted_at is null and (organization_id, id) in (
      select * from unnest(${refs.map((ref) => ref.organizationId)}::text[], ${refs.map((ref) => ref.webhookId)}::text[]))`.execute(
    db,
  );
  return new Map(rows.map((row) => [`${row.organization_id} ${row.id}`, row]));
}
