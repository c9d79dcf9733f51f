import { serveApi } from '../app.ts';
import { type Environment, loadConfig } from '../config/index.ts';
import { createContext } from '../context.ts';
import { createSystemClock } from '../platform/clock.ts';
import { createHttp, openApiDocument } from '../platform/http/index.ts';
import { createLogger } from '../platform/log.ts';
import { VERSION } from '../version.ts';
import type { Output } from './ask.ts';

/** Where no database is: whatever reads one while routes are registered fails, and the command with it. */
const NOWHERE = { host: '127.0.0.1', port: 1, user: 'nobody', database: 'none' };

/** Prints the description of the API as the server of these settings would serve it. Needs no database. */
export async function printOpenApi(env: Environment, io: Pick<Output, 'out'>): Promise<void> {
  const log = createLogger({ level: 'silent' });
  const ctx = await createContext({
    config: loadConfig(env),
    connection: NOWHERE,
    secretKey: 'of no use, because nothing is stored',
    log,
    clock: createSystemClock(),
  });
  const http = await createHttp({
    log,
    metrics: ctx.metrics,
    bodyLimit: ctx.config.limits.ingestBodyBytes,
    trustedProxies: [],
    slowSeconds: ctx.config.log.slowSeconds,
    version: VERSION,
  });
  await serveApi(http, ctx);
  await http.ready();
  io.out(JSON.stringify(openApiDocument(http, ctx.config.baseUrl), null, 2));
  await http.close();
  await ctx.close();
}
