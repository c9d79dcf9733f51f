import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import type { FastifyInstance } from 'fastify';
import { type AnswerObserver, requestIdOf } from './answer-observer.ts';

/** What an answer may need beside the request itself. */
export type RequestFacts = {
  /** For the X-Request-Id of the answer. */
  readonly requestId: string;
  /** Address of the sender, behind trusted proxies too. */
  readonly clientIp: () => string;
};

/** A route whose requests do not go through the framework, which takes longer than accepting an alert does. */
export type DirectRoute = {
  /** All paths that begin with it. */
  prefix: string;
  /** Its name in metrics. */
  route: string;
  accessLog: 'info' | 'debug';
  /** Answers, with X-Request-Id, or lets the connection go when the sender has. Never throws. */
  answer: (request: IncomingMessage, response: ServerResponse, facts: RequestFacts) => Promise<void>;
};

/**
 * Answers a route straight from the server. The same route stands in the framework too, which has it to itself while the server
 * closes, and where a test injects requests.
 */
export function serveDirectly(
  app: FastifyInstance,
  direct: DirectRoute,
  observer: AnswerObserver,
  trustedProxies: readonly string[],
): void {
  const isTrusted = trustedProxies.length === 0 ? () => false : proxyAddr.compile([...trustedProxies]);
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedMs = performance.now();
    const requestId = requestIdOf(request);
    const clientIp = () => proxyAddr(request, isTrusted);
    await direct.answer(request, response, { requestId, clientIp });
    if (!response.headersSent) return;
    const { route, accessLog } = direct;
    const seconds = (performance.now() - startedMs) / 1_000;
    observer({ route, accessLog, requestId, message: request, status: response.statusCode, seconds, ip: clientIp });
  }

  const [framework] = app.server.listeners('request') as RequestListener[];
  if (framework === undefined) throw new Error('the framework does not listen for requests');
  app.server.off('request', framework);
  app.server.on('request', (request, response) => {
    if (isClosing || request.url?.startsWith(direct.prefix) !== true) framework.call(app.server, request, response);
    else void answer(request, response);
  });
}
