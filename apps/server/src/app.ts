import { apiV1 } from './api/v1/index.ts';
import { createApiContext } from './api-context.ts';
import type { Background } from './background.ts';
import type { Context } from './context.ts';
import { createIngestion, ingestRoutes } from './integrations/index.ts';
import { createHttp, type Http, serveOpenApi } from './platform/http/index.ts';
import { folderLog } from './platform/log.ts';
import { type Lifecycle, registerProbes } from './probes.ts';
import { VERSION } from './version.ts';
import { INBOUND_WAKE } from './work.ts';

export type AppOptions = {
  /** Whether the process serves people and senders, or only its probes. */
  web: boolean;
  background: Background | null;
  lifecycle: Lifecycle;
};

/** The HTTP face of a process, ready to listen. */
export async function createApp(ctx: Context, { web, background, lifecycle }: AppOptions): Promise<Http> {
  const { config } = ctx;
  const app = await createHttp({
    log: ctx.log,
    metrics: ctx.metrics,
    bodyLimit: config.limits.ingestBodyBytes,
    trustedProxies: config.trustedProxies,
    slowSeconds: config.log.slowSeconds,
    version: VERSION,
  });
  await registerProbes(app, ctx, background, lifecycle);
  if (web) {
    app.get('/', { schema: { hide: true } }, async (_request, reply) => reply.type('text/plain').send('Ok'));
    serveOpenApi(app);
    await serveIngestion(app, ctx);
    await app.register(apiV1, { prefix: '/api/v1', ctx: createApiContext(ctx) });
  }
  await app.ready();
  return app;
}

/** The integration URLs. What was taken is committed and answered before the process ends. */
async function serveIngestion(app: Http, ctx: Context): Promise<void> {
  const answered = ctx.metrics.counter('tocsin_ingest_requests_total', 'Requests at integration URLs', ['type', 'status']);
  const ingestion = createIngestion({
    db: ctx.db,
    connection: ctx.connection,
    hub: ctx.hub,
    clock: ctx.clock,
    log: folderLog(ctx.log, 'integrations'),
    bodyLimit: ctx.config.limits.ingestBodyBytes,
    wake: (shards) => ctx.wakes.wake(INBOUND_WAKE, shards),
    onAnswered: ({ type, status }) => answered.inc({ type, status }),
  });
  app.addHook('preClose', () => ingestion.stop());
  await app.register(ingestRoutes, { handler: ingestion.handler });
  await ingestion.tokens.fill();
}
