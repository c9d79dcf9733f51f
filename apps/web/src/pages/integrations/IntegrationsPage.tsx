import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Heart, HeartCrack, Plug, Plus, TriangleAlert, Wrench } from 'lucide-react';
import { useState } from 'react';
import { type Integration, integrationsQuery, teamsQuery, useForbidden } from '../../api/index.ts';
import { TeamScopeChip } from '../../features/team-scope/TeamScope.tsx';
import { useTeamScope } from '../../features/team-scope/team-scope.ts';
import { useShortcuts } from '../../lib/keyboard.tsx';
import { useListSort } from '../../lib/list-sort.ts';
import { Badge, Button, type Column, EmptyState, Page, Select, Table, TextField, Time } from '../../ui/index.ts';
import { CreateIntegration } from './CreateIntegration.tsx';
import { countersQuery, type Heartbeat, heartbeatsQuery, typesQuery } from './queries.ts';
import { integrationsRoute } from './routes.ts';
import { StillCalled } from './StillCalled.tsx';

/** As the address has them: `key:value`. */
const labelsOf = ({ labels = [] }: Integration): string[] => labels.map(({ key, value }) => `${key.name}:${value.name}`);

/** Whether the sender gives signs of life, where it is watched. */
function HeartbeatBadge({ heartbeat }: { heartbeat: Heartbeat | undefined }) {
  if (heartbeat?.state === 'alive')
    return (
      <Badge tone="ok" icon={<Heart className="size-3" aria-hidden />}>
        alive
      </Badge>
    );
  if (heartbeat?.state !== 'missing') return null;
  return (
    <Badge tone="danger" icon={<HeartCrack className="size-3" aria-hidden />}>
      no sign of life
    </Badge>
  );
}

/** All integrations, with what they have sent lately. */
export function IntegrationsPage() {
  const filter = integrationsRoute.useSearch();
  const navigate = integrationsRoute.useNavigate();
  const { data: integrations } = useSuspenseQuery(integrationsQuery);
  const { data: types } = useSuspenseQuery(typesQuery);
  const { data: counters = {} } = useQuery(countersQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const forbidden = useForbidden('integrations:write');
  const { isInScope } = useTeamScope();
  const order = useListSort();
  const [creating, setCreating] = useState(false);
  useShortcuts([
    { keys: 'c', label: 'New integration', group: 'Integrations', run: () => forbidden === null && setCreating(true) },
  ]);
  const typeName = (slug: string): string => types.find(({ type }) => type === slug)?.display_name ?? slug;
  const { search = '', type = '', label = '' } = filter;
  const rows = integrations
    .filter(
      (one) =>
        isInScope(one.team_id) &&
        one.name.toLowerCase().includes(search.toLowerCase()) &&
        (type === '' || one.type === type) &&
        (label === '' || labelsOf(one).includes(label)),
    )
    .sort((a, b) => a.name.localeCompare(b.name));
  const used = [...new Set(integrations.map((one) => one.type))];
  const labels = [...new Set(integrations.flatMap(labelsOf))].sort();
  const { data: heartbeats = [] } = useQuery(heartbeatsQuery);
  const columns: Column<Integration>[] = [
    {
      header: 'Name',
      onPhone: 'title',
      sortBy: (one) => one.name,
      cell: (one) => (
        <div className="min-w-0">
          <Link to="/integrations/$id" params={{ id: one.id }} className="font-medium hover:underline [overflow-wrap:anywhere]">
            {one.name}
          </Link>
          {one.description_short !== null && <p className="text-muted [overflow-wrap:anywhere]">{one.description_short}</p>}
        </div>
      ),
    },
    { header: 'Type', sortBy: (one) => typeName(one.type), cell: (one) => typeName(one.type) },
    {
      header: 'State',
      cell: (one) => {
        const firing = counters[one.id]?.firing_alert_groups ?? 0;
        return (
          <span className="flex flex-wrap gap-1">
            {firing > 0 && <Badge tone="danger">{firing} firing</Badge>}
            {one.maintenance_mode !== null && (
              <Badge tone="warn" icon={<Wrench className="size-3" aria-hidden />}>
                {one.maintenance_mode === 'debug' ? 'debug' : 'maintenance'}
              </Badge>
            )}
            <HeartbeatBadge heartbeat={heartbeats.find(({ integration_id }) => integration_id === one.id)} />
            {one.default_route.escalation_chain_id === null && (
              <Badge tone="warn" icon={<TriangleAlert className="size-3" aria-hidden />}>
                default route notifies nobody
              </Badge>
            )}
          </span>
        );
      },
    },
    {
      header: 'Alerts, 24 h',
      align: 'end',
      sortBy: (one) => counters[one.id]?.alerts_24h ?? 0,
      cell: (one) => <span className="tabular-nums">{counters[one.id]?.alerts_24h ?? 0}</span>,
    },
    {
      header: 'Last alert',
      sortBy: (one) => counters[one.id]?.last_alert_at ?? null,
      cell: (one) =>
        counters[one.id]?.last_alert_at == null ? (
          <span className="text-muted">never</span>
        ) : (
          <Time value={counters[one.id]?.last_alert_at ?? null} />
        ),
    },
    {
      header: 'Team',
      sortBy: (one) => teams.find(({ id }) => id === one.team_id)?.name ?? null,
      onPhone: 'hidden',
      cell: (one) => teams.find(({ id }) => id === one.team_id)?.name ?? <span className="text-muted">–</span>,
    },
  ];
  const create = (
    <Button
      kind="primary"
      icon={<Plus className="size-4" aria-hidden />}
      disabledReason={forbidden}
      onClick={() => setCreating(true)}
    >
      New integration
    </Button>
  );
  const set = (changes: { search?: string; type?: string; label?: string }) =>
    void navigate({ search: { ...filter, ...changes }, replace: true });
  return (
    <Page title="Integrations" description="Where alerts come in: one for each system that sends them." actions={create}>
      {integrations.length > 0 && (
        <div className="mb-4 grid gap-3 sm:grid-cols-[minmax(0,20rem)_minmax(0,14rem)_minmax(0,14rem)]">
          <TextField
            label="Find by name"
            hideLabel
            type="search"
            placeholder="Find by name"
            value={search}
            onChange={(text) => set({ search: text })}
          />
          <Select
            label="Type"
            hideLabel
            options={[{ value: '', label: 'Every type' }, ...used.map((slug) => ({ value: slug, label: typeName(slug) }))]}
            value={type}
            onChange={(slug) => set({ type: slug })}
          />
          {(labels.length > 0 || label !== '') && (
            <Select
              label="Label"
              hideLabel
              options={[
                { value: '', label: 'Every label' },
                ...labels.map((text) => ({ value: text, label: text.replace(':', ': ') })),
              ]}
              value={label}
              onChange={(text) => set({ label: text })}
            />
          )}
        </div>
      )}
      <TeamScopeChip />
      <Table
        caption="Integrations"
        rows={rows}
        columns={columns}
        {...order}
        rowKey={({ id }) => id}
        empty={
          integrations.length === 0 ? (
            <EmptyState icon={<Plug />} title="No integrations yet" actions={create}>
              Create one for each monitoring system. You get an address; whatever is sent there becomes an alert.
            </EmptyState>
          ) : (
            <EmptyState
              title="No integration matches"
              actions={<Button onClick={() => void navigate({ search: {}, replace: true })}>Clear filters</Button>}
            />
          )
        }
      />
      <StillCalled typeName={typeName} />
      {creating && <CreateIntegration onClose={() => setCreating(false)} />}
    </Page>
  );
}
