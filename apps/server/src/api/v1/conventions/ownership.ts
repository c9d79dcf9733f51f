import { readOrganizationSettings } from '../../../access/index.ts';
import type { Tx } from '../../../platform/db/database.ts';
import type { Caller } from './caller.ts';

/**
 * Whether the caller may change only what is their own, unless they administer it. People in a browser may not more; tokens may, as
 * existing clients rely on, where the organization did not choose `tokens_need_ownership` (http-api-oncall.md 0.3, A16).
 */
export const needsOwnership = async (tx: Tx, caller: Caller): Promise<boolean> =>
  caller.sessionId !== null || (await readOrganizationSettings(tx, caller.org)).tokensNeedOwnership;
