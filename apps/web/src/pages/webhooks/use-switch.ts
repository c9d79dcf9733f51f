import { useQueryClient } from '@tanstack/react-query';
import { api, errorText, type Webhook } from '../../api/index.ts';
import { showToast } from '../../ui/index.ts';

/** Switches a webhook on or off, with Undo. */
export function useSwitch(): (webhook: Webhook, on: boolean) => Promise<void> {
  const client = useQueryClient();
  const change = async (webhook: Webhook, on: boolean): Promise<void> => {
    try {
      await api.patch('/webhooks/{id}', { path: { id: webhook.id }, body: { is_webhook_enabled: on } });
      await client.invalidateQueries({ queryKey: ['webhooks'] });
      showToast({
        kind: 'done',
        text: `${on ? 'Enabled' : 'Disabled'} ${webhook.name}`,
        action: { label: 'Undo', run: () => void change(webhook, !on) },
      });
    } catch (error) {
      showToast({ kind: 'failed', text: `${webhook.name} was not ${on ? 'enabled' : 'disabled'}`, detail: errorText(error) });
    }
  };
  return change;
}
