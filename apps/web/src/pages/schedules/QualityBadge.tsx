import { useQuery } from '@tanstack/react-query';
import { Badge, Skeleton, type Tone, Tooltip } from '../../ui/index.ts';
import { qualityQuery } from './queries.ts';

const GRADES: readonly (readonly [below: number, word: string, tone: Tone])[] = [
  [20, 'Bad', 'danger'],
  [40, 'Low', 'danger'],
  [60, 'Medium', 'warn'],
  [80, 'Good', 'ok'],
  [101, 'Great', 'ok'],
];

/** How well the coming time is covered and shared. */
export function QualityBadge({ id }: { id: string }) {
  const { data } = useQuery(qualityQuery(id));
  if (data === undefined) return <Skeleton className="h-5 w-20" />;
  const [, word, tone] = GRADES.find(([below]) => data.total_score < below) ?? [101, 'Great', 'ok' as const];
  const said = data.comments.map(({ text }) => text).join(' ') || 'Coverage and balance of the coming time.';
  return (
    <Tooltip text={said}>
      <span>
        <Badge tone={tone}>
          {word}, {data.total_score} %
        </Badge>
      </span>
    </Tooltip>
  );
}
