import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { integrationsQuery, nameOfUser, teamsQuery, usersQuery } from '../../api/directory.ts';
import { useCan, useForbidden } from '../../api/session.ts';
import type { AlertGroup } from '../../api/types.ts';
import { SilenceDialog } from '../../features/alert-groups/silence.tsx';
import { type Act, undoingAction } from '../../features/alert-groups/transitions.ts';
import { useShortcuts } from '../../lib/keyboard.tsx';
import { GroupRow } from './GroupRow.tsx';

type Props = {
  groups: readonly AlertGroup[];
  hasMore: boolean;
  onMore: () => void;
  selected: ReadonlySet<string>;
  onSelected: (selected: ReadonlySet<string>) => void;
  onAct: (groups: readonly AlertGroup[], act: Act) => void;
  onFilterLabel: (label: string) => void;
};

const ROW_HEIGHT = 58;
const NEAR_END = 20;

const nameMap = (rows: readonly { id: string; name: string }[] | undefined): ReadonlyMap<string, string> =>
  new Map((rows ?? []).map(({ id, name }) => [id, name]));

function useNames() {
  const integrations = useQuery({ ...integrationsQuery, enabled: useCan('integrations:read') }).data;
  const teams = useQuery({ ...teamsQuery, enabled: useCan('user-settings:read') }).data;
  const users = useQuery({ ...usersQuery, enabled: useCan('user-settings:read') }).data;
  return useMemo(
    () => ({
      integrations: nameMap(integrations?.map(({ id, name }) => ({ id, name: name ?? id }))),
      teams: nameMap(teams),
      users: nameMap(users?.map((user) => ({ id: user.id, name: nameOfUser(user) }))),
    }),
    [integrations, teams, users],
  );
}

/** The rows. Only those near the screen exist in the page, so that thousands scroll smoothly. */
export function GroupList({ groups, hasMore, onMore, selected, onSelected, onAct, onFilterLabel }: Props) {
  const names = useNames();
  const forbidden = useForbidden('alert-groups:write');
  const navigate = useNavigate();
  const box = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const [lastSelected, setLastSelected] = useState<string | null>(null);
  const [silencing, setSilencing] = useState<readonly AlertGroup[] | null>(null);
  const wantedFocus = useRef<string | null>(null);
  useLayoutEffect(() => setMargin(box.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({
    count: groups.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollMargin: margin,
    getItemKey: (index) => groups[index]?.id ?? index,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= groups.length - NEAR_END) onMore();
  }, [hasMore, last, groups.length, onMore]);
  useEffect(() => {
    if (wantedFocus.current === null) return;
    const link = box.current?.querySelector<HTMLElement>(`[data-group="${CSS.escape(wantedFocus.current)}"] [data-row-link]`);
    if (link == null) return;
    wantedFocus.current = null;
    link.focus({ preventScroll: true });
  });

  /** The row that holds the focus. */
  const current = (): number => {
    const id = document.activeElement?.closest('[data-group]')?.getAttribute('data-group');
    return id === undefined || id === null ? -1 : groups.findIndex((group) => group.id === id);
  };
  const focusRow = (index: number) => {
    const to = Math.max(0, Math.min(groups.length - 1, index));
    const group = groups[to];
    if (group === undefined) return;
    virtual.scrollToIndex(to, { align: 'auto' });
    const link = box.current?.querySelector<HTMLElement>(`[data-group="${CSS.escape(group.id)}"] [data-row-link]`);
    if (link == null) wantedFocus.current = group.id;
    else link.focus({ preventScroll: true });
  };
  const select = (id: string, on: boolean, range: boolean) => {
    const next = new Set(selected);
    const from = range && lastSelected !== null ? groups.findIndex((group) => group.id === lastSelected) : -1;
    const to = groups.findIndex((group) => group.id === id);
    const ids = from < 0 ? [id] : groups.slice(Math.min(from, to), Math.max(from, to) + 1).map((group) => group.id);
    for (const one of ids) {
      if (on) next.add(one);
      else next.delete(one);
    }
    setLastSelected(id);
    onSelected(next);
  };
  /** What keys act on: the selection, else the row with the focus. */
  const targets = (): readonly AlertGroup[] => {
    if (selected.size > 0) return groups.filter(({ id }) => selected.has(id));
    const group = groups[current()];
    return group === undefined ? [] : [group];
  };
  const actByKey = (act: Act) => {
    const on = targets();
    if (on.length > 0 && forbidden === null) onAct(on, act);
  };
  const group = 'Alert groups';
  useShortcuts([
    { keys: 'j', label: 'Next row', group, run: () => focusRow(current() + 1) },
    { keys: 'k', label: 'Previous row', group, run: () => focusRow(current() - 1) },
    { keys: 'ArrowDown', run: () => focusRow(current() + 1) },
    { keys: 'ArrowUp', run: () => focusRow(current() - 1) },
    {
      keys: 'o',
      label: 'Open in a new tab',
      group,
      run: () => {
        const id = groups[current()]?.id;
        if (id !== undefined) window.open(`/alert-groups/${id}`, '_blank', 'noopener');
      },
    },
    {
      keys: 'Enter',
      label: 'Open',
      group,
      run: () => {
        const id = groups[current()]?.id;
        if (id !== undefined) void navigate({ to: '/alert-groups/$id', params: { id } });
        else if (document.activeElement instanceof HTMLElement) document.activeElement.click();
      },
    },
    {
      keys: 'x',
      label: 'Select',
      group,
      run: () => {
        const id = groups[current()]?.id;
        if (id !== undefined) select(id, !selected.has(id), false);
      },
    },
    {
      keys: 'shift+x',
      label: 'Select up to here',
      group,
      run: () => {
        const id = groups[current()]?.id;
        if (id !== undefined) select(id, true, true);
      },
    },
    { keys: 'mod+a', label: 'Select all loaded', group, run: () => onSelected(new Set(groups.map(({ id }) => id))) },
    { keys: 'a', label: 'Acknowledge', group, run: () => actByKey({ action: 'acknowledge' }) },
    { keys: 'r', label: 'Resolve', group, run: () => actByKey({ action: 'resolve' }) },
    { keys: 's', label: 'Silence', group, run: () => forbidden === null && targets().length > 0 && setSilencing(targets()) },
    {
      keys: 'u',
      label: 'Undo the state: unacknowledge, unsilence, unresolve',
      group,
      run: () => {
        for (const one of targets()) {
          const action = undoingAction(one.state);
          if (action !== null && forbidden === null) onAct([one], { action });
        }
      },
    },
    { keys: 'Escape', label: 'Clear the selection', group, run: () => onSelected(new Set()) },
  ]);

  return (
    <div ref={box}>
      <ul aria-label="Alert groups" className="relative rounded-b-lg" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const one = groups[item.index];
          if (one === undefined) return null;
          const people = [[one.acknowledged_by, 'acknowledged'] as const, [one.resolved_by, 'resolved'] as const].flatMap(
            ([id, did]) => (id === null ? [] : [{ id, name: names.users.get(id) ?? id, did }]),
          );
          return (
            <li
              key={item.key}
              data-index={item.index}
              ref={virtual.measureElement}
              aria-setsize={hasMore ? -1 : groups.length}
              aria-posinset={item.index + 1}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${item.start - virtual.options.scrollMargin}px)` }}
            >
              <GroupRow
                group={one}
                selected={selected.has(one.id)}
                integrationName={names.integrations.get(one.integration_id) ?? null}
                teamName={one.team_id === null ? null : (names.teams.get(one.team_id) ?? null)}
                people={people.filter((person, index) => people.findIndex(({ id }) => id === person.id) === index)}
                forbidden={forbidden}
                onSelect={(on, range) => select(one.id, on, range)}
                onAct={(act) => onAct([one], act)}
                onSilenceCustom={() => setSilencing([one])}
                onFilterLabel={onFilterLabel}
              />
            </li>
          );
        })}
      </ul>
      {silencing !== null && (
        <SilenceDialog onClose={() => setSilencing(null)} onSilence={(delay) => onAct(silencing, { action: 'silence', delay })} />
      )}
    </div>
  );
}
