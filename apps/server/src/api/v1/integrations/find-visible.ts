import { findIntegration, type Integration } from '../../../integrations/index.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { notFound } from '../conventions/api-error.ts';
import type { Caller } from '../conventions/caller.ts';

/** The integration in a request's path. Throws 404 where the caller has none of that id. */
export async function visibleIntegration(db: Db | Tx, caller: Caller, id: string): Promise<Integration> {
  const integration = await findIntegration(db, caller.org, id);
  if (integration === null) throw notFound();
  return integration;
}
