import { api, type Query } from '../../api/client.ts';
import type { Act } from '../../features/alert-groups/transitions.ts';
import type { BulkAnswer, BulkRow } from '../../features/alert-groups/use-group-actions.ts';
import { eachPage } from './export-csv.ts';

const AT_ONCE = 500;

export type BulkProgress = { done: number; of: number };

/** What became of the groups that were reached; `of` is how many were to be. */
export type BulkOutcome = { rows: BulkRow[]; of: number; end: 'all' | 'stopped' | { failed: unknown } };

/**
 * Does one thing to all groups that a filter finds when it begins, some at a time. Their ids are gathered first, for what is changed may
 * no longer fit the filter. What is under way when it is stopped is still done, and told.
 */
export async function actOnAll(
  query: Query,
  { action, delay }: Act,
  note: string | undefined,
  { matching, signal, progress }: { matching: number; signal: AbortSignal; progress: (progress: BulkProgress) => void },
): Promise<BulkOutcome> {
  const ids: string[] = [];
  const rows: BulkRow[] = [];
  try {
    for await (const groups of eachPage(query, signal)) ids.push(...groups.map(({ id }) => id));
    progress({ done: 0, of: ids.length });
    for (let at = 0; at < ids.length && !signal.aborted; at += AT_ONCE) {
      const body = {
        action,
        ids: ids.slice(at, at + AT_ONCE),
        ...(action === 'silence' ? { delay: delay ?? -1 } : {}),
        ...(note === undefined ? {} : { resolution_note: note }),
      };
      rows.push(...(await api.post<BulkAnswer>('/alert_groups/bulk', { body })).results);
      progress({ done: rows.length, of: ids.length });
    }
  } catch (error) {
    return { rows, of: Math.max(ids.length, matching), end: signal.aborted ? 'stopped' : { failed: error } };
  }
  return { rows, of: ids.length, end: rows.length < ids.length ? 'stopped' : 'all' };
}
