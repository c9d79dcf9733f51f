import type { FastifyError, FastifyInstance } from 'fastify';
import { ApiError, refusal } from './api-error.ts';

/** PostgreSQL takes no NUL characters, in texts (SQLSTATE 22021) or in JSON (22P05), wherever a request put them. */
const NUL_REFUSED: ReadonlySet<unknown> = new Set(['22021', '22P05']);
const NUL_ANSWER = refusal('Null characters are not allowed.');

function asApiError(error: Error): ApiError | null {
  if (error instanceof ApiError) return error;
  return 'code' in error && NUL_REFUSED.has(error.code) ? NUL_ANSWER : null;
}

/** Turns the errors of the API into its answers. Everything else is for the server's own handler. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Error, _request, reply) => {
    const known = asApiError(error);
    if (known === null) throw error;
    return reply
      .code(known.status)
      .headers(known.headers)
      .header('content-type', 'application/json')
      .serializer((text: unknown) => text as string)
      .send(JSON.stringify(known.body));
  });
}
