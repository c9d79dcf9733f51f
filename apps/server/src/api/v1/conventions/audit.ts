import type { FastifyRequest } from 'fastify';
import { type AuditEvent, type AuditSource, type AuditValues, recordAudit } from '../../../audit/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { findUser } from '../../../users/index.ts';
import { type Caller, callerOf } from './caller.ts';

/** The caller of a request, as the audit log tells who did something. */
export const auditSource = (tx: Tx, request: FastifyRequest): Promise<AuditSource> => sourceOf(tx, callerOf(request), request);

/** The same of a caller that may not have been let in. */
export async function sourceOf(tx: Tx, { org, actor, via }: Caller, request: FastifyRequest): Promise<AuditSource> {
  const who: AuditSource['actor'] =
    actor.type === 'user'
      ? { type: 'user', id: actor.userId, name: (await findUser(tx, org, actor.userId))?.username ?? '' }
      : { type: 'service_account', id: actor.id, name: actor.name };
  return { actor: who, via, ip: request.ip, userAgent: request.headers['user-agent'] ?? null, requestId: request.id };
}

/** Appends what a request did to the audit log of the caller's organization. Call it last in the transaction. */
export async function audit(tx: Tx, request: FastifyRequest, event: AuditEvent, clock: Clock): Promise<void> {
  await recordAudit(tx, callerOf(request).org, await auditSource(tx, request), event, clock.now());
}

/** A change of an object as the API shows it; null where it is not there. */
export function resourceEvent(type: string, before: AuditValues | null, after: AuditValues | null): AuditEvent {
  const shown = after ?? before ?? {};
  const text = (...keys: string[]): string => String(keys.map((key) => shown[key]).find((value) => value != null) ?? '');
  return {
    type: 'resource',
    name: before === null ? 'created' : after === null ? 'deleted' : 'updated',
    resource: {
      type,
      id: text('id'),
      name: text('name', 'username', 'title'),
      teamId: typeof shown.team_id === 'string' ? shown.team_id : null,
    },
    before,
    after,
  };
}
