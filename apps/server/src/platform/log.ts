import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';

export type Log = Logger;
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const SECRET_FIELDS = [
  'token',
  'authorization',
  'cookie',
  'password',
  'secret',
  'payload',
  'body',
  'phone',
  'phoneNumber',
  'unverified_phone_number',
  'verified_phone_number',
  'password_hash',
  'connectionString',
];

/** The fields above at the top, and one and two levels down. */
const redacted = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/** What pg adds to its errors and may quote a row's values. */
const QUOTING_FIELDS = ['detail', 'where', 'internalQuery', 'parameters', 'query', 'sql'];

function serializeError(err: unknown): unknown {
  if (!(err instanceof Error)) return { message: String(err) };
  const fields: Record<string, unknown> = { ...stdSerializers.err(err) };
  for (const field of QUOTING_FIELDS) delete fields[field];
  delete fields.raw;
  return fields;
}

/** JSON lines on standard output unless told otherwise. Secrets, payloads and phone numbers under their usual names are left out. */
export function createLogger(options: { level: LogLevel }, destination?: DestinationStream): Log {
  const settings = {
    level: options.level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redacted, censor: '[redacted]' },
    serializers: { err: serializeError },
    formatters: { level: (level: string) => ({ level }) },
  };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}

/** The logger of a folder, named after it. */
export const folderLog = (log: Log, folder: string): Log => log.child({ scope: folder });
