import { createApp } from '../app.ts';
import { type Background, createManualBackground } from '../background.ts';
import { type Environment, loadConfig } from '../config/index.ts';
import { type Context, createContext } from '../context.ts';
import { createTestClock, type TestClock } from '../platform/clock.ts';
import type { Http } from '../platform/http/index.ts';
import { createLogger, type Log } from '../platform/log.ts';
import { createMetrics } from '../platform/metrics.ts';
import { startWork } from '../work.ts';
import { createTestDatabase } from './test-database.ts';

/** A whole server on a database of its own, whose clock stands still and whose work is done when it is asked for. */
export interface TestServer extends AsyncDisposable {
  ctx: Context;
  app: Http;
  clock: TestClock;
  /** Runs the pipeline, due loops and jobs until nothing is due. @returns how much was done */
  runDue(): Promise<number>;
}

export type TestServerOptions = {
  /** When the world begins. */
  at?: string;
  /** Settings as environment variables. */
  env?: Environment;
  /** Silent when left out. */
  log?: Log;
};

export async function startTestServer({
  at = '2026-03-02T09:00:00Z',
  env = {},
  log = createLogger({ level: 'silent' }),
}: TestServerOptions = {}): Promise<TestServer> {
  const database = await createTestDatabase({ poolSize: 2 });
  const clock = createTestClock(at);
  const ctx = await createContext({
    config: loadConfig({ BASE_URL: 'http://tocsin.test', API_REQUESTS_PER_MINUTE: '1000000', ...env }),
    connection: database.connection,
    secretKey: 'the secret key of all tests',
    log,
    clock,
    metrics: createMetrics({ runtime: false }),
  });
  await ctx.liveSettings.refresh();
  const background: Background = createManualBackground(ctx, startWork);
  const app = await createApp(ctx, { web: true, background, lifecycle: { draining: false } });
  return {
    ctx,
    app: app.http,
    clock,
    runDue: () => background.runUntilIdle(),
    async [Symbol.asyncDispose]() {
      await app.close();
      await background.stop();
      await ctx.close();
      await database[Symbol.asyncDispose]();
    },
  };
}
