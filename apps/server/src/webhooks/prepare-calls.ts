import { type BuiltRequest, buildRequest } from './build-request.ts';
import { MOST_HOPS, type WebhookCallRow } from './call-store.ts';
import { contextText, createContext, type GroupFacts, type UserRef, type WebhookContext } from './context.ts';
import { hasLeft } from './decide-after.ts';
import type { WebhookDeps } from './deps.ts';
import type { EventSnapshot } from './events.ts';
import { loadGroupFacts, loadUsers } from './group-facts.ts';
import { secretsOf } from './secret-store.ts';
import { PERSONAL_NOTIFICATION, TRIGGERS, type Webhook } from './webhook.ts';
import { loadWebhookRows, webhookFromRow } from './webhook-store.ts';

export type ReadyCall = {
  webhook: Webhook;
  built: Exclude<BuiltRequest, { reason: 'not_wanted' }>;
  hop: number;
  eventData: string;
};

export type PreparedCall =
  /** Nothing is to be sent, and nobody needs to know. */
  | { kind: 'drop'; reason: string }
  /** It will not be sent, and people are told. */
  | { kind: 'fail'; webhook: { id: string; name: string; trigger: Webhook['trigger'] }; reason: string }
  | ({ kind: 'ready' } & ReadyCall);

type Users = ReadonlyMap<string, UserRef>;

/** Checks and renders a call. Throws what is nobody's mistake, such as secrets that cannot be opened. */
export type Prepare = (call: WebhookCallRow) => Promise<PreparedCall>;

/** Loads what calls need, all at once. @returns what prepares each of them, so that a slow template holds up no other call */
export async function loadCalls(deps: WebhookDeps, calls: readonly WebhookCallRow[], now: Date): Promise<Prepare> {
  const webhooks = await loadWebhookRows(deps.db, calls);
  const facts = await loadGroupFacts(deps, calls);
  const users = await loadUsers(
    deps,
    calls.flatMap(({ organizationId, event }) => usersOf(event).map((userId) => ({ organizationId, userId }))),
  );
  return async (call) => {
    const row = webhooks.get(`${call.organizationId} ${call.webhookId}`);
    const group = facts.get(`${call.organizationId} ${call.alertGroupId}`);
    if (row === undefined) return { kind: 'drop', reason: 'the webhook was deleted' };
    if (group === undefined) return { kind: 'drop', reason: 'the alert group was deleted' };
    return prepareCall(deps, call, webhookFromRow(row, deps.secrets), group, users, now);
  };
}

const usersOf = ({ userId, group }: EventSnapshot): string[] =>
  [userId, group?.acknowledgedBy ?? null, group?.resolvedBy ?? null].filter((id) => id !== null);

async function prepareCall(
  deps: WebhookDeps,
  call: WebhookCallRow,
  webhook: Webhook,
  group: GroupFacts,
  users: Users,
  now: Date,
): Promise<PreparedCall> {
  if (!webhook.isEnabled) return { kind: 'drop', reason: 'the webhook was switched off' };
  if (webhook.integrationIds.length > 0 && !webhook.integrationIds.includes(group.integration.id))
    return { kind: 'drop', reason: 'Alert group was not from a selected integration' };
  if (group.hop >= MOST_HOPS && (call.cause === 'event' || call.cause === 'step'))
    return { kind: 'drop', reason: 'the alert was passed on by too many servers' };
  const last = call.reason === null ? '' : `; last attempt: ${call.reason}`;
  if (now > call.deadlineAt) return { kind: 'fail', webhook, reason: `it was too late to send it${last}` };
  if (call.attempt > 1 && call.cause === 'event' && call.trigger >= 2 && call.trigger <= 7 && hasLeft(call.event, group))
    return { kind: 'fail', webhook, reason: `the alert group has changed since${last}` };
  const user = (id: string | null): UserRef | null => (id === null ? null : (users.get(`${call.organizationId} ${id}`) ?? null));
  return readyCall(deps, {
    webhook,
    event: call.event,
    group: asItStood(group, call.event, user),
    user: user(call.event.userId),
    now,
  });
}

/** The group as it was when the event happened. */
function asItStood(group: GroupFacts, { group: then }: EventSnapshot, user: (id: string | null) => UserRef | null): GroupFacts {
  if (then === null) return group;
  const at = (text: string | null) => (text === null ? null : new Date(text));
  return {
    ...group,
    state: then.state,
    acknowledgedAt: at(then.acknowledgedAt),
    acknowledgedBy: user(then.acknowledgedBy),
    resolvedAt: at(then.resolvedAt),
    resolvedBy: user(then.resolvedBy),
    silencedAt: at(then.silencedAt),
  };
}

export type ReadyInput = { webhook: Webhook; event: EventSnapshot; group: GroupFacts; user: UserRef | null; now: Date };

/** What templates see of an event. */
export function contextOf({
  webhook,
  event,
  group,
  user,
  now,
}: Omit<ReadyInput, 'webhook'> & { webhook: Pick<Webhook, 'id' | 'name' | 'includeEmails' | 'labels'> }): WebhookContext {
  const { at, until, userId: _userId, group: _group, ...rest } = event;
  const time = at === null ? now : new Date(at);
  // A webhook of another type at an escalation step tells its own type, and no time where the reference tells none.
  const isOdd = event.type === 'status change';
  return createContext({
    event: {
      ...rest,
      at: isOdd ? null : time,
      // What a person filled in is theirs; tests and previews of personal webhooks have nothing there.
      ...(event.type === TRIGGERS[PERSONAL_NOTIFICATION] ? { user: {} } : {}),
      ...(until === undefined ? {} : { until: until === null ? null : new Date(until) }),
    },
    user,
    webhook,
    group: { ...group, responses: group.responses.filter(({ webhookId }) => webhookId !== webhook.id) },
  });
}

/** Renders a call for a group that is known. */
export async function readyCall(deps: WebhookDeps, input: ReadyInput): Promise<PreparedCall> {
  const context = contextOf(input);
  const { webhook } = input;
  const secrets = await secretsOf(deps.db, deps.secrets, webhook);
  const built = await buildRequest({ webhook, context, secrets, baseUrl: deps.baseUrl, render: deps.render });
  if (!built.ok && built.reason === 'not_wanted') return { kind: 'drop', reason: 'the trigger template did not say true' };
  return { kind: 'ready', webhook, built, hop: input.group.hop, eventData: contextText(context) };
}
