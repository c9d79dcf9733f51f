import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { api, errorText, useCan, type Webhook, type WebhookTest } from '../../api/index.ts';
import { Button, Dialog, Select } from '../../ui/index.ts';
import { Exchange } from './Exchange.tsx';
import { newestGroupsQuery } from './queries.ts';
import { StatusBadge } from './StatusBadge.tsx';

/** Calls the webhook once, now, and shows what came back. */
export function TestDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const client = useQueryClient();
  const maySee = useCan('alert-groups:read');
  const { data: groups = [] } = useQuery({ ...newestGroupsQuery, enabled: maySee });
  const [groupId, setGroupId] = useState('');
  const call = useMutation({
    mutationFn: (): Promise<WebhookTest> =>
      api.post('/webhooks/{id}/test', {
        path: { id: webhook.id },
        body: { alert_group: groupId === '' ? null : groupId },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['webhooks'] }),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!call.isPending) call.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Test ${webhook.name}`}
      description="One real request goes out now, marked as a test."
      width="wide"
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button kind="primary" type="submit" form="webhook-test" pending={call.isPending}>
            {call.data === undefined ? 'Send' : 'Send again'}
          </Button>
        </>
      }
    >
      <form id="webhook-test" onSubmit={submit} className="space-y-4">
        <Select
          label="Alert group"
          options={[
            { value: '', label: 'A made-up one' },
            ...groups.map((group) => ({ value: group.id, label: `#${group.alert_group_number} ${group.title ?? ''}` })),
          ]}
          value={groupId}
          onChange={setGroupId}
        />
        <div aria-live="polite">
          {call.isError && <p className="text-danger">{errorText(call.error)}</p>}
          {call.data?.response === null && (
            <p className="text-warn">Nothing was sent: the trigger template did not render to true for this alert group.</p>
          )}
          {call.data?.response != null && (
            <section aria-label="Result">
              <h3 className="flex items-center gap-2 font-semibold">
                Result <StatusBadge code={call.data.response.status_code} />
              </h3>
              <Exchange response={call.data.response} />
            </section>
          )}
        </div>
      </form>
    </Dialog>
  );
}
