import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Bell, CircleCheck, LoaderCircle } from 'lucide-react';
import { api } from '../../api/client.ts';
import { errorText } from '../../api/errors.ts';
import { useSession } from '../../api/session.ts';
import { groupsQuery, type TimelineEntry, timelineQuery } from '../../features/alert-groups/queries.ts';
import { finishStep, type Progress } from '../../features/guided-setup/progress.ts';
import { Button, buttonClasses, CopyField } from '../../ui/index.ts';

const NOTIFIED_WITHIN_MS = 2_000;

function Line({ done, children }: { done: boolean; children: React.ReactNode }) {
  return (
    <li className={`flex items-center gap-2.5 ${done ? '' : 'text-muted'}`}>
      {done ? (
        <CircleCheck className="size-5 shrink-0 text-ok" aria-hidden />
      ) : (
        <LoaderCircle className="size-5 shrink-0 animate-spin text-muted" aria-hidden />
      )}
      <span>
        {children}
        <span className="sr-only">{done ? ': done' : ': waiting'}</span>
      </span>
    </li>
  );
}

/** Whether it is known how a page ended: a record that it began, and one of what came of it. */
const isSettled = (entries: readonly TimelineEntry[]): boolean =>
  entries.filter(({ realm }) => realm === 'user_notification').length > 1;

/** Step 5: sends a test alert, and watches it arrive and reach me. */
export function TestStep({ progress, onSkip }: { progress: Progress; onDone: () => void; onSkip: () => void }) {
  const { user } = useSession();
  const { integration } = progress;
  const send = useMutation({
    mutationFn: (id: string) => api.post('/integrations/{id}/send_demo_alert', { path: { id }, body: {} }),
  });
  const list = useInfiniteQuery({
    ...groupsQuery({ integration_id: integration?.id ?? '' }),
    enabled: integration !== undefined,
  });
  const group = list.data?.pages[0]?.results[0];
  const timeline = useQuery({
    ...timelineQuery(group?.id ?? ''),
    enabled: group !== undefined,
    // The stream tells of most changes; the notification itself may come between two of them.
    refetchInterval: ({ state }) => (isSettled(state.data?.results ?? []) ? false : NOTIFIED_WITHIN_MS),
  });
  const entries = timeline.data?.results ?? [];
  const mine = entries.filter((entry) => entry.realm === 'user_notification' && entry.author?.id === user.id);
  const failures = mine.filter((entry) => entry.error_code !== null).length;
  // Each page has a record that it began, and one more when it failed.
  const reached = mine.length - failures > failures;
  const failed = failures > 0 && !reached;
  if (integration === undefined) {
    return (
      <div className="space-y-3">
        <h2 className="text-[1.21rem] font-semibold">Test</h2>
        <p className="text-muted">Create an integration first; then a test alert can be sent to it.</p>
        <Button onClick={onSkip}>Finish without a test</Button>
      </div>
    );
  }
  const path = `${location.origin}${new URL(integration.link).pathname}`;
  return (
    <div className="space-y-4">
      <h2 className="text-[1.21rem] font-semibold">Test</h2>
      <div>
        <p className="mb-1 font-medium">Address for alerts</p>
        <CopyField text={integration.link} label="address" />
      </div>
      {integration.type === 'webhook' && (
        <div>
          <p className="mb-1 font-medium">Or from a shell</p>
          <CopyField
            multiline
            label="command"
            text={`curl -X POST -H 'Content-Type: application/json' -d '{"title": "Disk full"}' ${path}`}
          />
        </div>
      )}
      <Button
        kind="primary"
        icon={<Bell className="size-4" aria-hidden />}
        pending={send.isPending}
        onClick={() => {
          finishStep('test');
          send.mutate(integration.id);
        }}
      >
        Send a test alert
      </Button>
      {send.error !== null && (
        <p role="alert" className="text-danger">
          {errorText(send.error)}
        </p>
      )}
      {(send.isSuccess || group !== undefined) && (
        <ol className="space-y-2 rounded-lg border border-line p-4" aria-label="What happened">
          <Line done={send.isSuccess || group !== undefined}>The alert was sent</Line>
          <Line done={group !== undefined}>
            It arrived{group === undefined ? '' : ` as alert group #${group.alert_group_number}`}
          </Line>
          <Line done={reached}>You were notified</Line>
        </ol>
      )}
      {failed && (
        <p className="rounded-md bg-warn-soft px-3 py-2 text-warn">
          The page could not be delivered; the alert group's timeline says why. Often no mail server is set up yet (EMAIL_HOST).
        </p>
      )}
      {group !== undefined && (
        <div className="flex flex-wrap gap-2">
          <Link to="/alert-groups/$id" params={{ id: group.id }} className={buttonClasses('secondary')}>
            Open the alert group
          </Link>
          <Link to="/" className={buttonClasses('quiet')}>
            Done
          </Link>
        </div>
      )}
    </div>
  );
}
