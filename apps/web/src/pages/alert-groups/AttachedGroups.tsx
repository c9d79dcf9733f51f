import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { groupQuery } from '../../features/alert-groups/queries.ts';
import { StateBadge } from '../../features/alert-groups/StateBadge.tsx';
import { Card } from '../../ui/index.ts';

const MOST_SHOWN = 50;

/** Groups that follow this one. */
export function AttachedGroups({ ids }: { ids: readonly string[] }) {
  const groups = useQueries({ queries: ids.slice(0, MOST_SHOWN).map((id) => groupQuery(id)) }).flatMap(({ data }) => data ?? []);
  if (ids.length === 0) return null;
  return (
    <Card title={`Attached (${ids.length})`} flush>
      <ul className="divide-y divide-line">
        {groups.map((group) => (
          <li key={group.id} className="flex items-center gap-3 px-4 py-2">
            <StateBadge state={group.state} silencedUntil={group.silenced_until} />
            <Link to="/alert-groups/$id" params={{ id: group.id }} className="min-w-0 flex-1 truncate hover:underline">
              <span className="text-muted">#{group.alert_group_number}</span> {group.title}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
