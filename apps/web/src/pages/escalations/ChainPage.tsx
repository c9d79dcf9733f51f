import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { CirclePlay, Copy, Ellipsis, ListPlus, Pencil, Plus, Trash2, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { api, type EscalationChain, errorText, integrationsQuery, teamsQuery, useForbidden } from '../../api/index.ts';
import { OrderConflict } from '../../features/conflict/OrderConflict.tsx';
import { useOrder } from '../../features/conflict/use-order.ts';
import { useShortcuts } from '../../lib/keyboard.tsx';
import { Button, Card, ConfirmDialog, EmptyState, IconButton, Menu, Page, SortableList, showToast } from '../../ui/index.ts';
import { ChainDialog } from './ChainDialog.tsx';
import { DryRun } from './DryRun.tsx';
import { chainQuery, type Route, routesQuery, type Step, stepsQuery } from './queries.ts';
import { chainRoute } from './routes.ts';
import { StepCard } from './StepCard.tsx';
import { StepDrawer } from './StepDrawer.tsx';
import { lint, offsetsOf, stepText } from './step-text.ts';
import { useNames } from './use-names.ts';

type Opened = { kind: 'step'; step: Step | null } | { kind: 'edit' | 'delete' | 'dry-run' };

/** One chain: its steps, what uses it, and what it would do now. */
export function ChainPage() {
  const { id } = chainRoute.useParams();
  const { data: chain } = useSuspenseQuery(chainQuery(id));
  const { data: steps } = useSuspenseQuery(stepsQuery(id));
  const { data: teams = [] } = useQuery(teamsQuery);
  const { data: routes } = useQuery(routesQuery);
  const names = useNames();
  const forbidden = useForbidden('escalation-chains:write');
  const [opened, setOpened] = useState<Opened | null>(null);
  const close = () => setOpened(null);
  const { move, remove, copy, conflict } = useChainActions(chain, steps, close);
  useShortcuts([
    {
      keys: 'e',
      label: 'Name and team',
      group: 'Escalation chain',
      run: () => forbidden === null && setOpened({ kind: 'edit' }),
    },
    {
      keys: 'n',
      label: 'New step',
      group: 'Escalation chain',
      run: () => forbidden === null && setOpened({ kind: 'step', step: null }),
    },
  ]);
  const uses = (routes ?? []).filter((route) => route.escalation_chain_id === id);
  const offsets = offsetsOf(steps);
  const warnings = lint(steps);
  const team = teams.find((one) => one.id === chain.team_id);
  const addStep = (
    <Button
      kind={steps.length === 0 ? 'primary' : 'secondary'}
      icon={<Plus className="size-4" aria-hidden />}
      disabledReason={forbidden}
      onClick={() => setOpened({ kind: 'step', step: null })}
    >
      Add step
    </Button>
  );
  return (
    <Page
      title={chain.name}
      description={
        <>
          <Link to="/escalations" className="text-accent underline underline-offset-2">
            Escalation chains
          </Link>{' '}
          · {team === undefined ? 'No team' : `Team ${team.name}`}
        </>
      }
      actions={
        <>
          <Button icon={<CirclePlay className="size-4" aria-hidden />} onClick={() => setOpened({ kind: 'dry-run' })}>
            If an alert came now
          </Button>
          <Menu
            align="end"
            trigger={<IconButton label="More" icon={<Ellipsis className="size-4" aria-hidden />} />}
            items={[
              {
                label: 'Name and team',
                icon: <Pencil className="size-4 text-muted" aria-hidden />,
                disabledReason: forbidden,
                onSelect: () => setOpened({ kind: 'edit' }),
              },
              {
                label: 'Copy the chain',
                icon: <Copy className="size-4 text-muted" aria-hidden />,
                disabledReason: forbidden,
                onSelect: () => copy.mutate(),
              },
              'separator',
              {
                label: 'Delete',
                icon: <Trash2 className="size-4" aria-hidden />,
                danger: true,
                disabledReason: forbidden ?? (uses.length > 0 ? 'Routes use it; choose another chain for them first.' : null),
                onSelect: () => setOpened({ kind: 'delete' }),
              },
            ]}
          />
        </>
      }
    >
      <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <section aria-label="Steps">
          {warnings.map((text) => (
            <p key={text} className="mb-2 flex items-start gap-2 rounded-md bg-warn-soft px-3 py-2 text-warn">
              <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
              {text}
            </p>
          ))}
          {conflict !== null && (
            <OrderConflict
              {...conflict}
              nameOf={(id) => {
                const step = steps.find((one) => one.id === id);
                return step === undefined ? 'a step that is gone' : stepText(step, names).text;
              }}
            />
          )}
          {steps.length === 0 ? (
            <div className="rounded-lg border border-line bg-surface">
              <EmptyState icon={<ListPlus />} title="No steps yet" actions={addStep}>
                Begin with who is notified first. Nobody is reached by an empty chain.
              </EmptyState>
            </div>
          ) : (
            <>
              <SortableList
                label="Steps in their order"
                items={steps}
                itemKey={(step) => step.id}
                itemLabel={(step) => stepText(step, names).text}
                onMove={move}
                disabled={forbidden !== null}
              >
                {(step, handle, index) => (
                  <StepCard
                    step={step}
                    number={index + 1}
                    handle={handle}
                    offset={offsets[index] ?? null}
                    names={names}
                    forbidden={forbidden}
                    isFirst={index === 0}
                    isLast={index === steps.length - 1}
                    onEdit={() => setOpened({ kind: 'step', step })}
                    onMove={(by) => move(step, index + by)}
                    onDelete={() => remove.mutate(step)}
                  />
                )}
              </SortableList>
              <div className="mt-3">{addStep}</div>
            </>
          )}
        </section>
        <UsedBy uses={uses} isPending={routes === undefined} />
      </div>
      {opened?.kind === 'step' && <StepDrawer chainId={id} step={opened.step} names={names} onClose={close} />}
      {opened?.kind === 'edit' && <ChainDialog chain={chain} onClose={close} />}
      {opened?.kind === 'dry-run' && <DryRun chainId={id} onClose={close} />}
      <DeleteChain chain={chain} open={opened?.kind === 'delete'} onClose={close} />
    </Page>
  );
}

/** What a change of steps makes stale: also what says which chains ask a schedule, and who would be notified. */
const STALE = ['escalation-chains'];

/** Moving and removing steps, and copying the chain. */
function useChainActions(chain: EscalationChain, steps: readonly Step[], close: () => void) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const refresh = () => client.invalidateQueries({ queryKey: STALE });
  const bodyOf = ({ id: _id, position: _position, ...values }: Step) => values;
  const { move, conflict } = useOrder({
    path: '/escalation_chains/{id}/steps_order',
    id: chain.id,
    items: steps,
    queryKey: stepsQuery(chain.id).queryKey,
    stale: STALE,
    failed: 'The step stays where it was',
  });
  const remove = useMutation({
    mutationFn: (step: Step) => api.delete('/escalation_policies/{id}', { path: { id: step.id } }),
    onSuccess: async (_answer, step) => {
      await refresh();
      const restore = async () => {
        await api.post('/escalation_policies', { body: { ...bodyOf(step), position: step.position } });
        await refresh();
      };
      showToast({ kind: 'done', text: 'Step deleted', action: { label: 'Undo', run: restore } });
    },
    onError: (error) => showToast({ kind: 'failed', text: 'The step was not deleted', detail: errorText(error) }),
  });
  const copy = useMutation({
    mutationFn: (): Promise<EscalationChain> =>
      api.post('/escalation_chains/{id}/copy', {
        path: { id: chain.id },
        body: { name: `${chain.name} copy`, team_id: chain.team_id },
      }),
    onSuccess: async (made) => {
      await refresh();
      close();
      showToast({ kind: 'done', text: `Copied to ${made.name}` });
      await navigate({ to: '/escalations/$id', params: { id: made.id } });
    },
    onError: (error) => showToast({ kind: 'failed', text: 'The chain was not copied', detail: errorText(error) }),
  });
  return { move, remove, copy, conflict };
}

/** The routes that lead to the chain. */
function UsedBy({ uses, isPending }: { uses: readonly Route[]; isPending: boolean }) {
  const { data: integrations = [] } = useQuery(integrationsQuery);
  const textOf = (route: Route): string => (route.is_the_last_route ? 'default route' : route.routing_regex || 'route by labels');
  return (
    <Card title="Used by">
      {uses.length === 0 ? (
        <p className="text-muted">
          {isPending ? '…' : 'No route leads here yet. Choose this chain at a route of an integration.'}
        </p>
      ) : (
        <ul className="space-y-2">
          {uses.map((route) => (
            <li key={route.id} className="min-w-0">
              <span className="font-medium">
                {integrations.find(({ id }) => id === route.integration_id)?.name ?? 'An integration'}
              </span>
              <code className="block truncate font-mono text-[0.9rem] text-muted" title={textOf(route)}>
                {textOf(route)}
              </code>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function DeleteChain({ chain, open, onClose }: { chain: EscalationChain; open: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => api.delete('/escalation_chains/{id}', { path: { id: chain.id } }),
    onSuccess: async () => {
      await navigate({ to: '/escalations' });
      client.removeQueries({ queryKey: chainQuery(chain.id).queryKey });
      await client.invalidateQueries({ queryKey: ['escalation-chains', 'all'] });
      showToast({ kind: 'done', text: `Deleted ${chain.name}` });
    },
  });
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={`Delete ${chain.name}?`}
      confirmLabel="Delete chain"
      onConfirm={() => remove.mutate()}
      pending={remove.isPending}
      error={remove.error === null ? null : errorText(remove.error)}
    >
      <p>Its steps go with it. Escalations that run now go on with the steps they began with.</p>
    </ConfirmDialog>
  );
}
