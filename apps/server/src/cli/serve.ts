import type { AddressInfo } from 'node:net';
import { type App, createApp } from '../app.ts';
import { type Background, startBackground } from '../background.ts';
import { type Config, ConfigError, loadConfig } from '../config/index.ts';
import { ensureSecretKey } from '../config/secret-key.ts';
import { type Context, createContext } from '../context.ts';
import type { Log } from '../platform/log.ts';
import { startWork } from '../work.ts';
import type { Output } from './ask.ts';
import { migrateAll, type OpenDatabase, openDatabase, requireMigrated } from './database.ts';
import type { Command, ProcessRole } from './parse.ts';

export interface RunningServer {
  readonly port: number;
  /** Answers and finishes what is under way, gives up after 30 s, closes everything. Safe to call twice. */
  stop(reason: string): Promise<void>;
}

const STOP_WITHIN_MS = 30_000;

export type ServeOptions = {
  env: Readonly<Record<string, string | undefined>>;
  log: Log;
  io: Output;
  /** Called when the server answers; with --setup it creates what an empty installation needs and greets. */
  onReady: (ctx: Context, io: Output, port: number, withSetup: boolean) => Promise<void>;
};

function requireRole(config: Config, role: ProcessRole): void {
  if (role !== 'all' && config.database.kind === 'embedded') {
    throw new ConfigError([`--role ${role} needs DATABASE_URL: the embedded database serves one process, with --role all`]);
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const done = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return done;
}

/** Starts a server of the given role; it runs until `stop`. */
export async function serve(command: Extract<Command, { run: 'serve' }>, options: ServeOptions): Promise<RunningServer> {
  const { log, io } = options;
  const config = loadConfig(options.env);
  requireRole(config, command.role);
  const secretKey = await ensureSecretKey(config);
  const database: OpenDatabase = await openDatabase(config, 'server', log);
  const lifecycle = { draining: false };
  let ctx: Context | null = null;
  let background: Background | null = null;
  let app: App | null = null;

  // In order: nothing new comes in, what came in is answered, what runs is finished, connections close, the database stops.
  const close = async () => {
    lifecycle.draining = true;
    await app?.close();
    await background?.stop();
    await ctx?.close();
    await database.close();
  };
  try {
    if (command.setup || config.database.kind === 'embedded') await migrateAll(database.connection, log);
    else await requireMigrated(database.connection);
    ctx = await createContext({ config, connection: database.connection, secretKey, log });
    await ctx.liveSettings.refresh();
    if (command.role !== 'web') background = await startBackground(ctx, startWork, command.role);
    app = await createApp(ctx, { web: command.role !== 'worker', background, lifecycle });
    await app.http.listen({ host: config.host, port: config.port });
    const { port } = app.http.server.address() as AddressInfo;
    if (!config.baseUrlGiven)
      log.warn({ baseUrl: config.baseUrl }, 'BASE_URL is not set: links in notifications lead to this machine only');
    log.info({ port, role: command.role }, 'Tocsin is ready');
    if (command.role !== 'worker') await options.onReady(ctx, io, port, command.setup);
    let stopping: Promise<void> | null = null;
    return {
      port,
      stop(reason) {
        stopping ??= (async () => {
          log.info({ reason }, 'Tocsin stops');
          if (!(await within(STOP_WITHIN_MS, close())))
            throw new Error(`Not everything ended within ${STOP_WITHIN_MS / 1_000} s`);
          log.info('Tocsin has stopped');
        })();
        return stopping;
      },
    };
  } catch (err) {
    await within(
      STOP_WITHIN_MS,
      close().catch((closeErr) => log.warn({ err: closeErr }, 'closing after a failed start failed')),
    );
    throw err;
  }
}
