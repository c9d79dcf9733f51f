/** Classes of PostgreSQL's errors that a statement's own values cause: data, constraints, limits, a statement that cannot be. */
const VALUE_CLASSES: ReadonlySet<string> = new Set(['21', '22', '23', '42', '54', 'P0']);
/** Two transactions that met; the next try finds the world settled. */
const UNIQUE_VIOLATION = '23505';

/**
 * Whether an error may come from the alerts in hand, so that trying them one by one finds the culprit. Everything else — the database
 * is away, full, restarting, too busy — will pass, and no alert is blamed for it.
 */
export function mayBeAlertsFault(err: unknown): boolean {
  if (!(err instanceof Error)) return true;
  if ('code' in err && typeof err.code === 'string') {
    if (/^[0-9A-Z]{5}$/.test(err.code)) return err.code !== UNIQUE_VIOLATION && VALUE_CLASSES.has(err.code.slice(0, 2));
    return false; // ECONNREFUSED and its like
  }
  return !/connection|timeout|terminat/i.test(err.message);
}
