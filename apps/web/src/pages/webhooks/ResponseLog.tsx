import { useQuery } from '@tanstack/react-query';
import { Inbox } from 'lucide-react';
import { ApiError, errorText, type WebhookResponse } from '../../api/index.ts';
import { Card, EmptyState, ErrorState, SkeletonRows, Time } from '../../ui/index.ts';
import { Exchange } from './Exchange.tsx';
import { responsesQuery } from './queries.ts';
import { StatusBadge } from './StatusBadge.tsx';
import { triggerText } from './webhook-text.ts';

/** The calls that were made, newest first. */
export function ResponseLog({ id }: { id: string }) {
  const responses = useQuery(responsesQuery(id));
  return (
    <Card title="Calls" flush>
      {responses.isPending && <SkeletonRows rows={4} label="Loading calls" />}
      {responses.isError && (
        <ErrorState
          title="Calls could not be read"
          message={errorText(responses.error)}
          requestId={responses.error instanceof ApiError ? responses.error.requestId : null}
          onRetry={() => void responses.refetch()}
        />
      )}
      {responses.data?.length === 0 && (
        <EmptyState icon={<Inbox />} title="It has not been called yet">
          Each call appears here with its request and its answer. Make a test call to see one now.
        </EmptyState>
      )}
      <ul className="divide-y divide-line">
        {(responses.data ?? []).map((response) => (
          <li key={`${response.timestamp} ${response.delivery_id}`} className="px-4 py-2">
            <details>
              <Summary response={response} />
              <Exchange response={response} />
            </details>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Summary({ response }: { response: WebhookResponse }) {
  const tries = response.attempts.length;
  return (
    <summary className="flex cursor-pointer flex-wrap items-center gap-2 pointer-coarse:py-2">
      <StatusBadge code={response.status_code} />
      <Time value={response.timestamp} />
      <span>{triggerText(response.trigger_type)}</span>
      {tries > 1 && <span className="text-muted">{tries} attempts</span>}
    </summary>
  );
}
