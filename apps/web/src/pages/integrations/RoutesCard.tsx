import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CornerDownRight, Ellipsis, Plus, TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { api, chainsQuery, errorText, type Integration, useForbidden } from '../../api/index.ts';
import { OrderConflict } from '../../features/conflict/OrderConflict.tsx';
import { useOrder } from '../../features/conflict/use-order.ts';
import { Button, Card, IconButton, Menu, SortableList, showToast } from '../../ui/index.ts';
import { integrationCountersQuery, type Route, routesQuery } from './queries.ts';
import { RouteDrawer } from './RouteDrawer.tsx';
import { conditionText } from './route-text.ts';

/** Where alerts go: the first route whose condition holds takes an alert. */
export function RoutesCard({ integration }: { integration: Integration }) {
  const client = useQueryClient();
  const { data: routes } = useSuspenseQuery(routesQuery(integration.id));
  const forbidden = useForbidden('integrations:write');
  const [opened, setOpened] = useState<{ route: Route | null } | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ['integrations'] });
  const { move, conflict } = useOrder({
    path: '/integrations/{id}/routes_order',
    id: integration.id,
    items: routes,
    isFixed: (route) => route.is_the_last_route,
    queryKey: routesQuery(integration.id).queryKey,
    stale: ['integrations'],
    failed: 'The order was not saved',
  });
  const remove = useMutation({
    mutationFn: (route: Route) => api.delete('/routes/{id}', { path: { id: route.id } }),
    onSuccess: async (_answer, route) => {
      await refresh();
      const { id: _id, is_the_last_route: _last, ...body } = route;
      const restore = async () => {
        await api.post('/routes', { body });
        await refresh();
      };
      showToast({ kind: 'done', text: 'Route deleted', action: { label: 'Undo', run: restore } });
    },
    onError: (error) => showToast({ kind: 'failed', text: 'The route was not deleted', detail: errorText(error) }),
  });
  return (
    <Card
      title="Routes"
      actions={
        <Button
          size="small"
          icon={<Plus className="size-4" aria-hidden />}
          disabledReason={forbidden}
          onClick={() => setOpened({ route: null })}
        >
          Add route
        </Button>
      }
    >
      {conflict !== null && (
        <OrderConflict
          {...conflict}
          nameOf={(id) => {
            const route = routes.find((one) => one.id === id);
            if (route === undefined) return 'a route that is gone';
            return <code className="font-mono text-[0.9rem]">{conditionText(route).term ?? 'a route'}</code>;
          }}
        />
      )}
      <SortableList
        label="Routes as they are tried"
        items={routes}
        itemKey={({ id }) => id}
        itemLabel={(route) => `route ${conditionText(route).term ?? 'default'}`}
        isFixed={(route) => route.is_the_last_route}
        disabled={forbidden !== null}
        onMove={move}
      >
        {(route, handle, index) => (
          <RouteRow
            route={route}
            number={index + 1}
            handle={handle}
            forbidden={forbidden}
            isFirst={index === 0}
            isLast={index >= routes.length - 2}
            onEdit={() => setOpened({ route })}
            onMove={(by) => move(route, index + by)}
            onDelete={() => remove.mutate(route)}
          />
        )}
      </SortableList>
      {opened !== null && <RouteDrawer integration={integration} route={opened.route} onClose={() => setOpened(null)} />}
    </Card>
  );
}

type RowProps = {
  route: Route;
  number: number;
  handle: ReactNode;
  forbidden: string | null;
  isFirst: boolean;
  isLast: boolean;
  onEdit: () => void;
  onMove: (by: number) => void;
  onDelete: () => void;
};

function RouteRow({ route, number, handle, forbidden, isFirst, isLast, onEdit, onMove, onDelete }: RowProps) {
  const { data: chains = [] } = useQuery(chainsQuery);
  const { data: counters } = useQuery(integrationCountersQuery(route.integration_id));
  const { lead, term } = conditionText(route);
  const chain = chains.find(({ id }) => id === route.escalation_chain_id);
  const groups = counters?.routes[route.id]?.alert_groups_24h ?? 0;
  const position = route.is_the_last_route ? (number === 1 ? '' : 'Else') : number === 1 ? 'If' : 'Else if';
  return (
    <div className="flex items-start gap-1.5 rounded-lg border border-line bg-surface p-2.5">
      {handle}
      <div className="min-w-0 flex-1 space-y-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          {position !== '' && <span className="text-[0.86rem] font-semibold text-muted uppercase">{position}</span>}
          <span>{lead}</span>
          <span className="ml-auto text-[0.93rem] text-muted">{groups === 1 ? '1 group' : `${groups} groups`} in 24 h</span>
        </p>
        {term !== null && (
          <code className="block rounded bg-sunken px-2 py-1 font-mono text-[0.9rem] whitespace-pre-wrap [overflow-wrap:anywhere]">
            {term}
          </code>
        )}
        {route.escalation_chain_id === null ? (
          <p className="flex items-center gap-1.5 text-warn">
            <TriangleAlert className="size-4 shrink-0" aria-hidden />
            No escalation chain: nobody is notified
          </p>
        ) : (
          <p className="flex items-center gap-1.5">
            <CornerDownRight className="size-4 shrink-0 text-muted" aria-hidden />
            <Link
              to="/escalations/$id"
              params={{ id: route.escalation_chain_id }}
              className="text-accent underline underline-offset-2 [overflow-wrap:anywhere]"
            >
              {chain?.name ?? 'A chain of another team'}
            </Link>
          </p>
        )}
      </div>
      <Menu
        align="end"
        trigger={
          <IconButton size="small" label={`Actions of route ${number}`} icon={<Ellipsis className="size-4" aria-hidden />} />
        }
        items={[
          { label: 'Edit', disabledReason: forbidden, onSelect: onEdit },
          ...(route.is_the_last_route
            ? []
            : [
                {
                  label: 'Move up',
                  disabledReason: forbidden ?? (isFirst ? 'It is the first.' : null),
                  onSelect: () => onMove(-1),
                },
                {
                  label: 'Move down',
                  disabledReason: forbidden ?? (isLast ? 'Only the default comes after it.' : null),
                  onSelect: () => onMove(1),
                },
                { label: 'Delete', danger: true, disabledReason: forbidden, onSelect: onDelete },
              ]),
        ]}
      />
    </div>
  );
}
