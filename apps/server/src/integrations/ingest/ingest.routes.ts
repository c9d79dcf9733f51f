import type {} from '@fastify/swagger'; // knows the option that keeps a route out of the API's document
import type { FastifyPluginAsync } from 'fastify';
import type { createIngestHandler } from './handler.ts';

/**
 * The integration URLs. Fastify parses and checks nothing here: the handler reads bodies of any media type and framing itself,
 * and answers in the words that existing senders know.
 */
export const ingestRoutes: FastifyPluginAsync<{ handler: ReturnType<typeof createIngestHandler> }> = async (app, { handler }) => {
  app.all('/integrations/v1/*', {
    schema: { hide: true },
    // A logger of its own for each request costs more than taking the alert.
    childLoggerFactory: (logger) => logger,
    config: { accessLog: 'debug' },
    onRequest: (request, reply) => {
      reply.hijack();
      reply.raw.setHeader('X-Request-Id', request.id);
      void handler(request.raw, reply.raw);
    },
    handler: () => undefined,
  });
};
