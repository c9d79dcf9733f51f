import { sql } from 'kysely';
import type { Tx } from '../platform/db/database.ts';
import { type AuditEvent, type AuditSource, type HashedRow, hashOf } from './audit-record.ts';
import { diffOf } from './diff.ts';

const NO_HASH = Buffer.alloc(32);
const LONGEST_AGENT = 300;

/** What the program does by itself. */
export const systemSource: AuditSource = {
  actor: { type: 'system', id: null, name: 'system' },
  via: 'scheduler',
  ip: null,
  userAgent: null,
  requestId: null,
};

/**
 * Appends to the audit log of an organization, in the transaction of the change itself. Call it last: from here to the commit, other changes of
 * the organization wait. An update that changes nothing is not recorded.
 */
export async function recordAudit(tx: Tx, org: string, source: AuditSource, event: AuditEvent, now: Date): Promise<void> {
  const { before, after } = diffOf(event.before ?? null, event.after ?? null);
  const isEmptyUpdate = before !== null && after !== null && Object.keys(before).length + Object.keys(after).length === 0;
  if (isEmptyUpdate) return;
  const head = await sql<{ seq: number; hash: Buffer }>`
    insert into audit_head (organization_id, seq, hash) values (${org}, 1, ${NO_HASH})
    on conflict (organization_id) do update set seq = audit_head.seq + 1
    returning seq, hash`.execute(tx);
  const { seq, hash: previous } = head.rows[0] as { seq: number; hash: Buffer };
  const row: HashedRow = {
    organization_id: org,
    seq,
    at: now,
    actor_type: source.actor.type,
    actor_id: source.actor.id,
    actor_name: storable(source.actor.name),
    via: source.via,
    ip: source.ip,
    user_agent: source.userAgent === null ? null : storable(source.userAgent.slice(0, LONGEST_AGENT)),
    request_id: source.requestId,
    action_type: event.type,
    action_name: event.name,
    resource_type: event.resource?.type ?? null,
    resource_id: event.resource === undefined ? null : storable(event.resource.id),
    resource_name: event.resource === undefined ? null : storable(event.resource.name),
    team_id: event.resource?.teamId ?? null,
    before_json: before === null ? null : JSON.stringify(before),
    after_json: after === null ? null : JSON.stringify(after),
    note: event.note === undefined || event.note === null ? null : storable(event.note),
  };
  const hash = hashOf(previous, row);
  await tx
    .insertInto('audit_record')
    .values({ ...row, prev_hash: previous, hash })
    .execute();
  await tx.updateTable('audit_head').set({ hash }).where('organization_id', '=', org).execute();
}

/** PostgreSQL's text takes neither NUL nor half of a surrogate pair. */
const storable = (text: string): string =>
  text.replaceAll(/\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '');
