import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api/client.ts';
import type { GroupState } from '../../api/types.ts';
import { StateBadge } from '../../features/alert-groups/StateBadge.tsx';
import { Card, Time } from '../../ui/index.ts';

type RelatedGroup = {
  id: string;
  alert_group_number: number;
  title: string | null;
  state: GroupState;
  created_at: string;
  notes: { text: string }[];
};
type RelatedAnswer = Record<'same_key' | 'same_labels', { count: number; results: RelatedGroup[] }>;

const relatedQuery = (id: string) =>
  queryOptions({
    queryKey: ['alert-groups', 'related', id],
    queryFn: ({ signal }): Promise<RelatedAnswer> => api.get('/alert_groups/{id}/related', { path: { id }, signal }),
    staleTime: 60_000,
  });

const MOST_SHOWN = 5;

function List({ title, groups, count }: { title: string; groups: readonly RelatedGroup[]; count: number }) {
  if (groups.length === 0) return null;
  return (
    <section>
      <h3 className="mb-1 text-[0.93rem] font-medium text-muted">
        {title} ({count})
      </h3>
      <ul className="space-y-2">
        {groups.slice(0, MOST_SHOWN).map((group) => (
          <li key={group.id}>
            <p className="flex items-center gap-2">
              <StateBadge state={group.state} />
              <Link to="/alert-groups/$id" params={{ id: group.id }} className="min-w-0 flex-1 truncate hover:underline">
                <span className="text-muted">#{group.alert_group_number}</span> {group.title}
              </Link>
              <span className="text-[0.86rem] text-muted">
                <Time value={group.created_at} />
              </span>
            </p>
            {group.notes[0] !== undefined && (
              <p dir="auto" className="mt-0.5 line-clamp-2 text-[0.93rem] text-muted">
                {group.notes[0].text}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Former alert groups about the same thing, with what was noted then, and open ones with the same labels. */
export function Related({ groupId }: { groupId: string }) {
  const { data } = useQuery(relatedQuery(groupId));
  if (data === undefined || data.same_key.results.length + data.same_labels.results.length === 0) return null;
  return (
    <Card title="Related">
      <div className="space-y-4">
        <List title="Before" groups={data.same_key.results} count={data.same_key.count} />
        <List title="Open now, same labels" groups={data.same_labels.results} count={data.same_labels.count} />
      </div>
    </Card>
  );
}
