import type { FastifyError, FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';

/** Turns what handlers throw into the API's answers. Never HTML, and never more of an unexpected error than its request id. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    const json = (status: number, body: unknown) =>
      reply
        .code(status)
        .header('content-type', 'application/json')
        .serializer((text: unknown) => text as string)
        .send(JSON.stringify(body));
    if (error instanceof ApiError) {
      reply.headers(error.headers);
      return json(error.status, error.body);
    }
    const status = 'statusCode' in error ? error.statusCode : undefined;
    if (status === 413) return json(413, { detail: 'The request body is too large.' });
    if (status !== undefined && status >= 400 && status < 500) return json(status, { detail: error.message });
    request.log.error({ err: error, requestId: request.id }, 'request failed');
    return json(500, { detail: `A server error occurred. Request id: ${request.id}` });
  });
}
