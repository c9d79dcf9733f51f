import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { ofVisibleGroup, type Viewer } from '../access/index.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import { invalid } from './call-loop.ts';
import type { GroupFacts } from './context.ts';
import type { WebhookDeps } from './deps.ts';
import type { EventSnapshot } from './events.ts';
import { storedAttempt, tellOfCall } from './finish-call.ts';
import { loadGroupFacts, loadUsers } from './group-facts.ts';
import { type PreparedCall, readyCall } from './prepare-calls.ts';
import { findResponse, saveAttempts, type WebhookResponse } from './response-store.ts';
import { sampleGroup } from './sample-group.ts';
import { sendRequest } from './send-request.ts';
import { STATUS_CHANGE, TRIGGERS, type Webhook } from './webhook.ts';

export type TestResult =
  | { ok: true; response: WebhookResponse }
  | { ok: false; reason: 'group_not_found' }
  /** The trigger template did not say true: nothing was sent. */
  | { ok: false; reason: 'not_wanted' };

/** The newest group of an organization that the viewer sees; null when there is none. */
export async function newestGroup(deps: Pick<WebhookDeps, 'db'>, org: string, viewer?: Viewer): Promise<string | null> {
  const isSeen =
    viewer === undefined
      ? sql``
      : sql`and ${ofVisibleGroup(viewer, org, { id: sql`g.id`, integrationId: sql`g.integration_id` })}`;
  const { rows } = await sql<{ id: string }>`
    select g.id from alert_group g where g.organization_id = ${org} ${isSeen}
    order by g.started_at desc, g.id desc limit 1`.execute(deps.db);
  return rows[0]?.id ?? null;
}

/** A group's facts, or those of a made-up one where no id is given. Null when there is no such group. */
export async function factsFor(
  deps: WebhookDeps,
  org: string,
  alertGroupId: string | null,
  userId: string | null,
): Promise<GroupFacts | null> {
  if (alertGroupId !== null)
    return (await loadGroupFacts(deps, [{ organizationId: org, alertGroupId }])).get(`${org} ${alertGroupId}`) ?? null;
  const users = await loadUsers(deps, userId === null ? [] : [{ organizationId: org, userId }]);
  return sampleGroup(deps.clock.now(), deps.groupLink, users.get(`${org} ${userId}`) ?? null);
}

/** The event that a test tells of: the webhook's own, marked as a test. */
export const testEvent = ({ trigger }: Pick<Webhook, 'trigger'>, userId: string | null, now: Date): EventSnapshot => ({
  type: TRIGGERS[trigger === STATUS_CHANGE ? 2 : trigger],
  at: now.toISOString(),
  userId,
  group: null,
  test: true,
});

/**
 * Calls a webhook once, now, for a group or a made-up one, with `event.test`. The answer is stored like any other; the timeline of the
 * group does not tell of it. Integration filter and switch are not asked.
 */
export async function testCall(
  deps: WebhookDeps,
  webhook: Webhook,
  options: { alertGroupId: string | null; userId: string | null },
): Promise<TestResult> {
  const { organizationId: org } = webhook;
  const group = await factsFor(deps, org, options.alertGroupId, options.userId);
  if (group === null) return { ok: false, reason: 'group_not_found' };
  const users = await loadUsers(deps, options.userId === null ? [] : [{ organizationId: org, userId: options.userId }]);
  const now = deps.clock.now();
  const event = testEvent(webhook, options.userId, now);
  const prepared: PreparedCall = await readyCall(deps, {
    webhook,
    event,
    group,
    user: users.get(`${org} ${options.userId}`) ?? null,
    now,
  });
  if (prepared.kind !== 'ready') return { ok: false, reason: 'not_wanted' };
  const { built } = prepared;
  const deliveryId = randomUUID();
  const { signingSecret } = webhook;
  const { allow, baseUrl, proxy, timeoutMs } = deps;
  const request = { event: event.type, deliveryId, attempt: 1, timeoutMs, signingSecret, allow, proxy, baseUrl, hop: group.hop };
  const sent = built.ok ? await sendRequest(deps.outbound, { request: built, ...request }, now) : invalid(built.message);
  const call = {
    organizationId: org,
    webhookId: webhook.id,
    deliveryId,
    trigger: webhook.trigger,
    alertGroupId: options.alertGroupId,
  };
  await inTransaction(deps.db, async (tx) => {
    await saveAttempts(tx, [storedAttempt(call, prepared, sent, deps.clock.now())]);
    await tellOfCall(tx, webhook);
  });
  const response = await findResponse(deps.db, org, webhook.id, deliveryId);
  if (response === null) throw new Error('the answer to a test was not stored');
  return { ok: true, response };
}
