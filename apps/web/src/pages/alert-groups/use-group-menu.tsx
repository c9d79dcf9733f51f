import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Eraser, FileCode2, Link2, Trash2, Unlink, Webhook } from 'lucide-react';
import { api } from '../../api/client.ts';
import { webhooksQuery } from '../../api/directory.ts';
import { errorText } from '../../api/errors.ts';
import { useCan } from '../../api/session.ts';
import type { AlertGroup } from '../../api/types.ts';
import { type MenuItem, showToast } from '../../ui/index.ts';

export type GroupDialog = 'attach' | 'delete' | 'wipe';

/** Webhooks whose trigger is "escalation" are those that a person may call. */
const MANUAL = 'escalation';
const icon = 'size-4 text-muted';

/** What can be done to an alert group beyond its states: joining, webhooks, templates, deletion. */
export function useGroupMenu(group: AlertGroup, forbidden: string | null, open: (dialog: GroupDialog) => void): MenuItem[] {
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayReadWebhooks = useCan('outgoing-webhooks:read');
  const mayReadIntegrations = useCan('integrations:read');
  const webhooks = useQuery({ ...webhooksQuery, enabled: mayReadWebhooks, staleTime: 300_000 }).data ?? [];
  const number = `#${group.alert_group_number}`;
  const callable = webhooks.filter(
    (webhook) =>
      webhook.trigger_type === MANUAL &&
      webhook.is_webhook_enabled &&
      (webhook.integration_filter === null || webhook.integration_filter.includes(group.integration_id)),
  );
  const unattach = async () => {
    try {
      await api.post('/alert_groups/bulk', { body: { action: 'unattach', ids: [group.id] } });
      showToast({ text: `${number} stands on its own again` });
    } catch (error) {
      showToast({ kind: 'failed', text: 'Could not be detached', detail: errorText(error) });
    }
    await client.invalidateQueries({ queryKey: ['alert-groups'] });
  };
  const call = async (id: string, name: string) => {
    try {
      await api.post('/webhooks/{id}/trigger_manual', { path: { id }, body: { alert_group: group.id } });
      showToast({ text: `“${name}” is being called`, detail: 'Its answer is among the webhook’s calls, and in the timeline.' });
    } catch (error) {
      showToast({ kind: 'failed', text: `“${name}” could not be called`, detail: errorText(error) });
    }
    await client.invalidateQueries({ queryKey: ['alert-groups', 'of', group.id] });
  };
  const attached = group.root_alert_group_id !== null;
  return [
    attached
      ? {
          label: 'Detach',
          icon: <Unlink className={icon} aria-hidden />,
          disabledReason: forbidden,
          onSelect: () => void unattach(),
        }
      : {
          label: 'Attach to…',
          icon: <Link2 className={icon} aria-hidden />,
          disabledReason: forbidden ?? (group.dependent_alert_group_ids.length > 0 ? 'Others are attached to it.' : null),
          onSelect: () => open('attach'),
        },
    ...(mayReadWebhooks && callable.length > 0 && forbidden === null
      ? [
          {
            label: 'Run webhook',
            icon: <Webhook className={icon} aria-hidden />,
            items: callable.map(({ id, name }) => ({ label: name, onSelect: () => void call(id, name) })),
          },
        ]
      : []),
    ...(mayReadIntegrations
      ? [
          {
            label: 'Edit templates',
            icon: <FileCode2 className={icon} aria-hidden />,
            onSelect: () =>
              void navigate({ to: '/integrations/$id/templates', params: { id: group.integration_id }, search: {} } as never),
          },
        ]
      : []),
    'separator',
    {
      label: 'Wipe…',
      icon: <Eraser className={icon} aria-hidden />,
      disabledReason: forbidden,
      onSelect: () => open('wipe'),
    },
    {
      label: 'Delete…',
      icon: <Trash2 className="size-4" aria-hidden />,
      danger: true,
      disabledReason: forbidden,
      onSelect: () => open('delete'),
    },
  ];
}
