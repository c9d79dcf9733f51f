import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, errorText, type ListPage, useCan, type WebhookResponse } from '../../api/index.ts';
import type { NotificationTest } from '../../api/schema.js';
import { Badge, Button, CodeBox } from '../../ui/index.ts';

/** The newest call of a webhook, of which the person may read. */
const newestCall = async (webhookId: string): Promise<WebhookResponse | null> => {
  const path = { id: webhookId };
  return (
    (await api.get<ListPage<WebhookResponse>>('/webhooks/{id}/responses', { path, query: { perpage: 1 } })).results[0] ?? null
  );
};

const isSame = (a: WebhookResponse | null, b: WebhookResponse | null): boolean =>
  a?.delivery_id === b?.delivery_id && a?.timestamp === b?.timestamp;

/** Calls one's own webhook once; what was answered stands below. */
export function useWebhookTest(userId: string, webhookId: string | null) {
  const client = useQueryClient();
  const mayRead = useCan('outgoing-webhooks:read');
  const test = useMutation({
    mutationFn: async (): Promise<NotificationTest & { call: WebhookResponse | null }> => {
      const canTell = mayRead && webhookId !== null;
      const before = canTell ? await newestCall(webhookId) : null;
      const tested: NotificationTest = await api.post('/users/{id}/test_notification', {
        path: { id: userId },
        body: { type: 'notify_by_webhook' },
      });
      const after = canTell ? await newestCall(webhookId) : null;
      return { ...tested, call: isSame(before, after) ? null : after };
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['webhooks'] }),
  });
  const button = (
    <Button size="small" pending={test.isPending} aria-label="Test webhook" onClick={() => test.mutate()}>
      Test
    </Button>
  );
  // There before it says something, for what is read out is what changes in it.
  const answer = (
    <div aria-live="polite">
      <Answer result={test.data ?? null} error={test.error} />
    </div>
  );
  return { button, answer, forget: test.reset };
}

function Answer({
  result,
  error,
}: {
  result: (NotificationTest & { call: WebhookResponse | null }) | null;
  error: Error | null;
}) {
  if (error !== null)
    return <p className="mt-2 text-danger [overflow-wrap:anywhere]">The test was not sent: {errorText(error)}</p>;
  if (result === null) return null;
  const { is_accepted: isAccepted, call, detail } = result;
  return (
    <section aria-label="Answer to the test" className="mt-2 rounded-md bg-sunken px-3 py-2">
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone={isAccepted ? 'ok' : 'danger'}>{isAccepted ? 'taken' : 'did not get through'}</Badge>
        {call?.status_code != null && <span className="tabular-nums">Answer {call.status_code}</span>}
        {!isAccepted && detail !== null && <span className="text-danger [overflow-wrap:anywhere]">{detail}</span>}
        {isAccepted && <span className="text-muted">Look whether it arrives.</span>}
      </p>
      {call?.content && <CodeBox text={call.content} className="mt-2 max-h-40" />}
    </section>
  );
}
