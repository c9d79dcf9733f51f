import type {} from '@fastify/swagger'; // knows the option that keeps a route out of the API's document
import type { FastifyPluginAsync } from 'fastify';
import type { createIngestHandler } from './handler.ts';

/** Below it are all integration URLs. */
export const INGEST_PREFIX = '/integrations/v1/';
export const INGEST_ROUTE = `${INGEST_PREFIX}*`;

/**
 * The integration URLs. Fastify parses and checks nothing here: the handler reads bodies of any media type and framing itself,
 * and answers in the words that existing senders know.
 */
export const ingestRoutes: FastifyPluginAsync<{ handler: ReturnType<typeof createIngestHandler> }> = async (app, { handler }) => {
  app.all(INGEST_ROUTE, {
    schema: { hide: true },
    // A logger of its own for each request costs more than taking the alert.
    childLoggerFactory: (logger) => logger,
    config: { accessLog: 'debug' },
    onRequest: (request, reply) => {
      reply.hijack();
      void handler(request.raw, reply.raw, { requestId: request.id, clientIp: () => request.ip });
    },
    handler: () => undefined,
  });
};
