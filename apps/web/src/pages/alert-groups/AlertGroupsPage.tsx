import { useQuery, useQueryClient, useSuspenseInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowUp, BellOff, Inbox } from 'lucide-react';
import { lazy, Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { errorText } from '../../api/errors.ts';
import { useCan, useSession } from '../../api/session.ts';
import type { AlertGroup } from '../../api/types.ts';
import { lastList } from '../../features/alert-groups/last-list.ts';
import { askForNote } from '../../features/alert-groups/note-request.ts';
import { countsQuery, groupsQuery } from '../../features/alert-groups/queries.ts';
import {
  forgetWaiting,
  holdLists,
  pauseUpdates,
  readWaiting,
  showWaiting,
  subscribeWaiting,
} from '../../features/alert-groups/refresh.ts';
import { type Act, DONE } from '../../features/alert-groups/transitions.ts';
import { useGroupActions } from '../../features/alert-groups/use-group-actions.ts';
import { TeamScopeChip } from '../../features/team-scope/TeamScope.tsx';
import { useTeamScope } from '../../features/team-scope/team-scope.ts';
import { useShortcuts } from '../../lib/keyboard.tsx';
import { Button, buttonClasses, cx, EmptyState, Page, SkeletonRows, showToast } from '../../ui/index.ts';
import { BulkBar } from './BulkBar.tsx';
import { BulkResult, type Result } from './BulkResult.tsx';
import type { BulkProgress } from './bulk-all.ts';
import { useLook } from './columns.ts';
import { FilterBar } from './FilterBar.tsx';
import {
  activeFilters,
  type GroupFilter,
  inTeamScope,
  parseFilter,
  type StateWord,
  statesOf,
  toQuery,
  withState,
} from './filter.ts';
import { GroupList } from './GroupList.tsx';
import { alertGroupsRoute } from './routes.ts';
import { SavedViews } from './SavedViews.tsx';
import { StateCards } from './StateCards.tsx';
import { useNames } from './use-names.ts';
import { ViewMenu } from './ViewMenu.tsx';

const FacetPanel = lazy(() => import('./FacetPanel.tsx'));

const SCROLLED_PX = 200;
const FACETS = 'tocsin.facets';

/** The list of alert groups (web-ui.md 5). */
export function AlertGroupsPage() {
  const filter = parseFilter(alertGroupsRoute.useSearch());
  const { now } = alertGroupsRoute.useLoaderData();
  const navigate = alertGroupsRoute.useNavigate();
  const client = useQueryClient();
  // The list of before stays until the one for other teams is there.
  const teams = useDeferredValue(useTeamScope().teams);
  const query = toQuery(inTeamScope(filter, teams), now);
  const states = statesOf(filter);
  const list = useSuspenseInfiniteQuery(groupsQuery({ ...query, state: states }));
  const counts = useQuery(countsQuery(query));
  const actions = useGroupActions();
  const waiting = useSyncExternalStore(subscribeWaiting, readWaiting);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [pending, setPending] = useState(false);
  const [menuOpen, setMenuOpen] = useState(false);
  const [hovered, setHovered] = useState(false);
  const [allMatching, setAllMatching] = useState(false);
  const [progress, setProgress] = useState<BulkProgress | null>(null);
  const [result, setResult] = useState<Result | null>(null);
  const [facetsOpen, setFacetsOpen] = useState(() => localStorage.getItem(FACETS) === 'open');
  const stop = useRef<AbortController | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const look = useLook();
  const names = useNames();
  const noteRequired = useSession().organization.is_resolution_note_required;
  const groups = useMemo(() => list.data.pages.flatMap((page) => page.results), [list.data]);
  const listQuery = { ...query, state: states };
  const matching = states.reduce((sum, state) => sum + (counts.data?.[state === 'new' ? 'firing' : state] ?? 0), 0);
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
  const select = (next: ReadonlySet<string>) => {
    setSelected(next);
    setAllMatching(false);
  };
  const actOnAllMatching = async (what: Act) => {
    const note = what.action === 'resolve' && noteRequired ? await askForNote(matching) : undefined;
    if (note === null) return;
    const control = new AbortController();
    stop.current = control;
    setProgress({ done: 0, of: matching });
    const resume = pauseUpdates();
    try {
      const { actOnAll } = await import('./bulk-all.ts');
      const { rows, of, end } = await actOnAll(listQuery, what, note, {
        matching,
        signal: control.signal,
        progress: setProgress,
      });
      setResult({ action: what.action, rows });
      const done = rows.filter((row) => row.result === 'done').length;
      const text = `${done.toLocaleString('en-GB')} of ${of.toLocaleString('en-GB')} ${DONE[what.action]}`;
      if (end === 'all') showToast({ text });
      else if (end === 'stopped') showToast({ kind: 'info', text, detail: 'Stopped: the rest is as it was.' });
      else showToast({ kind: 'failed', text, detail: `The rest is as it was. ${errorText(end.failed)}` });
    } catch (error) {
      showToast({ kind: 'failed', text: 'Nothing was changed', detail: errorText(error) });
    } finally {
      setProgress(null);
      resume();
      await client.invalidateQueries({ queryKey: ['alert-groups'] });
    }
  };
  const act = async (on: readonly AlertGroup[], what: Act) => {
    const [single] = on;
    setResult(null);
    if (on.length === 1 && single !== undefined) await actions.one(single, what);
    else {
      setPending(true);
      const answer = await actions.many(on, what);
      if (answer !== null) setResult({ action: what.action, rows: answer.results });
      setPending(false);
    }
    // What was chosen meanwhile stays chosen.
    const acted = new Set(on.map(({ id }) => id));
    setSelected((now) => new Set([...now].filter((id) => !acted.has(id))));
  };
  const showFacets = (open: boolean) => {
    localStorage.setItem(FACETS, open ? 'open' : 'closed');
    setFacetsOpen(open);
  };
  useShortcuts([
    { keys: '/', label: 'Search', group: 'Alert groups', run: () => search.current?.focus() },
    { keys: 'f', label: 'Filter', group: 'Alert groups', run: () => setMenuOpen(true) },
  ]);
  const canCreate = useCan('integrations:write');
  const filtered = activeFilters(filter).length > 0 || filter.state !== undefined || filter.started_at !== undefined;
  const clearAll = () => void navigate({ search: (old): GroupFilter => (old.page === undefined ? {} : { page: old.page }) });

  const keepDrawer = (next: GroupFilter): GroupFilter => (filter.page === undefined ? next : { ...next, page: filter.page });

  return (
    <Page
      title="Alert groups"
      actions={
        <>
          <SavedViews filter={filter} look={look} onOpen={(next) => void navigate({ search: keepDrawer(next) })} />
          <ViewMenu
            look={look}
            query={listQuery}
            names={names}
            groupBy={filter.group_by}
            onGroupBy={(by) => change({ group_by: by })}
          />
        </>
      }
    >
      <StateCards counts={counts.data} chosen={states} onToggle={toggleState} />
      <FilterBar
        filter={filter}
        query={listQuery}
        onChange={change}
        onReplace={(next) =>
          void navigate({
            search: keepDrawer({ ...next, ...(filter.group_by === undefined ? {} : { group_by: filter.group_by }) }),
          })
        }
        searchRef={search}
        menuOpen={menuOpen}
        onMenuOpen={setMenuOpen}
        facetsOpen={facetsOpen}
        onFacets={showFacets}
      />
      {filter.team_id === undefined && <TeamScopeChip />}
      {result !== null && (
        <BulkResult
          result={result}
          groups={groups}
          onRetry={(ids) => {
            select(ids);
            setResult(null);
          }}
          onClose={() => setResult(null)}
        />
      )}
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
      <div className={cx(facetsOpen && 'items-start gap-4 lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]')}>
        {facetsOpen && (
          <Suspense fallback={<SkeletonRows rows={6} label="Counting" />}>
            <FacetPanel filter={filter} query={listQuery} onChange={change} onClose={() => showFacets(false)} />
          </Suspense>
        )}
        <section
          aria-label="List"
          aria-busy={list.isFetching}
          onPointerEnter={(event) => event.pointerType === 'mouse' && setHovered(true)}
          onPointerLeave={() => setHovered(false)}
          className="rounded-lg border border-line bg-surface shadow-card"
        >
          {groups.length === 0 && (filtered || teams.length > 0) && (
            <EmptyState
              icon={<BellOff />}
              title="Nothing matches"
              actions={<Button onClick={clearAll}>Clear all filters</Button>}
            >
              No alert group of this period fits what is filtered above.
            </EmptyState>
          )}
          {groups.length === 0 && !filtered && teams.length === 0 && (
            <EmptyState
              icon={<Inbox />}
              title="All quiet"
              actions={
                canCreate && (
                  <Link to="/integrations" className={buttonClasses('secondary')}>
                    Set up an integration
                  </Link>
                )
              }
            >
              Nothing fires. Alerts come in through integrations: each has an address that a monitoring system sends to, and
              alerts about the same thing become one alert group here.
            </EmptyState>
          )}
          <GroupList
            groups={groups}
            hasMore={list.hasNextPage && !list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
            look={look}
            names={names}
            groupBy={filter.group_by}
            selected={selected}
            onSelected={select}
            onAct={(on, what) => void act(on, what)}
            onFilterLabel={(label) => change({ label: [...new Set([...(filter.label ?? []), label])] })}
          />
          {list.isFetchingNextPage && <SkeletonRows rows={3} label="Loading more" />}
        </section>
      </div>
      {(chosen.length > 0 || progress !== null) && (
        <BulkBar
          selected={chosen.length}
          loaded={groups.length}
          matching={matching}
          allMatching={allMatching}
          pending={pending}
          progress={progress}
          onAct={(what) => {
            if (!allMatching) return void act(chosen, what);
            select(new Set());
            void actOnAllMatching(what);
          }}
          onClear={() => select(new Set())}
          onSelectAll={() => select(new Set(groups.map(({ id }) => id)))}
          onSelectMatching={() => setAllMatching(true)}
          onCancel={() => stop.current?.abort()}
        />
      )}
    </Page>
  );
}
