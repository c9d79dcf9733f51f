import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { redactPath } from './redact-path.ts';

/** A request that was answered. */
export type Answered = {
  /** Pattern of the route. */
  route: string;
  /** Level of the line of a successful one. */
  accessLog: 'info' | 'debug';
  requestId: string;
  message: IncomingMessage;
  status: number;
  seconds: number;
  ip: () => string;
};

export type AnswerObserver = (answered: Answered) => void;

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,64}$/;

/** The id that the sender gave its request, or a new one. */
export const requestIdOf = (message: Pick<IncomingMessage, 'headers'>): string => {
  const given = message.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
};

/** Feeds metric and access log, for all ways by which requests are answered. */
export function createAnswerObserver(options: { metrics: Metrics; log: Log; slowSeconds: number }): AnswerObserver {
  const duration = options.metrics.histogram(
    'tocsin_http_request_duration_seconds',
    'Time from a request to its answer',
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    ['route', 'method', 'status_class'],
  );
  const access = options.log.child({ scope: 'http' });
  return ({ route, accessLog, requestId, message, status, seconds, ip }) => {
    const method = message.method ?? '';
    duration.observe({ route, method, status_class: `${Math.floor(status / 100)}xx` }, seconds);
    const level = status < 400 ? accessLog : 'info';
    if (!access.isLevelEnabled(level)) return;
    const line = {
      request_id: requestId,
      method,
      path: redactPath(message.url ?? ''),
      status,
      latency: Number(seconds.toFixed(4)),
      'content-length': Number(message.headers['content-length'] ?? 0),
      user_agent: message.headers['user-agent'] ?? '',
      ip: ip(),
      ...(seconds > options.slowSeconds ? { slow: 1 } : {}),
    };
    access[level](line, 'inbound');
  };
}
