import type { FastifyReply } from 'fastify';
import { readOrganizationSettings } from '../../../access/index.ts';
import type { Tx } from '../../../platform/db/database.ts';
import type { Caller } from './caller.ts';
import { missingReference } from './fields.ts';

/** Takes a text for a `Warning` header: the request did well enough, but not all that it seemed to ask for. */
export type Warn = (text: string) => void;

const LONGEST = 1_000;
/** As RFC 7234 section 5.5 has it: 299, no agent, a quoted text of printable ASCII. */
const warningOf = (text: string): string =>
  `299 - "${text
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .replaceAll(/["\\]/g, "'")
    .slice(0, LONGEST)}"`;

/** Sends the warnings with the answer; none when there is none. */
export const sendWarnings = (reply: FastifyReply, texts: readonly string[]): FastifyReply =>
  texts.length === 0 ? reply : reply.header('warning', texts.map(warningOf).join(', '));

/**
 * The ids of a list that stand for something. Others are left out with a warning, as clients rely on, or refused where the organization has
 * chosen `strict_references` (http-api-oncall.md A6).
 */
export async function withoutUnknown(
  tx: Tx,
  caller: Caller,
  field: string,
  ids: readonly string[],
  isKnown: (id: string) => boolean,
  warn: Warn,
): Promise<string[]> {
  const unknown = ids.filter((id) => !isKnown(id));
  if (unknown.length === 0) return [...ids];
  if ((await readOrganizationSettings(tx, caller.org)).strictReferences) throw missingReference(field);
  warn(`${field}: left out, because they do not exist: ${unknown.join(' ')}`);
  return ids.filter(isKnown);
}
