import type { FastifyInstance } from 'fastify';

/**
 * Headers of every answer of the API: nothing in it runs as a page, is framed, or is kept by caches on the way (access.md 7.7).
 * Handlers that know better set their own `Cache-Control`.
 */
const apiHeaders = (https: boolean): Readonly<Record<string, string>> => ({
  'cache-control': 'private, no-cache',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  ...(https ? { 'strict-transport-security': 'max-age=31536000' } : {}),
});

/** Sends the headers with every answer below a prefix. */
export function sendApiHeaders(app: FastifyInstance, prefix: string, https: boolean): void {
  const headers = apiHeaders(https);
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith(prefix)) reply.headers(headers);
  });
}
