import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import { isDatabaseUnavailable } from '../db/unavailable.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { collectAllowedMethods } from './allowed-methods.ts';
import { type AnswerObserver, createAnswerObserver, requestIdOf } from './answer-observer.ts';
import { createLazySerializers } from './lazy-serializers.ts';
import { collectOpenApi } from './openapi.ts';
import { type DirectRoute, serveDirectly } from './serve-directly.ts';

export type HttpOptions = {
  log: Log;
  metrics: Metrics;
  /** Bytes; a route may set its own. */
  bodyLimit: number;
  /** Addresses and networks whose X-Forwarded-* headers count. */
  trustedProxies: readonly string[];
  /** Requests that take longer are marked `slow`. */
  slowSeconds: number;
  version: string;
  /** One route that is answered without the framework. */
  direct?: DirectRoute;
  /** Asked first when no route took a request; null: it has nothing there. */
  fallback?: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | null>;
};

export type Http = FastifyInstance;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Level of the access line of successful requests; `info` when left out. */
    accessLog?: 'info' | 'debug';
  }
}

const RETRY_AFTER_SECONDS = 5;

/** Measures and logs what the framework has answered. */
function observe(app: FastifyInstance, observer: AnswerObserver): void {
  app.addHook('onResponse', async (request, reply) =>
    observer({
      route: request.routeOptions.url ?? 'none',
      accessLog: request.routeOptions.config.accessLog ?? 'info',
      requestId: request.id,
      message: request.raw,
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1_000,
      ip: () => request.ip,
    }),
  );
}

/** What is sent for an error that nothing nearer to its route has answered. */
function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (isDatabaseUnavailable(error)) {
    request.log.warn({ err: error, request_id: request.id }, 'a request failed because the database is unavailable');
    return reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send({ detail: 'Temporarily unavailable.' });
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return reply.code(status).send({ detail: error.message });
  if (status === 503)
    return reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send({ detail: 'Temporarily unavailable.' });
  request.log.error({ err: error, request_id: request.id }, 'a request failed');
  return reply.code(500).send({ detail: `A server error occurred. Request id: ${request.id}` });
}

/** A request that is not HTTP gets JSON too. */
function answerClientError(err: NodeJS.ErrnoException, socket: import('node:net').Socket): void {
  if (err.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, reason] =
    err.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? [408, 'Request Timeout']
      : err.code === 'HPE_HEADER_OVERFLOW'
        ? [431, 'Request Header Fields Too Large']
        : [400, 'Bad Request'];
  const body = JSON.stringify({ detail: `${reason}.` });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/**
 * The HTTP server without routes. Every answer carries X-Request-Id and every error is JSON; a slash at the end of a path may be
 * there or not; a path that knows other methods answers 405 with Allow, and OPTIONS with 204. Closing it answers what is under way.
 */
export async function createHttp(options: HttpOptions): Promise<Http> {
  const app = fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    childLoggerFactory: (logger) => logger, // lines of a request name it themselves; a logger for each costs more than the line
    genReqId: requestIdOf,
    bodyLimit: options.bodyLimit,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    requestTimeout: 60_000,
    keepAliveTimeout: 75_000, // longer than load balancers keep theirs
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1_000 },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply as FastifyReply),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  app.setSerializerCompiler(createLazySerializers());
  app.setErrorHandler(answerError);
  const allowedMethods = collectAllowedMethods(app as unknown as FastifyInstance);
  app.setNotFoundHandler(async (request, reply) => {
    const allowed = allowedMethods(request.url);
    if (allowed.length === 0) {
      const answered = await options.fallback?.(request, reply);
      if (answered) return answered;
    }
    if (allowed.length === 0) return reply.code(404).send({ detail: 'Not found.' });
    reply.header('allow', allowed.join(', '));
    if (request.method === 'OPTIONS') return reply.code(204).send();
    return reply.code(405).send({ detail: `Method "${request.method}" not allowed.` });
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  const observer = createAnswerObserver(options);
  observe(app as unknown as FastifyInstance, observer);
  if (options.direct !== undefined)
    serveDirectly(app as unknown as FastifyInstance, options.direct, observer, options.trustedProxies);
  await collectOpenApi(app as unknown as FastifyInstance, options.version);
  return app as unknown as Http;
}
