import { text } from 'node:stream/consumers';
import type { Output } from './cli/ask.ts';
import { type Command, parseCommand } from './cli/parse.ts';
import type { RunningServer } from './cli/serve.ts';
import { USAGE, UsageError } from './cli/usage.ts';
import { createLogger, LOG_LEVELS, type Log, type LogLevel } from './platform/log.ts';
import { VERSION } from './version.ts';

const io: Output = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  readStdin: () => text(process.stdin),
};

/** The level from the environment where it is valid; what is wrong with it is told by `loadConfig`. */
const levelOf = (wanted: string | undefined, otherwise: LogLevel): LogLevel =>
  LOG_LEVELS.find((level) => level === wanted?.toLowerCase()) ?? otherwise;

/** How long a start that was told to stop may take to come to where it can. */
const STOP_START_WITHIN_MS = 10_000;

/**
 * Stops the server when it is asked to, also while it is still starting. Whoever asks twice means now.
 * @param starting settles when the server is there; rejects when it never will be
 */
function stopOnSignals(starting: Promise<RunningServer>, log: Log): void {
  let asked = false;
  const stop = async (reason: string, exitCode: number) => {
    if (asked) return;
    asked = true;
    const impatience = setTimeout(() => process.exit(1), STOP_START_WITHIN_MS);
    const server = await starting;
    clearTimeout(impatience);
    await server.stop(reason);
    process.exit(exitCode);
  };
  const stopOrExit = (reason: string, exitCode: number) =>
    void stop(reason, exitCode).catch((err) => {
      log.fatal({ err }, 'Tocsin did not stop cleanly');
      process.exit(1);
    });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (asked) process.exit(1);
      stopOrExit(signal, 0);
    });
  }
  const onBug = (err: unknown) => {
    log.fatal({ err }, 'a bug ends this process');
    stopOrExit('bug', 1);
  };
  process.on('uncaughtException', onBug);
  process.on('unhandledRejection', onBug);
}

/** Loads only what the command needs. */
async function run(command: Command): Promise<void> {
  switch (command.run) {
    case 'help':
      return io.out(USAGE.trimEnd());
    case 'version':
      return io.out(VERSION);
    case 'serve': {
      const [{ serve }, { setUp }] = await Promise.all([import('./cli/serve.ts'), import('./setup/set-up.ts')]);
      const log = createLogger({ level: levelOf(process.env.LOG_LEVEL, 'info') });
      const starting = serve(command, { env: process.env, log, io, onReady: setUp });
      stopOnSignals(starting, log);
      await starting;
      return;
    }
    case 'openapi': {
      const { printOpenApi } = await import('./cli/openapi.ts');
      await printOpenApi(process.env, io);
      await new Promise((resolve) => process.stdout.write('', resolve)); // a pipe may still hold half of it
      return process.exit(0);
    }
    default: {
      const { runCommand } = await import('./cli/commands.ts');
      const log = createLogger({ level: levelOf(process.env.LOG_LEVEL, 'warn') }, process.stderr);
      await runCommand(command, process.env, log, io);
      process.exit(0);
    }
  }
}

/** The command line. Exit codes: 0 done, 1 failed, 2 a wrong command line or settings. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await run(parseCommand(argv));
  } catch (err) {
    const isMistake = err instanceof UsageError || err instanceof (await import('./config/index.ts')).ConfigError;
    const isKnown = isMistake || (err instanceof Error && 'code' in err);
    io.err(isKnown ? `tocsin: ${(err as Error).message}` : `tocsin: ${err instanceof Error ? err.stack : String(err)}`);
    if (err instanceof UsageError) io.err('Run "tocsin --help" for what there is.');
    process.exit(isMistake ? 2 : 1);
  }
}
