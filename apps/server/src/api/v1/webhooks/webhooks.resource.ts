import { sql } from 'kysely';
import { Type } from 'typebox';
import { visibleTo } from '../../../access/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Tx } from '../../../platform/db/database.ts';
import type { SecretBox } from '../../../platform/secrets.ts';
import { createWebhook, deleteWebhook, findWebhook, listWebhooks, saveWebhook, type Webhook } from '../../../webhooks/index.ts';
import { conflictOfFields, fieldErrors } from '../conventions/api-error.ts';
import type { Caller } from '../conventions/caller.ts';
import type { BodyOf } from '../conventions/fields.ts';
import { single } from '../conventions/pagination.ts';
import type { Resource } from '../conventions/resource.ts';
import { checkTeam, readTeamFilter } from '../conventions/team-field.ts';
import { PLACEHOLDER, presentWebhook, presetValues, WebhookSchema, webhookFields } from './webhook-fields.ts';

export interface WebhooksDeps {
  readonly clock: Clock;
  readonly secrets: SecretBox;
  readonly syntaxError: (source: string) => string | null;
}

type Fields = ReturnType<typeof webhookFields>;

const NAME_TAKEN = conflictOfFields('The fields name, organization must make a unique set.');

/** Outgoing webhooks (http-api-alerting.md 2.9, outgoing-webhooks.md 17). */
export function webhooksResource({
  clock,
  secrets,
  syntaxError,
}: WebhooksDeps): Resource<Webhook, Fields, 'name' | 'url' | 'http_method' | 'trigger_type'> {
  return {
    path: 'webhooks',
    name: 'webhook',
    auditType: 'outgoing_webhook',
    read: 'outgoing-webhooks:read',
    write: 'outgoing-webhooks:write',
    pageSize: 50,
    item: WebhookSchema,
    filters: { name: Type.Optional(Type.String()), team_id: Type.Optional(Type.String()) },
    fields: webhookFields(syntaxError),
    required: { create: ['name', 'url', 'http_method', 'trigger_type'] },
    uniques: { webhook_organization_id_name_key: NAME_TAKEN },
    async list(db, caller, query, window) {
      const name = single(query.name) || undefined;
      const teamId = await readTeamFilter(db, caller, query);
      const filter = {
        ...(name === undefined ? {} : { name }),
        ...(teamId === undefined ? {} : { teamId }),
        ...visibleTo(caller),
      };
      return listWebhooks(db, caller.org, filter, window, secrets);
    },
    get: (db, caller, id) => findWebhook(db, caller.org, id, secrets),
    present: (_db, _caller, rows) => rows.map(presentWebhook),
    async create(tx, caller, body) {
      await checkReferences(tx, caller, body);
      for (const key of ['password', 'authorization_header'] as const) {
        if (body[key] === PLACEHOLDER) throw fieldErrors({ [key]: ['This field may not be a placeholder.'] });
      }
      const preset = body.preset ?? null;
      const made = await createWebhook(
        tx,
        { secrets, syntaxError },
        caller.org,
        {
          name: body.name,
          url: body.url,
          trigger: body.trigger_type,
          method: body.http_method,
          teamId: body.team ?? null,
          userId: caller.userId,
          integrationIds: body.integration_filter ?? [],
          headers: body.headers ?? null,
          data: body.data ?? null,
          forwardAll: body.forward_all ?? true,
          triggerTemplate: body.trigger_template ?? null,
          username: body.username ?? null,
          password: body.password || null,
          authorizationHeader: body.authorization_header || null,
          isEnabled: body.is_webhook_enabled ?? true,
          preset,
          ...presetValues(preset),
        },
        clock.now(),
      );
      if (made.ok) return made.webhook;
      if (made.reason === 'name_taken') throw NAME_TAKEN;
      throw new Error(`a webhook that passed its checks was refused: ${made.reason}`);
    },
    async update(tx, caller, webhook, body) {
      await checkReferences(tx, caller, body);
      if (body.is_webhook_enabled === null) throw fieldErrors({ is_webhook_enabled: ['This field may not be null.'] });
      const given = <T>(value: T | undefined, kept: T): T => (value === undefined ? kept : value);
      const secret = (value: string | null | undefined, kept: string | null): string | null =>
        value === undefined || value === PLACEHOLDER ? kept : value || null;
      const preset = given(body.preset, webhook.preset);
      const changed: Webhook = {
        ...webhook,
        name: given(body.name, webhook.name),
        url: given<string | null>(body.url, webhook.url),
        method: given(body.http_method, webhook.method),
        trigger: given(body.trigger_type, webhook.trigger),
        teamId: given(body.team, webhook.teamId),
        data: given(body.data, webhook.data),
        headers: given(body.headers, webhook.headers),
        triggerTemplate: given(body.trigger_template, webhook.triggerTemplate),
        username: given(body.username, webhook.username),
        password: secret(body.password, webhook.password),
        authorizationHeader: secret(body.authorization_header, webhook.authorizationHeader),
        forwardAll: given(body.forward_all, webhook.forwardAll),
        isEnabled: given(body.is_webhook_enabled, webhook.isEnabled),
        integrationIds: body.integration_filter === undefined ? webhook.integrationIds : (body.integration_filter ?? []),
        preset,
        ...presetValues(preset),
      };
      await saveWebhook(tx, changed, secrets);
      return changed;
    },
    remove: (tx, caller, webhook) => deleteWebhook(tx, caller.org, webhook, clock.now()),
  };
}

async function checkReferences(tx: Tx, caller: Caller, body: BodyOf<Fields>): Promise<void> {
  await checkTeam(tx, caller, body.team, 'team');
  const ids = [...new Set(body.integration_filter ?? [])];
  if (ids.length === 0) return;
  const { rows } = await sql`
    select id from integration where organization_id = ${caller.org} and deleted_at is null and id = any(${ids}::text[])`.execute(
    tx,
  );
  if (rows.length < ids.length) throw fieldErrors({ integration_filter: ['Integration does not exist'] });
}
