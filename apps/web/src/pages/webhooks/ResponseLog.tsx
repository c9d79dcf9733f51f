import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Inbox, RotateCw } from 'lucide-react';
import { ApiError, api, errorText, useForbidden, type WebhookResponse } from '../../api/index.ts';
import { Button, Card, EmptyState, ErrorState, SkeletonRows, showToast, Time } from '../../ui/index.ts';
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
              <Exchange response={response} actions={<Resend webhookId={id} response={response} />} />
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

/** Makes the call again, for the same event. A call of a test has no event to be repeated. */
function Resend({ webhookId, response }: { webhookId: string; response: WebhookResponse }) {
  const client = useQueryClient();
  const forbidden = useForbidden('outgoing-webhooks:write');
  const { delivery_id: delivery, alert_group_id: group } = response;
  const resend = useMutation({
    mutationFn: () =>
      api.post('/webhooks/{id}/deliveries/{delivery_id}/resend', { path: { id: webhookId, delivery_id: delivery ?? '' } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['webhooks', 'one', webhookId, 'responses'] });
      showToast({ kind: 'done', text: 'The call is made again', detail: 'It appears on top with its answer.' });
    },
    onError: (error) => showToast({ kind: 'failed', text: 'The call was not made again', detail: errorText(error) }),
  });
  if (delivery === null || group === null) return null;
  return (
    <Button
      size="small"
      icon={<RotateCw className="size-4" aria-hidden />}
      pending={resend.isPending}
      disabledReason={forbidden}
      onClick={() => resend.mutate()}
    >
      Send again
    </Button>
  );
}
