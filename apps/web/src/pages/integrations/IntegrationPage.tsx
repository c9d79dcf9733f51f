import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Ellipsis, Pencil, RefreshCw, Send, SquarePen, Trash2, Wrench } from 'lucide-react';
import { useState } from 'react';
import { api, errorText, type Integration, teamsQuery, useCan, useForbidden, webhooksQuery } from '../../api/index.ts';
import { Badge, Button, ConfirmDialog, Countdown, IconButton, Menu, Page, showToast, Time } from '../../ui/index.ts';
import { ActivityCard } from './ActivityCard.tsx';
import { DemoAlert } from './DemoAlert.tsx';
import { HeartbeatCard } from './HeartbeatCard.tsx';
import { MaintenanceDialog } from './MaintenanceDialog.tsx';
import { type Counters, integrationCountersQuery, integrationQuery, typesQuery } from './queries.ts';
import { ReceiveCard } from './ReceiveCard.tsx';
import { RoutesCard } from './RoutesCard.tsx';
import { integrationRoute } from './routes.ts';
import { SettingsDrawer } from './SettingsDrawer.tsx';

type Opened = 'demo' | 'maintenance' | 'settings' | 'delete' | 'rotate';

/** One integration: how alerts come in, where they go, and what came lately. */
export function IntegrationPage() {
  const { id } = integrationRoute.useParams();
  const { data: integration } = useSuspenseQuery(integrationQuery(id));
  const { data: types } = useSuspenseQuery(typesQuery);
  const { data: counters } = useQuery(integrationCountersQuery(id));
  const { data: teams = [] } = useQuery(teamsQuery);
  const forbidden = useForbidden('integrations:write');
  const mayNotTest = useForbidden('integrations:test');
  const mayNotMaintain = useForbidden('maintenance:write');
  const [opened, setOpened] = useState<Opened | null>(null);
  const close = () => setOpened(null);
  const type = types.find((one) => one.type === integration.type);
  const isInMaintenance = integration.maintenance_mode !== null;
  const maintenance = isInMaintenance ? 'Maintenance…' : 'Start maintenance';
  return (
    <Page
      title={integration.name}
      badge={
        <>
          <Badge>{type?.display_name ?? integration.type}</Badge>
          {isInMaintenance && (
            <Badge tone="warn" icon={<Wrench className="size-3" aria-hidden />}>
              {integration.maintenance_mode === 'debug' ? 'Debug' : 'Maintenance'}
              {integration.maintenance_end_at !== null && (
                <>
                  , <Countdown until={integration.maintenance_end_at} /> left
                </>
              )}
            </Badge>
          )}
        </>
      }
      description={
        <>
          <Link to="/integrations" className="text-accent underline underline-offset-2">
            Integrations
          </Link>
          {` · ${teams.find((team) => team.id === integration.team_id)?.name ?? 'No team'}`}
          {counters !== undefined && ` · ${counters.alerts_24h} alerts in ${counters.alert_groups_24h} groups in 24 h`}
          {integration.description_short !== null && <span className="block">{integration.description_short}</span>}
        </>
      }
      actions={
        <>
          {type?.is_demo_alert_enabled !== false && (
            <Button icon={<Send className="size-4" aria-hidden />} disabledReason={mayNotTest} onClick={() => setOpened('demo')}>
              Send demo alert
            </Button>
          )}
          <TemplatesLink id={id} />
          <Menu
            align="end"
            trigger={<IconButton label="More" icon={<Ellipsis className="size-4" aria-hidden />} />}
            items={[
              {
                label: 'Name, team, labels',
                icon: <Pencil className="size-4 text-muted" aria-hidden />,
                disabledReason: forbidden,
                onSelect: () => setOpened('settings'),
              },
              {
                label: maintenance,
                icon: <Wrench className="size-4 text-muted" aria-hidden />,
                disabledReason: forbidden === null ? null : mayNotMaintain,
                onSelect: () => setOpened('maintenance'),
              },
              {
                label: 'New address',
                icon: <RefreshCw className="size-4 text-muted" aria-hidden />,
                disabledReason: forbidden,
                onSelect: () => setOpened('rotate'),
              },
              'separator',
              {
                label: 'Delete',
                danger: true,
                icon: <Trash2 className="size-4" aria-hidden />,
                disabledReason: forbidden,
                onSelect: () => setOpened('delete'),
              },
            ]}
          />
        </>
      }
    >
      <div className="grid grid-cols-1 items-start gap-5 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="space-y-5">
          <ReceiveCard integration={integration} />
          <RoutesCard integration={integration} />
        </div>
        <div className="space-y-5">
          <ActivityCard id={id} />
          {type?.is_available_for_integration_heartbeat !== false && <HeartbeatCard id={id} />}
        </div>
      </div>
      {opened === 'demo' && <DemoAlert integration={integration} onClose={close} />}
      {opened === 'maintenance' && <MaintenanceDialog integration={integration} onClose={close} />}
      {opened === 'settings' && <SettingsDrawer integration={integration} onClose={close} />}
      {opened === 'rotate' && <RotateDialog integration={integration} onClose={close} />}
      {opened === 'delete' && <DeleteDialog integration={integration} onClose={close} />}
    </Page>
  );
}

function TemplatesLink({ id }: { id: string }) {
  const navigate = useNavigate();
  return (
    <Button
      icon={<SquarePen className="size-4" aria-hidden />}
      onClick={() => void navigate({ to: '/integrations/$id/templates', params: { id }, search: {} })}
    >
      Templates
    </Button>
  );
}

/** How long the old address still works. */
const OVERLAP_HOURS = 24;

function RotateDialog({ integration, onClose }: { integration: Integration; onClose: () => void }) {
  const client = useQueryClient();
  const rotate = useMutation({
    mutationFn: () =>
      api.post('/integrations/{id}/rotate_token', {
        path: { id: integration.id },
        body: { overlap_seconds: OVERLAP_HOURS * 3_600 },
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['integrations'] });
      showToast({ kind: 'done', text: 'The integration has a new address' });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title="Give it a new address?"
      confirmLabel="New address"
      onConfirm={() => rotate.mutate()}
      pending={rotate.isPending}
      error={rotate.error === null ? null : errorText(rotate.error)}
    >
      <p>
        The old address goes on working for {OVERLAP_HOURS} hours, so that you can change what sends the alerts without losing
        one.
      </p>
    </ConfirmDialog>
  );
}

function openGroups({ unresolved_alert_groups: open, firing_alert_groups: firing }: Counters): string {
  const groups = open === 1 ? '1 alert group of it is open' : `${open} alert groups of it are open`;
  return open === 0 ? `${groups}.` : `${groups}, ${firing} firing.`;
}

function DeleteDialog({ integration, onClose }: { integration: Integration; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: counters } = useQuery(integrationCountersQuery(integration.id));
  const { data: allWebhooks = [] } = useQuery({ ...webhooksQuery, enabled: useCan('outgoing-webhooks:read') });
  const webhooks = allWebhooks.filter((one) => one.integration_filter?.includes(integration.id) === true);
  const remove = useMutation({
    mutationFn: () => api.delete('/integrations/{id}', { path: { id: integration.id } }),
    onSuccess: async () => {
      await navigate({ to: '/integrations' });
      client.removeQueries({ queryKey: ['integrations', 'one', integration.id] });
      await client.invalidateQueries({ queryKey: ['integrations'] });
      showToast({ kind: 'done', text: `Deleted ${integration.name}` });
    },
  });
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Delete ${integration.name}?`}
      confirmLabel="Delete integration"
      typeToConfirm={integration.name}
      onConfirm={() => remove.mutate()}
      pending={remove.isPending}
      error={remove.error === null ? null : errorText(remove.error)}
    >
      <p>Its address stops working at once: what is sent there afterwards is refused. Routes and templates go with it.</p>
      {counters !== undefined && (
        <p>
          {openGroups(counters)} {counters.last_alert_at === null ? 'It never got an alert.' : 'The last alert came '}
          {counters.last_alert_at !== null && <Time value={counters.last_alert_at} />}
        </p>
      )}
      {webhooks.length > 0 && (
        <p className="rounded-md bg-warn-soft px-3 py-2 text-warn">
          {webhooks.length === 1 ? 'This webhook is' : 'These webhooks are'} called for its alerts:{' '}
          {webhooks.map(({ name }) => name).join(', ')}.
        </p>
      )}
    </ConfirmDialog>
  );
}
