import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, RotateCw, TriangleAlert } from 'lucide-react';
import { api, errorText, useForbidden } from '../../api/index.ts';
import { Button, Card, SkeletonRows, showToast, useTimeSettings } from '../../ui/index.ts';
import { daysOf, rangeOf, shiftDate, todayIn } from './civil.ts';
import { timelineQuery, warningsQuery } from './queries.ts';

/** What came of an imported calendar in the next eight weeks: whom its events name, and which names nobody has. */
export function ImportCheck({ id, nameOf }: { id: string; nameOf: (userId: string) => string }) {
  const { zone } = useTimeSettings();
  const today = todayIn(zone);
  const days = [...daysOf('month', today, zone), ...daysOf('month', shiftDate('month', today, 1), zone)];
  const timeline = useQuery(timelineQuery(id, rangeOf(days)));
  const { data: warnings = [] } = useQuery(warningsQuery(id));
  const client = useQueryClient();
  const forbidden = useForbidden('schedules:write');
  const reload = useMutation({
    mutationFn: () => api.post('/schedules/{id}/reload_ical', { path: { id } }),
    onSuccess: async () => {
      showToast({ kind: 'done', text: 'The calendar is read again', detail: 'What changed appears by itself.' });
      await client.invalidateQueries({ queryKey: ['schedules'] });
    },
    onError: (error) => showToast({ kind: 'failed', text: 'The calendar was not read', detail: errorText(error) }),
  });
  const problems = warnings.filter(({ type }) => type === 'calendar' || type === 'shift');
  const pieces = timeline.data?.shifts ?? [];
  const known = [...new Set(pieces.flatMap((piece) => piece.user_ids))];
  const counts = new Map<string, number>();
  for (const name of pieces.flatMap((piece) => piece.missing)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return (
    <Card
      title="Imported calendar"
      className="mt-5"
      actions={
        <Button
          size="small"
          icon={<RotateCw className="size-4" aria-hidden />}
          pending={reload.isPending}
          disabledReason={forbidden}
          onClick={() => reload.mutate()}
        >
          Read again now
        </Button>
      }
    >
      {timeline.data === undefined ? (
        <SkeletonRows rows={2} label="Reading the calendar" />
      ) : (
        <div className="space-y-3">
          {problems.map(({ text }) => (
            <p key={text} className="flex items-start gap-2 text-warn">
              <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
              {text}
            </p>
          ))}
          <p className="flex items-start gap-2">
            <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok" aria-hidden />
            <span>
              {pieces.length} events in the next eight weeks
              {known.length === 0
                ? ', none of which names somebody here.'
                : `, on call by them: ${known.map(nameOf).join(', ')}.`}
            </span>
          </p>
          {counts.size > 0 && (
            <div className="rounded-md bg-warn-soft px-3 py-2 text-warn">
              <p>These names belong to nobody here, and nobody is on call by their events:</p>
              <ul aria-label="Unknown names" className="mt-1 list-disc pl-5">
                {[...counts].map(([name, count]) => (
                  <li key={name}>
                    {name} <span className="opacity-80">in {count === 1 ? '1 event' : `${count} events`}</span>
                  </li>
                ))}
              </ul>
            </div>
          )}
          <p className="text-muted">
            The summary of an event names people by user name or e-mail address, several with commas between them. The calendar is
            read again every few minutes.
          </p>
        </div>
      )}
    </Card>
  );
}
