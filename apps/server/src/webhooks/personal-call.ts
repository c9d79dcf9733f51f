import { type Selectable, sql } from 'kysely';
import type { Tx } from '../platform/db/database.ts';
import { prepared } from '../platform/db/prepared.ts';
import type { SecretBox } from '../platform/secrets.ts';
import { type BuiltRequest, buildRequest } from './build-request.ts';
import { contextText, createContext, type GroupFacts, withoutPersonal } from './context.ts';
import type { WebhookDeps } from './deps.ts';
import { loadGroupFacts } from './group-facts.ts';
import { MASK } from './mask.ts';
import { openContext, type PersonalContext } from './personal-link.ts';
import { type StoredAttempt, saveAttempts } from './response-store.ts';
import { secretsOf } from './secret-store.ts';
import { type Sent, sendRequest } from './send-request.ts';
import type { WebhookTable } from './tables.ts';
import { PERSONAL_NOTIFICATION, TRIGGERS, type Webhook } from './webhook.ts';
import { webhookFromRow } from './webhook-store.ts';

/** Somebody to be told about a group by their own webhook. */
export type PersonalCallRequest = { deliveryId: number; organizationId: string; alertGroupId: string; userId: string };

/** A call ready to be made, or one whose templates failed: that is stored like an attempt. */
export type PersonalCall = {
  webhook: Webhook;
  alertGroupId: string;
  built: Extract<BuiltRequest, { ok: true }> | Extract<BuiltRequest, { reason: 'invalid' }>;
  /** Servers that passed the alert on before this one. */
  hop: number;
  eventData: string;
};

export type PreparedCall = { ok: true; call: PersonalCall } | { ok: false; reason: string };

type LinkRow = Selectable<WebhookTable> & {
  link_user_id: string;
  context_encrypted: Buffer | null;
  link_username: string;
  link_email: string;
};
type Link = { webhook: Webhook; context: PersonalContext; user: { id: string; username: string; email: string } };

const ownerOf = ({ organizationId, userId }: PersonalCallRequest): string => `${organizationId} ${userId}`;

/** The webhooks that people linked, opened once for each of them, by `ownerOf`. */
async function loadLinks(deps: WebhookDeps, requests: readonly PersonalCallRequest[]): Promise<ReadonlyMap<string, Link>> {
  const owners = [...new Map(requests.map((request) => [ownerOf(request), request])).values()];
  const { rows } = await prepared(sql<LinkRow>`
    select w.*, l.user_id as link_user_id, l.context_encrypted, u.username as link_username, u.email as link_email
    from unnest(${owners.map((r) => r.organizationId)}::text[], ${owners.map((r) => r.userId)}::text[]) as r (organization_id, user_id)
    join personal_webhook_link l on l.organization_id = r.organization_id and l.user_id = r.user_id
    join webhook w on w.organization_id = l.organization_id and w.id = l.webhook_id and w.deleted_at is null
    join users u on u.organization_id = l.organization_id and u.id = l.user_id`).execute(deps.db);
  return new Map(rows.map((row) => [`${row.organization_id} ${row.link_user_id}`, openLink(row, deps.secrets)]));
}

function openLink(row: LinkRow, secrets: SecretBox): Link {
  const context = row.context_encrypted === null ? {} : openContext(row.context_encrypted, row.link_user_id, secrets);
  return {
    webhook: webhookFromRow(row, secrets),
    context,
    user: { id: row.link_user_id, username: row.link_username, email: row.link_email },
  };
}

/** Loads, checks and renders the personal webhooks of a batch (outgoing-webhooks.md 14). Sends nothing. */
export async function preparePersonalCalls(
  deps: WebhookDeps,
  requests: readonly PersonalCallRequest[],
): Promise<ReadonlyMap<number, PreparedCall>> {
  const [links, facts] = [await loadLinks(deps, requests), await loadGroupFacts(deps, requests)];
  const calls = await Promise.all(
    requests.map(async (request): Promise<[number, PreparedCall]> => {
      const link = links.get(ownerOf(request));
      const group = facts.get(`${request.organizationId} ${request.alertGroupId}`);
      if (link === undefined) return [request.deliveryId, { ok: false, reason: 'the user has linked no webhook' }];
      if (group === undefined) return [request.deliveryId, { ok: false, reason: 'the alert group was deleted' }];
      return [request.deliveryId, await prepareCall(deps, link, group)];
    }),
  );
  return new Map(calls);
}

/** Shorter values of people's own would be masked in the middle of words. */
const SHORTEST_HIDDEN = 4;

/** Texts and numbers inside a value of JSON. */
const textsIn = (value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? Object.values(value).flatMap(textsIn)
    : typeof value === 'string' || typeof value === 'number'
      ? [String(value)]
      : [];

async function prepareCall(
  deps: WebhookDeps,
  { webhook, context: personal, user }: Link,
  group: GroupFacts,
): Promise<PreparedCall> {
  if (webhook.trigger !== PERSONAL_NOTIFICATION)
    return { ok: false, reason: 'the webhook is not for personal notifications any more' };
  if (!webhook.isEnabled) return { ok: false, reason: 'the webhook is switched off' };
  if (webhook.integrationIds.length > 0 && !webhook.integrationIds.includes(group.integration.id)) {
    return { ok: false, reason: 'the alert group is not from an integration that the webhook is for' };
  }
  const others = { ...group, responses: group.responses.filter(({ webhookId }) => webhookId !== webhook.id) };
  const event = { type: TRIGGERS[PERSONAL_NOTIFICATION], at: deps.clock.now(), user: personal };
  const context = createContext({ user, webhook, group: others, event });
  const secrets = await secretsOf(deps.db, deps.secrets, webhook);
  const hidden = textsIn(personal).filter((text) => text.length >= SHORTEST_HIDDEN);
  const built = await buildRequest({ webhook, context, secrets, hidden, baseUrl: deps.baseUrl, render: deps.render });
  if (!built.ok && built.reason === 'not_wanted')
    return { ok: false, reason: 'the trigger template of the webhook did not say true' };
  const eventData = contextText(withoutPersonal(context));
  return { ok: true, call: { webhook, alertGroupId: group.id, built, hop: group.hop, eventData } };
}

/** Makes the call; one whose templates failed is refused without a request. */
export async function makePersonalCall(
  deps: WebhookDeps,
  call: PersonalCall,
  delivery: { deliveryId: string; attempt: number },
): Promise<Sent> {
  const { built } = call;
  if (!built.ok) return { statusCode: null, content: '', urlError: null, result: { kind: 'refused', reason: built.message } };
  const event = TRIGGERS[PERSONAL_NOTIFICATION];
  const { signingSecret } = call.webhook;
  const { allow, baseUrl, proxy, timeoutMs } = deps;
  return sendRequest(
    deps.outbound,
    { request: built, event, ...delivery, hop: call.hop, signingSecret, allow, proxy, baseUrl, timeoutMs },
    deps.clock.now(),
  );
}

/** Stores attempts where people look for what their webhooks did; what carries the user's own values is masked. */
export function savePersonalCalls(
  tx: Tx,
  attempts: readonly { call: PersonalCall; sent: Sent; deliveryId: string; at: Date }[],
): Promise<void> {
  return saveAttempts(
    tx,
    attempts.map(({ call, sent, deliveryId, at }): StoredAttempt => {
      const { shown } = call.built;
      return {
        organizationId: call.webhook.organizationId,
        webhookId: call.webhook.id,
        alertGroupId: call.alertGroupId,
        deliveryId,
        trigger: PERSONAL_NOTIFICATION,
        at,
        request: {
          ...shown,
          url: sent.urlError ?? shown.url,
          data: call.built.ok && shown.data !== null ? MASK : shown.data,
        },
        statusCode: sent.statusCode,
        content: call.built.ok && sent.urlError === null ? sent.content : null,
        eventData: call.eventData,
      };
    }),
  );
}
