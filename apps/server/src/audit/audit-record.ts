import { createHash } from 'node:crypto';

/** Who did something, and by which way in. */
export interface AuditSource {
  readonly actor: {
    readonly type: 'user' | 'service_account' | 'system' | 'integration' | 'chat';
    readonly id: string | null;
    /** As it was then: username, account's name, `system`. */
    readonly name: string;
  };
  /** `web`, `api`, `terraform`, `slack`, `telegram`, `mattermost`, `mobile`, `import`, `scheduler`, `cli`. */
  readonly via: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
}

export type AuditValues = Readonly<Record<string, unknown>>;

/** What was done. `before` and `after` hold the changed keys only, and no secret. */
export interface AuditEvent {
  /** `resource`, `maintenance`, `chat_ops`, `session`, `user`, `access`, `settings`, `operations`, `alert_group`, `refused` (access.md 14). */
  readonly type: string;
  /** `created`, `updated`, `deleted`, `login_failed` … */
  readonly name: string;
  readonly resource?: { readonly type: string; readonly id: string; readonly name: string; readonly teamId?: string | null };
  readonly before?: AuditValues | null;
  readonly after?: AuditValues | null;
  readonly note?: string | null;
}

export interface AuditRecord extends AuditSource {
  readonly seq: number;
  readonly at: Date;
  readonly type: string;
  readonly name: string;
  readonly resource: { readonly type: string; readonly id: string; readonly name: string; readonly teamId: string | null } | null;
  readonly before: AuditValues | null;
  readonly after: AuditValues | null;
  readonly note: string | null;
}

/** What a record's hash covers, in this order; the JSON of the values is the text that is stored. */
export interface HashedRow {
  readonly organization_id: string;
  readonly seq: number;
  readonly at: Date;
  readonly actor_type: string;
  readonly actor_id: string | null;
  readonly actor_name: string;
  readonly via: string;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly request_id: string | null;
  readonly action_type: string;
  readonly action_name: string;
  readonly resource_type: string | null;
  readonly resource_id: string | null;
  readonly resource_name: string | null;
  readonly team_id: string | null;
  readonly before_json: string | null;
  readonly after_json: string | null;
  readonly note: string | null;
}

/** SHA-256 over the hash before it and the record's columns as a JSON array. */
export function hashOf(previous: Buffer, row: HashedRow): Buffer {
  const columns = [
    row.organization_id,
    row.seq,
    row.at.toISOString(),
    row.actor_type,
    row.actor_id,
    row.actor_name,
    row.via,
    row.ip,
    row.user_agent,
    row.request_id,
    row.action_type,
    row.action_name,
    row.resource_type,
    row.resource_id,
    row.resource_name,
    row.team_id,
    row.before_json,
    row.after_json,
    row.note,
  ];
  return createHash('sha256').update(previous).update(JSON.stringify(columns)).digest();
}
