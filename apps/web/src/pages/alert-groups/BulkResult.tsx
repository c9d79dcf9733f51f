import { CircleAlert } from 'lucide-react';
import type { AlertGroup } from '../../api/types.ts';
import { DONE, type GroupAction } from '../../features/alert-groups/transitions.ts';
import type { BulkRow } from '../../features/alert-groups/use-group-actions.ts';
import { Button } from '../../ui/index.ts';

export type Result = { action: GroupAction; rows: readonly BulkRow[] };
type Props = { result: Result; groups: readonly AlertGroup[]; onRetry: (ids: ReadonlySet<string>) => void; onClose: () => void };

const MOST_LISTED = 20;

/** What a bulk action could not do, row by row (web-ui.md 2.6). */
export function BulkResult({ result, groups, onRetry, onClose }: Props) {
  const refused = result.rows.filter((row) => row.result === 'refused');
  const unchanged = result.rows.filter((row) => row.result === 'unchanged').length;
  const done = result.rows.length - refused.length - unchanged;
  const known = new Map(groups.map((group) => [group.id, group]));
  if (refused.length === 0) return null;
  return (
    <section
      aria-label="Result"
      className="mb-3 flex flex-wrap items-start gap-3 rounded-lg border border-line bg-surface px-4 py-3 shadow-card"
    >
      <CircleAlert className="mt-0.5 size-4 shrink-0 text-danger" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="font-medium">
          {done} {DONE[result.action]}
          {unchanged > 0 && `, ${unchanged} were so already`}, {refused.length} refused
        </p>
        <ul className="mt-1 text-[0.93rem] text-muted">
          {refused.slice(0, MOST_LISTED).map((row) => (
            <li key={row.id} className="truncate">
              #{known.get(row.id)?.alert_group_number ?? row.id} <bdi>{known.get(row.id)?.title ?? ''}</bdi>:{' '}
              {row.detail ?? row.reason ?? 'refused'}
            </li>
          ))}
          {refused.length > MOST_LISTED && <li>and {refused.length - MOST_LISTED} more</li>}
        </ul>
      </div>
      <Button size="small" onClick={() => onRetry(new Set(refused.map(({ id }) => id)))}>
        Select those
      </Button>
      <Button size="small" kind="quiet" onClick={onClose}>
        Dismiss
      </Button>
    </section>
  );
}
