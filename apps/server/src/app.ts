import { fileURLToPath } from 'node:url';
import { grafanaApi } from './api/grafana/grafana-api.ts';
import { apiV1, oidcPages, proxyPages } from './api/v1/index.ts';
import { createApiContext } from './api-context.ts';
import type { Background } from './background.ts';
import type { Context } from './context.ts';
import { createIngestion, INGEST_PREFIX, INGEST_ROUTE, type Ingestion, ingestRoutes } from './integrations/index.ts';
import { allowOrigins, createHttp, type Http, refuseOtherHosts, sendApiHeaders, serveOpenApi } from './platform/http/index.ts';
import { folderLog } from './platform/log.ts';
import { type Lifecycle, PROBES, registerProbes } from './probes.ts';
import { VERSION } from './version.ts';
import { createWebUi, registerApiDocs } from './web-ui/index.ts';
import { INBOUND_ACCEPTED, INBOUND_WAKE } from './work.ts';

export type AppOptions = {
  /** Whether the process serves people and senders, or only its probes. */
  web: boolean;
  background: Background | null;
  lifecycle: Lifecycle;
};

export interface App {
  http: Http;
  /** Takes nothing new and answers what is under way; whoever is still sending after 15 s is cut off. */
  close(): Promise<void>;
}

const WEB_UI = fileURLToPath(new URL('../../web/dist/', import.meta.url));
const DRAIN_WITHIN_MS = 15_000;
const LET_GO_EVERY_MS = 100;

/** The HTTP face of a process, ready to listen. */
export async function createApp(ctx: Context, { web, background, lifecycle }: AppOptions): Promise<App> {
  const { config } = ctx;
  const webUi = web ? await createWebUi(WEB_UI, config.baseUrl.startsWith('https:')) : null;
  const ingestion = web ? openIngestion(ctx) : null;
  const http = await createHttp({
    log: ctx.log,
    metrics: ctx.metrics,
    bodyLimit: config.limits.ingestBodyBytes,
    trustedProxies: config.trustedProxies,
    slowSeconds: config.log.slowSeconds,
    version: VERSION,
    ...(webUi === null ? {} : { fallback: webUi.answer }),
    ...(ingestion === null
      ? {}
      : { direct: { prefix: INGEST_PREFIX, route: INGEST_ROUTE, accessLog: 'debug', answer: ingestion.handler } }),
  });
  refuseOtherHosts(http, config.allowedHosts, [...PROBES, ...(ingestion === null ? [] : [INGEST_PREFIX])]);
  await registerProbes(http, ctx, background, lifecycle);
  if (ingestion !== null) {
    http.get('/', { schema: { hide: true } }, async (request, reply) => {
      return (await webUi?.answer(request, reply)) ?? reply.type('text/plain').send('Ok');
    });
    await http.register(ingestRoutes, { handler: ingestion.handler });
    await ingestion.tokens.fill();
    await serveApi(http, ctx);
  }
  await http.ready();
  return {
    http,
    async close() {
      const cutOff = setTimeout(() => http.server.closeAllConnections(), DRAIN_WITHIN_MS);
      // A connection that has its last answer would be kept for the next request.
      const letGo = setInterval(() => http.server.closeIdleConnections(), LET_GO_EVERY_MS);
      await http.close();
      clearTimeout(cutOff);
      clearInterval(letGo);
      // Only now: hooks on closing run while requests are still under way.
      await ingestion?.stop();
    },
  };
}

/** The public API, its description, and the page that shows it. */
export async function serveApi(http: Http, ctx: Context): Promise<void> {
  const { baseUrl } = ctx.config;
  sendApiHeaders(http, '/api/', baseUrl.startsWith('https:'));
  allowOrigins(http, '/api/', ctx.config.corsOrigins);
  serveOpenApi(http, baseUrl);
  registerApiDocs(http, baseUrl.startsWith('https:'));
  const apiContext = createApiContext(ctx);
  await http.register(oidcPages, { ctx: apiContext });
  await http.register(proxyPages, { ctx: apiContext });
  await http.register(apiV1, { prefix: '/api/v1', ctx: apiContext });
  await http.register(grafanaApi, { prefix: '/api', ctx: apiContext });
}

/** The integration URLs; stopped once no request is under way. */
function openIngestion(ctx: Context): Ingestion {
  const answered = ctx.metrics.counter('tocsin_ingest_requests_total', 'Requests at integration URLs', ['type', 'status']);
  return createIngestion({
    db: ctx.db,
    connection: ctx.connection,
    hub: ctx.hub,
    clock: ctx.clock,
    log: folderLog(ctx.log, 'integrations'),
    secrets: ctx.secrets,
    outbound: ctx.outbound,
    bodyLimit: ctx.config.limits.ingestBodyBytes,
    wake: (shards) => ctx.wakes.wake(INBOUND_WAKE, shards),
    onFlush: ({ alerts, failed }) => ctx.wakes.wake(INBOUND_ACCEPTED, [failed ? 0 : alerts]),
    onAnswered: ({ type, status }) => answered.inc({ type, status }),
  });
}
