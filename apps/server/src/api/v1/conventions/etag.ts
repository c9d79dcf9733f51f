import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';

/** Tag of one object's JSON text. */
const tagOf = (json: string): string => `"${createHash('sha256').update(json).digest('base64url').slice(0, 22)}"`;

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
