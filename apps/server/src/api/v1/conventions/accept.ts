import type { FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';

/** What JSON goes by in `Accept`. Pages' addresses opened in a browser get JSON too. */
const TAKES_JSON = /^(?:\*\/\*|application\/(?:\*|json|[\w.-]+\+json)|text\/(?:\*|html))$/;

/** Refuses requests whose `Accept` excludes JSON (http-api-alerting.md 1.4), on routes that answer nothing else. */
export async function checkAccept(request: FastifyRequest): Promise<void> {
  const { accept } = request.headers;
  if (accept === undefined || accept.trim() === '') return;
  const answers = (request.routeOptions.schema?.response as Record<string, { content?: unknown }> | undefined)?.[200];
  if (answers?.content !== undefined) return;
  const ranges = accept.split(',').map((range) => range.split(';', 1)[0]?.trim().toLowerCase() ?? '');
  if (!ranges.some((range) => TAKES_JSON.test(range)))
    throw new ApiError(406, { detail: 'Could not satisfy the request Accept header.' });
}
