import type { Background } from './background.ts';
import type { Context } from './context.ts';
import { createHttp, type Http, serveOpenApi } from './platform/http/index.ts';
import { type Lifecycle, registerProbes } from './probes.ts';
import { VERSION } from './version.ts';

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
  }
  await app.ready();
  return app;
}
