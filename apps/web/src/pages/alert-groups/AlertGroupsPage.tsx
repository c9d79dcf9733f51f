import { useQuery, useQueryClient, useSuspenseInfiniteQuery } from '@tanstack/react-query';
import { ArrowUp, BellOff, Inbox } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useCan } from '../../api/session.ts';
import type { AlertGroup } from '../../api/types.ts';
import { lastList } from '../../features/alert-groups/last-list.ts';
import { countsQuery, groupsQuery } from '../../features/alert-groups/queries.ts';
import { forgetWaiting, holdLists, readWaiting, showWaiting, subscribeWaiting } from '../../features/alert-groups/refresh.ts';
import type { Act } from '../../features/alert-groups/transitions.ts';
import { useGroupActions } from '../../features/alert-groups/use-group-actions.ts';
import { useShortcuts } from '../../lib/keyboard.tsx';
import { Button, buttonClasses, EmptyState, Page, SkeletonRows } from '../../ui/index.ts';
import { BulkBar } from './BulkBar.tsx';
import { FilterBar } from './FilterBar.tsx';
import { activeFilters, type GroupFilter, parseFilter, type StateWord, statesOf, toQuery, withState } from './filter.ts';
import { GroupList } from './GroupList.tsx';
import { alertGroupsRoute } from './routes.ts';
import { SavedViews } from './SavedViews.tsx';
import { StateCards } from './StateCards.tsx';

const SCROLLED_PX = 200;

/** The list of alert groups (web-ui.md 5). */
export function AlertGroupsPage() {
  const filter = parseFilter(alertGroupsRoute.useSearch());
  const { now } = alertGroupsRoute.useLoaderData();
  const navigate = alertGroupsRoute.useNavigate();
  const client = useQueryClient();
  const query = toQuery(filter, now);
  const states = statesOf(filter);
  const list = useSuspenseInfiniteQuery(groupsQuery({ ...query, state: states }));
  const counts = useQuery(countsQuery(query));
  const actions = useGroupActions();
  const waiting = useSyncExternalStore(subscribeWaiting, readWaiting);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [pending, setPending] = useState(false);
  const [menuOpen, setMenuOpen] = useState(false);
  const [hovered, setHovered] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const groups = list.data.pages.flatMap((page) => page.results);
  const chosen = groups.filter(({ id }) => selected.has(id));

  useEffect(() => {
    const hold = () => holdLists(client, hovered || selected.size > 0 || scrollY > SCROLLED_PX);
    hold();
    addEventListener('scrollend', hold);
    return () => removeEventListener('scrollend', hold);
  }, [client, hovered, selected]);
  useEffect(() => lastList.remember(filter, groupsQuery({ ...query, state: states }).queryKey));
  useEffect(() => {
    forgetWaiting();
    return () => holdLists(client, false);
  }, [client]);

  const change = useCallback(
    (changes: Partial<Record<keyof GroupFilter, unknown>>, options: { replace?: boolean } = {}) => {
      forgetWaiting();
      void navigate({
        search: (old) => {
          const next: Record<string, unknown> = { ...old, ...changes };
          return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)) as GroupFilter;
        },
        replace: options.replace ?? false,
        resetScroll: false,
      });
    },
    [navigate],
  );
  const toggleState = (state: StateWord) => {
    forgetWaiting();
    // From the newest address, not from what is painted: clicks may come faster than answers.
    void navigate({ search: (old) => withState(old, state), resetScroll: false });
  };
  const act = async (on: readonly AlertGroup[], what: Act) => {
    const [single] = on;
    if (on.length === 1 && single !== undefined) await actions.one(single, what);
    else {
      setPending(true);
      await actions.many(on, what);
      setPending(false);
    }
    setSelected(new Set());
  };
  useShortcuts([
    { keys: '/', label: 'Search', group: 'Alert groups', run: () => search.current?.focus() },
    { keys: 'f', label: 'Filter', group: 'Alert groups', run: () => setMenuOpen(true) },
  ]);
  const canCreate = useCan('integrations:write');
  const filtered = activeFilters(filter).length > 0 || filter.state !== undefined || filter.started_at !== undefined;
  const clearAll = () => void navigate({ search: (old): GroupFilter => (old.page === undefined ? {} : { page: old.page }) });

  return (
    <Page title="Alert groups" actions={<SavedViews filter={filter} onOpen={(next) => void navigate({ search: next })} />}>
      <StateCards counts={counts.data} chosen={states} onToggle={toggleState} />
      <FilterBar filter={filter} onChange={change} searchRef={search} menuOpen={menuOpen} onMenuOpen={setMenuOpen} />
      {waiting > 0 && (
        <div className="sticky top-16 z-10 mb-2 flex justify-center">
          <Button
            kind="primary"
            size="small"
            icon={<ArrowUp className="size-4" aria-hidden />}
            onClick={() => {
              scrollTo({ top: 0 });
              void showWaiting(client);
            }}
          >
            {waiting} new
          </Button>
        </div>
      )}
      <section
        aria-label="List"
        aria-busy={list.isFetching}
        onPointerEnter={(event) => event.pointerType === 'mouse' && setHovered(true)}
        onPointerLeave={() => setHovered(false)}
        className="rounded-lg border border-line bg-surface shadow-card [&>div>ul>li:last-child>div]:border-b-0"
      >
        {groups.length === 0 && filtered && (
          <EmptyState icon={<BellOff />} title="Nothing matches" actions={<Button onClick={clearAll}>Clear all filters</Button>}>
            No alert group of this period fits what is filtered above.
          </EmptyState>
        )}
        {groups.length === 0 && !filtered && (
          <EmptyState
            icon={<Inbox />}
            title="All quiet"
            actions={
              canCreate && (
                <a href="/integrations" className={buttonClasses('secondary')}>
                  Set up an integration
                </a>
              )
            }
          >
            Nothing fires. Alerts come in through integrations: each has an address that a monitoring system sends to, and alerts
            about the same thing become one alert group here.
          </EmptyState>
        )}
        <GroupList
          groups={groups}
          hasMore={list.hasNextPage && !list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
          selected={selected}
          onSelected={setSelected}
          onAct={(on, what) => void act(on, what)}
          onFilterLabel={(label) => change({ label: [...new Set([...(filter.label ?? []), label])] })}
        />
        {list.isFetchingNextPage && <SkeletonRows rows={3} label="Loading more" />}
      </section>
      {chosen.length > 0 && (
        <BulkBar
          groups={chosen}
          loaded={groups.length}
          pending={pending}
          onAct={(what) => void act(chosen, what)}
          onClear={() => setSelected(new Set())}
          onSelectAll={() => setSelected(new Set(groups.map(({ id }) => id)))}
        />
      )}
    </Page>
  );
}
