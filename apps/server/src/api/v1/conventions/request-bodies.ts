import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** JSON bodies as they were sent, for what numbers and the order of keys matter to. */
    bodyText: string;
  }
}

/** Bodies of the public API: JSON, an empty one as `{}`, and forms as flat objects (http-api-alerting.md 1.4). */
export function readRequestBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.decorateRequest('bodyText', '');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text: string, done) => {
    request.bodyText = text;
    if (text.trim() === '') return done(null, {});
    try {
      done(null, JSON.parse(text));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      done(new ApiError(400, { detail: `JSON parse error - ${reason}` }), undefined);
    }
  });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, text: string, done) => {
    done(null, Object.fromEntries(new URLSearchParams(text)));
  });
  app.addContentTypeParser('*', (request, _payload, done) => {
    if (request.headers['content-length'] === '0') return done(null, {});
    done(
      new ApiError(415, { detail: `Unsupported media type "${request.headers['content-type'] ?? ''}" in request.` }),
      undefined,
    );
  });
}
