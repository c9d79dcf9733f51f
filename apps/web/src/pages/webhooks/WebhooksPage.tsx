import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck, CircleOff, Ellipsis, Pencil, Plus, Webhook as WebhookIcon } from 'lucide-react';
import { useState } from 'react';
import { teamsQuery, useForbidden, type Webhook, webhooksQuery } from '../../api/index.ts';
import { TeamScopeChip } from '../../features/team-scope/TeamScope.tsx';
import { useTeamScope } from '../../features/team-scope/team-scope.ts';
import { useShortcuts } from '../../lib/keyboard.tsx';
import { useListSort } from '../../lib/list-sort.ts';
import { Button, type Column, EmptyState, IconButton, Menu, Page, Select, Table, TextField, Time } from '../../ui/index.ts';
import { webhooksRoute } from './routes.ts';
import { StateBadges, StatusBadge } from './StatusBadge.tsx';
import { useSwitch } from './use-switch.ts';
import { WebhookDrawer } from './WebhookDrawer.tsx';
import { hostOf, TRIGGERS, triggerText } from './webhook-text.ts';

/** All outgoing webhooks, with what the last call of each was answered. */
export function WebhooksPage() {
  const filter = webhooksRoute.useSearch();
  const navigate = webhooksRoute.useNavigate();
  const { data: webhooks } = useSuspenseQuery(webhooksQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const forbidden = useForbidden('outgoing-webhooks:write');
  const { isInScope } = useTeamScope();
  const setEnabled = useSwitch();
  const order = useListSort();
  /** null: a new one. */
  const [edited, setEdited] = useState<Webhook | null | undefined>(undefined);
  useShortcuts([{ keys: 'c', label: 'New webhook', group: 'Webhooks', run: () => forbidden === null && setEdited(null) }]);
  const { search = '', trigger_type: trigger = '' } = filter;
  const wanted = search.trim().toLowerCase();
  const rows = webhooks
    .filter(
      (one) =>
        isInScope(one.team) &&
        `${one.name} ${one.url ?? ''}`.toLowerCase().includes(wanted) &&
        (trigger === '' || one.trigger_type === trigger),
    )
    .sort((a, b) => a.name.localeCompare(b.name));
  const columns: Column<Webhook>[] = [
    {
      header: 'Name',
      onPhone: 'title',
      sortBy: ({ name }) => name,
      cell: (one) => (
        <Link
          to="/outgoing_webhooks/$id"
          params={{ id: one.id }}
          className="min-w-0 font-medium hover:underline [overflow-wrap:anywhere]"
        >
          {one.name}
        </Link>
      ),
    },
    { header: 'Called for', sortBy: (one) => triggerText(one.trigger_type), cell: (one) => triggerText(one.trigger_type) },
    {
      header: 'Sends to',
      sortBy: (one) => hostOf(one.url),
      cell: (one) => <span className="min-w-0 [overflow-wrap:anywhere]">{hostOf(one.url)}</span>,
    },
    {
      header: 'Last response',
      cell: (one) =>
        one.health === null ? (
          <span className="text-muted">never called</span>
        ) : (
          <span className="flex flex-wrap items-center gap-2">
            <StatusBadge code={one.health.last_status_code} />
            <Time value={one.health.last_call_at} />
          </span>
        ),
    },
    { header: 'State', cell: (one) => <StateBadges webhook={one} /> },
    {
      header: 'Team',
      onPhone: 'hidden',
      cell: (one) => teams.find(({ id }) => id === one.team)?.name ?? <span className="text-muted">–</span>,
    },
    {
      header: 'Actions',
      hideHeader: true,
      align: 'end',
      cell: (one) => (
        <Menu
          align="end"
          trigger={
            <IconButton label={`Actions of ${one.name}`} size="small" icon={<Ellipsis className="size-4" aria-hidden />} />
          }
          items={[
            {
              label: 'Edit',
              icon: <Pencil className="size-4 text-muted" aria-hidden />,
              disabledReason: forbidden,
              onSelect: () => setEdited(one),
            },
            {
              label: one.is_webhook_enabled ? 'Disable' : 'Enable',
              icon: one.is_webhook_enabled ? (
                <CircleOff className="size-4 text-muted" aria-hidden />
              ) : (
                <CircleCheck className="size-4 text-muted" aria-hidden />
              ),
              disabledReason: forbidden,
              onSelect: () => void setEnabled(one, !one.is_webhook_enabled),
            },
          ]}
        />
      ),
    },
  ];
  const create = (
    <Button
      kind="primary"
      icon={<Plus className="size-4" aria-hidden />}
      disabledReason={forbidden}
      onClick={() => setEdited(null)}
    >
      New webhook
    </Button>
  );
  const set = (changes: { search?: string; trigger_type?: string }) =>
    void navigate({ search: { ...filter, ...changes }, replace: true });
  return (
    <Page
      title="Outgoing webhooks"
      description="Requests that Tocsin makes to other systems when something happens to an alert group."
      actions={create}
    >
      {webhooks.length > 0 && (
        <div className="mb-4 grid gap-3 sm:grid-cols-[minmax(0,20rem)_minmax(0,16rem)]">
          <TextField
            label="Find by name or address"
            hideLabel
            type="search"
            placeholder="Find by name or address"
            value={search}
            onChange={(text) => set({ search: text })}
          />
          <Select
            label="Called for"
            hideLabel
            options={[{ value: '', label: 'Every trigger' }, ...TRIGGERS]}
            value={trigger}
            onChange={(name) => set({ trigger_type: name })}
          />
        </div>
      )}
      <TeamScopeChip />
      <Table
        caption="Outgoing webhooks"
        rows={rows}
        columns={columns}
        {...order}
        rowKey={({ id }) => id}
        empty={
          webhooks.length === 0 ? (
            <EmptyState icon={<WebhookIcon />} title="No webhooks yet" actions={create}>
              Open a ticket, post to a chat or restart a machine: a webhook calls an address of yours, from an escalation step or
              when an alert group changes.
            </EmptyState>
          ) : (
            <EmptyState
              title="No webhook matches"
              actions={<Button onClick={() => void navigate({ search: {}, replace: true })}>Clear filters</Button>}
            />
          )
        }
      />
      {edited !== undefined && (
        <WebhookDrawer
          webhook={edited}
          onClose={() => setEdited(undefined)}
          onCreated={({ id }) => void navigate({ to: '/outgoing_webhooks/$id', params: { id } })}
        />
      )}
    </Page>
  );
}
