import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import type { Tx } from '../../../platform/db/database.ts';
import { ApiError } from './api-error.ts';
import { callerOf } from './caller.ts';

/** Tag of one object's JSON text. */
export const tagOf = (json: string): string => `"${createHash('sha256').update(json).digest('base64url').slice(0, 22)}"`;

/** Sends one object with its `ETag`, with the media type that existing clients get (no charset). */
export const sendOne = (reply: FastifyReply, status: number, json: string): FastifyReply =>
  reply
    .code(status)
    .header('content-type', 'application/json')
    .header('etag', tagOf(json))
    .serializer((text: unknown) => text as string)
    .send(json);

/**
 * Refuses a write whose `If-Match` no longer fits what is stored (http-api-alerting.md 1.10). Without the header nothing is asked.
 * @param json the object as it would be sent now, read under the lock that the write holds
 */
export function checkIfMatch(request: FastifyRequest, json: string): void {
  const wanted = request.headers['if-match'];
  if (wanted === undefined || wanted.trim() === '*') return;
  const tags = wanted.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (!tags.includes(tagOf(json)))
    throw new ApiError(412, { detail: 'The object has changed since it was read.', code: 'conflict' });
}

/** Holds other writers of the same object until this one commits, so that two partial updates do not undo each other. */
export async function oneWriterAtATime(tx: Tx, kind: string, request: FastifyRequest, id: string): Promise<void> {
  const key = `${kind} ${callerOf(request).org} ${id}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(tx);
}

/**
 * For writes that no resource makes: holds other writers of the object, and refuses what was decided on an older state of it.
 * @param shown the object as it is read; asked only where the request wants to know
 */
export async function checkUnchanged(
  tx: Tx,
  request: FastifyRequest,
  kind: string,
  id: string,
  shown: () => Promise<string>,
): Promise<void> {
  await oneWriterAtATime(tx, kind, request, id);
  if (request.headers['if-match'] !== undefined) checkIfMatch(request, await shown());
}
