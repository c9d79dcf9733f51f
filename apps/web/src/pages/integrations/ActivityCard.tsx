import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Inbox } from 'lucide-react';
import { api, errorText, useForbidden } from '../../api/index.ts';
import {
  Badge,
  Button,
  Card,
  CodeBox,
  EmptyState,
  ErrorState,
  SkeletonRows,
  showToast,
  Time,
  type Tone,
} from '../../ui/index.ts';
import { type ParkedAlert, parkedQuery, type Received, receivedQuery } from './queries.ts';

const KINDS: Readonly<Record<Received['kind'], { word: string; tone: Tone }>> = {
  accepted: { word: 'taken', tone: 'ok' },
  noted: { word: 'taken with a note', tone: 'warn' },
  refused: { word: 'refused', tone: 'danger' },
  parked: { word: 'put aside', tone: 'danger' },
};
const MOST = 20;

/** The newest requests, refused ones with the reason, and alerts that were put aside. */
export function ActivityCard({ id }: { id: string }) {
  const received = useQuery(receivedQuery(id));
  const { data: parked = [] } = useQuery(parkedQuery(id));
  return (
    <Card title="Recent deliveries" flush>
      {parked.length > 0 && <Parked id={id} parked={parked} />}
      {received.isPending && <SkeletonRows rows={4} label="Loading deliveries" />}
      {received.isError && (
        <ErrorState
          title="Deliveries could not be read"
          message={errorText(received.error)}
          onRetry={() => void received.refetch()}
        />
      )}
      {received.data?.length === 0 && (
        <EmptyState icon={<Inbox />} title="Nothing has come yet">
          Requests appear here as they arrive, also those that are refused.
        </EmptyState>
      )}
      <ul className="divide-y divide-line">
        {(received.data ?? []).slice(0, MOST).map((entry) => (
          <li key={`${entry.at} ${entry.alert_id ?? entry.body_start}`} className="flex items-start gap-3 px-4 py-2">
            <details className="min-w-0 flex-1">
              <summary className="flex cursor-pointer flex-wrap items-center gap-2">
                <Badge tone={KINDS[entry.kind].tone}>{KINDS[entry.kind].word}</Badge>
                <span className="tabular-nums">{entry.status}</span>
                <Time value={entry.at} />
                {entry.note !== null && <span className="w-full text-muted [overflow-wrap:anywhere]">{entry.note}</span>}
              </summary>
              <CodeBox
                text={entry.body_start === '' ? '(no body is kept)' : entry.body_start}
                className="mt-2 max-h-60 rounded-md bg-sunken p-2"
              />
            </details>
            {entry.alert_group_id !== null && (
              <Link
                to="/alert-groups/$id"
                params={{ id: entry.alert_group_id }}
                className="shrink-0 text-accent underline underline-offset-2"
              >
                Alert group
              </Link>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Alerts that could not be handled after several tries. */
function Parked({ id, parked }: { id: string; parked: readonly ParkedAlert[] }) {
  const client = useQueryClient();
  const forbidden = useForbidden('integrations:write');
  const retry = useMutation({
    mutationFn: (alert: string) => api.post('/integrations/{id}/parked_alerts/{alert}/retry', { path: { id, alert } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['integrations', 'one', id] });
      showToast({ kind: 'done', text: 'The alert is tried again' });
    },
    onError: (error) => showToast({ kind: 'failed', text: 'It was not tried again', detail: errorText(error) }),
  });
  return (
    <div className="border-b border-line bg-danger-soft px-4 py-3">
      <h3 className="font-medium text-danger">
        {parked.length === 1 ? 'An alert could not be handled' : `${parked.length} alerts could not be handled`}
      </h3>
      <ul className="mt-1 space-y-1.5">
        {parked.slice(0, MOST).map((alert) => (
          <li key={alert.id} className="flex flex-wrap items-center gap-2">
            <Time value={alert.received_at} />
            <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">{alert.error}</span>
            <Button size="small" disabledReason={forbidden} onClick={() => retry.mutate(alert.id)}>
              Try again
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
