import { RawJson, stringifyWithRaw } from '../platform/raw-json.ts';
import type { PersonalContext } from './personal-link.ts';

export type UserRef = { id: string; username: string; email: string };

/** What a request tells of an alert group, as loaded from the database (outgoing-webhooks.md 5). */
export type GroupFacts = {
  id: string;
  integration: {
    id: string;
    type: string;
    name: string;
    teamId: string | null;
    teamName: string | null;
    labels: Readonly<Record<string, string>>;
  };
  routeId: string | null;
  alertsCount: number;
  state: string;
  startedAt: Date;
  resolvedAt: Date | null;
  resolvedBy: UserRef | null;
  acknowledgedAt: Date | null;
  acknowledgedBy: UserRef | null;
  silencedAt: Date | null;
  labels: Readonly<Record<string, string>>;
  /** Servers that passed its first alert on before this one. */
  hop: number;
  title: string | null;
  link: string;
  /** JSON text as it was received; null when there is no alert. */
  firstPayload: string | null;
  lastAlert: { id: string; createdAt: Date; payload: string } | null;
  /** Users with a successful notification, in the order of their first one. */
  notifiedUsers: readonly UserRef[];
  usersToBeNotified: readonly UserRef[];
  /** Oldest first. */
  notes: readonly { id: string; authorId: string | null; source: string; text: string; createdAt: Date }[];
  /** The newest good answer of each other webhook for this group. */
  responses: readonly { webhookId: string; content: string; statusCode: number; at: Date }[];
};

export type ContextInput = {
  event: {
    type: string;
    at: Date | null;
    /** End of a silence; null: it has none. */
    until?: Date | null;
    implicit?: boolean;
    test?: boolean;
    /** Of a resolution note. */
    text?: string;
    user?: PersonalContext;
  };
  user: UserRef | null;
  webhook: { id: string; name: string; includeEmails: boolean; labels: readonly { key: string; value: string }[] };
  group: GroupFacts;
};

/** Python's `isoformat`: six digits of a second or none, then the zone. */
const isoTime = (at: Date, zone: 'Z' | '+00:00'): string => {
  const text = at.toISOString();
  return at.getUTCMilliseconds() === 0 ? `${text.slice(0, 19)}${zone}` : `${text.slice(0, 23)}000${zone}`;
};
const timeOrNull = (at: Date | null): string | null => (at === null ? null : isoTime(at, 'Z'));

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // a text answer
  }
}

/** What templates see and "forward all" sends: JSON text by name, in which payloads keep the letters they came with. */
export type WebhookContext = ReadonlyMap<string, string>;

const HOLDS_PAYLOAD: readonly string[] = ['alert_group', 'alert_payload', 'responses'];

/**
 * Makes the context of a request (outgoing-webhooks.md 5). Times of `event` end in `+00:00`, those of the group in `Z`: receivers
 * parse them by string.
 */
export function createContext({ event, user, webhook, group }: ContextInput): WebhookContext {
  const { integration } = group;
  const shown = (ref: UserRef) => (webhook.includeEmails ? ref : { id: ref.id, username: ref.username });
  const shownOrNull = (ref: UserRef | null) => (ref === null ? null : shown(ref));
  const toBeNotified = group.usersToBeNotified.map(shown);
  const responses = group.responses.map(({ webhookId, content }) => [
    webhookId,
    isJson(content) ? new RawJson(content) : content,
  ]);
  const meta = group.responses.map(({ webhookId, statusCode, at }) => [
    webhookId,
    { status_code: statusCode, timestamp: isoTime(at, 'Z') },
  ]);
  const context = {
    event: {
      type: event.type,
      ...(event.at === null ? {} : { time: isoTime(event.at, '+00:00') }),
      ...(event.until === undefined ? {} : { until: event.until === null ? null : isoTime(event.until, '+00:00') }),
      ...(event.text === undefined ? {} : { text: event.text }),
      ...(event.implicit === true ? { implicit: true } : {}),
      ...(event.test === true ? { test: true } : {}),
      ...(event.user === undefined ? {} : { user: event.user }),
    },
    user: shownOrNull(user),
    alert_group: {
      id: group.id,
      integration_id: integration.id,
      team_id: integration.teamId,
      route_id: group.routeId,
      alerts_count: group.alertsCount,
      state: group.state,
      created_at: isoTime(group.startedAt, 'Z'),
      resolved_at: timeOrNull(group.resolvedAt),
      resolved_by: group.resolvedBy?.id ?? null,
      acknowledged_at: timeOrNull(group.acknowledgedAt),
      acknowledged_by: group.acknowledgedBy?.id ?? null,
      labels: group.labels,
      title: group.title,
      permalinks: { slack: null, slack_app: null, telegram: null, web: group.link },
      silenced_at: timeOrNull(group.silencedAt),
      last_alert:
        group.lastAlert === null
          ? null
          : {
              id: group.lastAlert.id,
              alert_group_id: group.id,
              created_at: isoTime(group.lastAlert.createdAt, 'Z'),
              payload: new RawJson(group.lastAlert.payload),
            },
    },
    alert_group_id: group.id,
    alert_payload: group.firstPayload === null ? '' : new RawJson(group.firstPayload),
    integration: {
      id: integration.id,
      type: integration.type,
      name: integration.name,
      team: integration.teamName,
      labels: integration.labels,
    },
    notified_users: group.notifiedUsers.map(shown),
    users_to_be_notified: toBeNotified,
    users_to_notify: toBeNotified,
    alert_group_acknowledged_by: shownOrNull(group.acknowledgedBy),
    alert_group_resolved_by: shownOrNull(group.resolvedBy),
    resolution_notes: group.notes.map(({ id, authorId, source, text, createdAt }) => ({
      id,
      author: authorId,
      source,
      created_at: isoTime(createdAt, 'Z'),
      text,
    })),
    webhook: {
      id: webhook.id,
      name: webhook.name,
      labels: Object.fromEntries(webhook.labels.map(({ key, value }) => [key, value])),
    },
    ...(responses.length === 0 ? {} : { responses: Object.fromEntries(responses), responses_meta: Object.fromEntries(meta) }),
  };
  return new Map(
    Object.entries(context).map(([name, value]) => [
      name,
      HOLDS_PAYLOAD.includes(name) ? stringifyWithRaw(value) : JSON.stringify(value),
    ]),
  );
}

/** The context without what a user gave to their webhook: that is for its receiver only. */
export function withoutPersonal(context: WebhookContext): WebhookContext {
  const { user: _user, ...event } = JSON.parse(context.get('event') ?? '{}') as Record<string, unknown>;
  return new Map(context).set('event', JSON.stringify(event));
}

/** The whole context as the text of one JSON object. */
export const contextText = (context: WebhookContext): string =>
  `{${[...context].map(([name, text]) => `${JSON.stringify(name)}: ${text}`).join(', ')}}`;
