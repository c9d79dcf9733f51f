import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Tx } from '../../../platform/db/database.ts';
import { findUser, hasOtherAdmin, type Profile } from '../../../users/index.ts';
import { ApiError } from '../conventions/api-error.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { missingReference } from '../conventions/fields.ts';
import { single } from '../conventions/pagination.ts';
import { leave, UsesSchema, usesOf } from './user-uses.ts';

/** Why somebody cannot leave yet. */
export const UsesError = named(
  'UserInUse',
  Type.Object({ detail: Type.String(), code: Type.String(), uses: Type.Optional(UsesSchema) }),
);

export const lastAdmin = () => new ApiError(409, { detail: 'At least one active admin must remain.', code: 'last_admin' });

/**
 * Lets go of a person: somebody named in the query takes their places, or they are taken out where `force` says so.
 * @throws 409 where steps or shifts would be left with nobody, and for the last admin
 */
export async function deactivate(tx: Tx, request: FastifyRequest, profile: Profile, now: Date): Promise<void> {
  const caller = callerOf(request);
  const query = request.query as Record<string, unknown>;
  const replacementId = single(query.replace_by) || null;
  if (replacementId !== null) {
    const replacement = replacementId === profile.id ? null : await findUser(tx, caller.org, replacementId);
    if (replacement?.isActive !== true) throw missingReference('replace_by');
  }
  if (profile.role === 'admin' && !(await hasOtherAdmin(tx, caller.org, profile.id))) throw lastAdmin();
  const uses = await usesOf(tx, caller.org, profile.id, now);
  if (uses.blocks && replacementId === null && single(query.force)?.toLowerCase() !== 'true') {
    const detail = 'Escalation steps or shifts would be left with nobody. Name who takes the places, or force it.';
    throw new ApiError(409, { detail, code: 'user_in_use', uses } as never);
  }
  await leave(tx, caller.org, profile.id, replacementId, now);
}
