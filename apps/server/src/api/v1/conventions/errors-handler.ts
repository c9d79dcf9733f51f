import type { FastifyError, FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';

/** Turns the errors of the API into its answers. Everything else is for the server's own handler. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Error, _request, reply) => {
    if (!(error instanceof ApiError)) throw error;
    return reply
      .code(error.status)
      .headers(error.headers)
      .header('content-type', 'application/json')
      .serializer((text: unknown) => text as string)
      .send(JSON.stringify(error.body));
  });
}
