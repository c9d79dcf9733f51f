/** Network errors of Node, and errors that pg raises itself without a code. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const PG_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout)/;
/** Connection exceptions, operator intervention, too many connections, disk or memory full, read-only after a switch-over. */
const SQL_STATES = /^(08...|57P0[1-5]|53...|25006)$/;

/** Whether an error says that the database cannot serve now, so that the same request may succeed later. */
export function isDatabaseUnavailable(err: unknown): boolean {
  if (!(err instanceof Error)) return false;
  const code = 'code' in err && typeof err.code === 'string' ? err.code : '';
  if (SQL_STATES.test(code)) return true;
  return PG_MESSAGES.test(err.message) || (NETWORK_CODES.has(code) && ('syscall' in err || err instanceof AggregateError));
}
