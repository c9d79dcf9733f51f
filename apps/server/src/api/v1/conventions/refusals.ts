import type { FastifyRequest } from 'fastify';
import { isSafeMethod } from '../../../access/index.ts';
import { recordAudit } from '../../../audit/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import type { Db } from '../../../platform/db/database.ts';
import { sourceOf } from './audit.ts';
import type { Caller } from './caller.ts';

/** Records that a caller was refused something for lack of a permission. */
export type NoteRefusal = (caller: Caller, request: FastifyRequest) => Promise<void>;

/**
 * Puts refusals of writes into the audit log (access.md 14.2): of each caller and endpoint one in a minute; each process counts for itself.
 */
export function createRefusalLog({ db, clock }: { readonly db: Db; readonly clock: Clock }): NoteRefusal {
  let minute = 0;
  let noted = new Set<string>();
  return async (caller, request) => {
    const { method, routeOptions } = request;
    if (isSafeMethod(method)) return;
    const now = clock.now();
    const current = Math.floor(now.getTime() / 60_000);
    if (current !== minute) {
      minute = current;
      noted = new Set();
    }
    const { actor } = caller;
    const key = `${caller.org} ${actor.type === 'user' ? actor.userId : actor.id} ${method} ${routeOptions.url}`;
    if (noted.has(key)) return;
    noted.add(key);
    const [path = ''] = request.url.split('?', 1);
    const event = { type: 'refused', name: 'permission_denied', note: `${method} ${path.slice(0, 300)}` };
    await inTransaction(db, async (tx) => recordAudit(tx, caller.org, await sourceOf(tx, caller, request), event, now));
  };
}
