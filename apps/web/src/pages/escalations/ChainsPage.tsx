import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus, Workflow } from 'lucide-react';
import { useState } from 'react';
import { chainsQuery, type EscalationChain, integrationsQuery, teamsQuery, useForbidden } from '../../api/index.ts';
import { TeamScopeChip } from '../../features/team-scope/TeamScope.tsx';
import { useTeamScope } from '../../features/team-scope/team-scope.ts';
import { useShortcuts } from '../../lib/keyboard.tsx';
import { useListSort } from '../../lib/list-sort.ts';
import { Button, type Column, EmptyState, Page, Table, TextField } from '../../ui/index.ts';
import { ChainDialog } from './ChainDialog.tsx';
import { routesQuery } from './queries.ts';
import { chainsRoute } from './routes.ts';

/** All chains, with what uses each. */
export function ChainsPage() {
  const { search = '' } = chainsRoute.useSearch();
  const navigate = chainsRoute.useNavigate();
  const { data: chains } = useSuspenseQuery(chainsQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const { data: routes = [] } = useQuery(routesQuery);
  const { data: integrations = [] } = useQuery(integrationsQuery);
  const forbidden = useForbidden('escalation-chains:write');
  const { isInScope } = useTeamScope();
  const order = useListSort();
  const [creating, setCreating] = useState(false);
  useShortcuts([
    { keys: 'c', label: 'New escalation chain', group: 'Escalation chains', run: () => forbidden === null && setCreating(true) },
  ]);
  const rows = chains
    .filter(({ name, team_id }) => isInScope(team_id) && name.toLowerCase().includes(search.toLowerCase()))
    .sort((a, b) => a.name.localeCompare(b.name));
  const usedBy = ({ id }: EscalationChain): string[] => [
    ...new Set(
      routes
        .filter((route) => route.escalation_chain_id === id)
        .map((route) => integrations.find((one) => one.id === route.integration_id)?.name ?? 'an integration of another team'),
    ),
  ];
  const columns: Column<EscalationChain>[] = [
    {
      header: 'Name',
      onPhone: 'title',
      sortBy: ({ name }) => name,
      cell: (chain) => (
        <Link to="/escalations/$id" params={{ id: chain.id }} className="font-medium hover:underline [overflow-wrap:anywhere]">
          {chain.name}
        </Link>
      ),
    },
    {
      header: 'Team',
      sortBy: ({ team_id }) => teams.find(({ id }) => id === team_id)?.name ?? null,
      cell: ({ team_id }) => teams.find(({ id }) => id === team_id)?.name ?? <span className="text-muted">–</span>,
    },
    {
      header: 'Used by',
      sortBy: (chain) => usedBy(chain).length,
      cell: (chain) => {
        const names = usedBy(chain);
        return names.length === 0 ? <span className="text-muted">nothing yet</span> : names.join(', ');
      },
    },
  ];
  const create = (
    <Button
      kind="primary"
      icon={<Plus className="size-4" aria-hidden />}
      disabledReason={forbidden}
      onClick={() => setCreating(true)}
    >
      New escalation chain
    </Button>
  );
  return (
    <Page title="Escalation chains" description="What happens, step by step, until somebody acknowledges." actions={create}>
      {chains.length > 0 && (
        <div className="mb-4 max-w-sm">
          <TextField
            label="Find a chain"
            hideLabel
            type="search"
            placeholder="Find a chain"
            value={search}
            onChange={(value) =>
              void navigate({ search: (old) => ({ ...old, search: value === '' ? undefined : value }), replace: true })
            }
          />
        </div>
      )}
      <TeamScopeChip />
      <Table
        caption="Escalation chains"
        rows={rows}
        columns={columns}
        {...order}
        rowKey={({ id }) => id}
        empty={
          chains.length === 0 ? (
            <EmptyState icon={<Workflow />} title="No escalation chains yet" actions={create}>
              A chain says who is notified first, how long to wait, and who comes next. Routes of integrations lead to chains.
            </EmptyState>
          ) : (
            <EmptyState
              title="No chain matches"
              actions={<Button onClick={() => void navigate({ search: {}, replace: true })}>Show all</Button>}
            />
          )
        }
      />
      {creating && <ChainDialog chain={null} onClose={() => setCreating(false)} />}
    </Page>
  );
}
