import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, errorText, type Webhook } from '../../api/index.ts';
import { UsedBySteps, useStepsNaming } from '../../features/used-by/UsedBySteps.tsx';
import { ConfirmDialog, showToast } from '../../ui/index.ts';

/** Deletes a webhook with its log, and goes back to the list. */
export function DeleteDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const steps = useStepsNaming('webhook', webhook.id);
  const remove = useMutation({
    mutationFn: () => api.delete('/webhooks/{id}', { path: { id: webhook.id } }),
    onSuccess: async () => {
      await navigate({ to: '/outgoing_webhooks' });
      client.removeQueries({ queryKey: ['webhooks', 'one', webhook.id] });
      await client.invalidateQueries({ queryKey: ['webhooks'] });
      showToast({ kind: 'done', text: `Deleted ${webhook.name}` });
    },
  });
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Delete ${webhook.name}?`}
      confirmLabel="Delete webhook"
      blockedReason={steps !== undefined && steps.length > 0 ? 'Take it out of these steps first' : null}
      onConfirm={() => remove.mutate()}
      pending={remove.isPending}
      error={remove.error === null ? null : errorText(remove.error)}
    >
      <p>It is not called any more, calls that are under way are given up, and its log cannot be seen any more.</p>
      {webhook.trigger_type === 'escalation' && (
        <UsedBySteps steps={steps} consequence="These steps trigger it. Let them do something else first:" />
      )}
      {webhook.trigger_type === 'personal notification' && <p>Whoever is paged by it is paged by it no more.</p>}
    </ConfirmDialog>
  );
}
