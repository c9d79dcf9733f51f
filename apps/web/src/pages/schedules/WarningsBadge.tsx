import { useQuery } from '@tanstack/react-query';
import { Check, TriangleAlert } from 'lucide-react';
import { Badge } from '../../ui/index.ts';
import { allWarningsQuery } from './queries.ts';

/** Whether anything of the coming 14 days is not as it should be. */
export function WarningsBadge({ id }: { id: string }) {
  const data = useQuery(allWarningsQuery).data?.filter((warning) => warning.schedule_id === id);
  if (data === undefined) return <span className="text-muted">…</span>;
  if (data.length === 0) {
    return (
      <Badge tone="ok" icon={<Check className="size-3" aria-hidden />}>
        covered
      </Badge>
    );
  }
  const gaps = data.filter(({ type }) => type === 'gap').length;
  return (
    <Badge tone="warn" icon={<TriangleAlert className="size-3" aria-hidden />}>
      {gaps === 0 ? (data.length === 1 ? '1 warning' : `${data.length} warnings`) : gaps === 1 ? '1 gap' : `${gaps} gaps`}
    </Badge>
  );
}
