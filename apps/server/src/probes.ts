import { sql } from 'kysely';
import type { Background } from './background.ts';
import { type Context, MIGRATIONS } from './context.ts';
import { escalationHealth } from './escalation/index.ts';
import { readMigrations } from './platform/db/migrate.ts';
import type { Http } from './platform/http/index.ts';
import { constantTimeEqual, hashToken } from './platform/secrets.ts';

const STALE_AFTER_SECONDS = 30;
const DATABASE_WITHIN_MS = 2_500;
const LAG_LIMIT_MS = 5_000;
const LAG_CHECK_EVERY_MS = 1_000;

/** Whether the process is on its way out. */
export type Lifecycle = { draining: boolean };

type Check = { name: string; ok: boolean; detail?: string };

async function checkDatabase(ctx: Context, names: readonly string[]): Promise<Check[]> {
  const within = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${DATABASE_WITHIN_MS / 1_000} s`)), DATABASE_WITHIN_MS).unref();
  });
  try {
    const { rows } = await Promise.race([sql<{ name: string }>`select name from tocsin_migration`.execute(ctx.db), within]);
    const applied = new Set(rows.map(({ name }) => name));
    const pending = names.filter((name) => !applied.has(name));
    const migrations =
      pending.length === 0
        ? { name: 'migrations', ok: true }
        : { name: 'migrations', ok: false, detail: `pending: ${pending.join(', ')}` };
    return [{ name: 'database', ok: true }, migrations];
  } catch (err) {
    ctx.log.warn({ err }, 'the database is not ready');
    return [{ name: 'database', ok: false, detail: "unreachable, or without Tocsin's tables" }];
  }
}

function checkBackground(background: Background | null): Check[] {
  return (background?.health() ?? []).map(({ name, secondsSinceBeat }) => {
    const ok = secondsSinceBeat < STALE_AFTER_SECONDS;
    return { name: `loop ${name}`, ok, ...(ok ? {} : { detail: `last seen ${Math.round(secondsSinceBeat)} s ago` }) };
  });
}

/** Watches how late a timer of one second comes. */
function watchLag(app: Http): () => number {
  let expected = performance.now() + LAG_CHECK_EVERY_MS;
  const timer = setInterval(() => {
    expected = performance.now() + LAG_CHECK_EVERY_MS;
  }, LAG_CHECK_EVERY_MS);
  timer.unref();
  app.addHook('onClose', async () => clearInterval(timer));
  return () => performance.now() - expected;
}

/** Beginnings of the paths below, which are asked for by address. */
export const PROBES = ['/health', '/ready', '/startupprobe', '/metrics', '/api/internal/v1/health'];

/** `/health/`, `/ready/` and `/startupprobe/` (operations.md 3), `/health/escalation` (escalation.md 6.2), and `/metrics/` (operations.md 1.1). */
export async function registerProbes(
  app: Http,
  ctx: Context,
  background: Background | null,
  lifecycle: Lifecycle,
): Promise<void> {
  const names = (await readMigrations(MIGRATIONS)).map(({ name }) => name);
  const lagMs = watchLag(app);
  const quiet = { config: { accessLog: 'debug' as const }, schema: { hide: true } };
  for (const path of ['/health', '/api/internal/v1/health']) {
    app.get(path, quiet, async (_request, reply) => {
      if (lagMs() < LAG_LIMIT_MS) return reply.type('text/plain').send('Ok');
      return reply.code(503).type('text/plain').send('The event loop is late');
    });
  }
  app.get('/startupprobe', quiet, async (_request, reply) => reply.type('text/plain').send('Ok'));
  app.get<{ Querystring: Record<string, string> }>('/ready', quiet, async (request, reply) => {
    const checks: Check[] = [
      { name: 'draining', ok: !lifecycle.draining },
      ...(await checkDatabase(ctx, names)),
      ...checkBackground(background),
    ];
    const ready = checks.every(({ ok }) => ok);
    reply.code(ready ? 200 : 503);
    if ('verbose' in request.query) return { ready, checks };
    return reply.type('text/plain').send(
      ready
        ? 'Ok'
        : `Not ready: ${checks
            .filter(({ ok }) => !ok)
            .map(({ name }) => name)
            .join(', ')}`,
    );
  });

  app.get('/health/escalation', quiet, async (_request, reply) => {
    const health = await escalationHealth(ctx.db, ctx.clock.now());
    return reply.code(health.ok ? 200 : 503).send(health);
  });

  const secret = ctx.config.secrets.metricsSecret;
  app.get('/metrics', quiet, async (request, reply) => {
    if (!ctx.config.metrics.enabled) return reply.code(404).send({ detail: 'Not found.' });
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (secret !== null && !constantTimeEqual(hashToken(given), hashToken(secret))) {
      return reply
        .code(401)
        .header('www-authenticate', 'Bearer')
        .send({ detail: 'Authentication credentials were not provided.' });
    }
    const { contentType, text } = await ctx.metrics.expose();
    return reply.header('content-type', contentType).send(text);
  });
}
