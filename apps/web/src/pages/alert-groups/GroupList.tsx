import { useNavigate } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { type CSSProperties, useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useForbidden } from '../../api/session.ts';
import type { AlertGroup } from '../../api/types.ts';
import { SilenceDialog, silenceItems } from '../../features/alert-groups/silence.tsx';
import { type Act, allowedActions, LABELS, undoingAction } from '../../features/alert-groups/transitions.ts';
import { useShortcuts } from '../../lib/keyboard.tsx';
import { MenuAt, type MenuItem, useMedia } from '../../ui/index.ts';
import { entriesOf, gridOf, type ListLook } from './columns.ts';
import { GroupRow, type Names, type RowHandlers } from './GroupRow.tsx';
import { ListHeader } from './ListHeader.tsx';

type Props = {
  groups: readonly AlertGroup[];
  hasMore: boolean;
  onMore: () => void;
  look: ListLook;
  names: Names;
  /** What rows stand under: `integration`, `team`, `state` or `label:<key>`. */
  groupBy: string | undefined;
  selected: ReadonlySet<string>;
  onSelected: (selected: ReadonlySet<string>) => void;
  onAct: (groups: readonly AlertGroup[], act: Act) => void;
  onFilterLabel: (label: string) => void;
};

const ROW_HEIGHT = { comfortable: 62, compact: 44 };
const HEADING_HEIGHT = 37;
const NEAR_END = 20;
const OVERSCAN = 4;

/** The functions as they are now, behind ones that never change. */
function useStable(handlers: RowHandlers): RowHandlers {
  const latest = useRef(handlers);
  useLayoutEffect(() => {
    latest.current = handlers;
  });
  return useMemo(
    () => ({
      select: (...given) => latest.current.select(...given),
      act: (...given) => latest.current.act(...given),
      open: (...given) => latest.current.open(...given),
      openMenu: (...given) => latest.current.openMenu(...given),
      filterLabel: (...given) => latest.current.filterLabel(...given),
    }),
    [],
  );
}

/** The rows. Only those near the screen exist in the page, so that thousands scroll smoothly. */
export function GroupList({ groups, hasMore, onMore, look, names, groupBy, selected, onSelected, onAct, onFilterLabel }: Props) {
  const forbidden = useForbidden('alert-groups:write');
  const navigate = useNavigate();
  const wide = useMedia('(min-width: 64rem)');
  const touch = useMedia('(pointer: coarse)');
  const box = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const [lastSelected, setLastSelected] = useState<string | null>(null);
  const [silencing, setSilencing] = useState<readonly AlertGroup[] | null>(null);
  const [menu, setMenu] = useState<{ id: string; anchor: HTMLElement | { x: number; y: number } } | null>(null);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const wantedFocus = useRef<string | null>(null);
  useLayoutEffect(() => setMargin(box.current?.offsetTop ?? 0), []);
  const entries = useMemo(() => entriesOf(groups, groupBy, names, collapsed), [groups, groupBy, names, collapsed]);
  /** The groups in the order of the screen, those of folded headings left out. */
  const rows = useMemo(
    () => (groupBy === undefined ? groups : entries.flatMap((entry) => (entry.kind === 'row' ? [entry.group] : []))),
    [entries, groups, groupBy],
  );
  const virtual = useWindowVirtualizer({
    count: entries.length,
    estimateSize: (index) => (entries[index]?.kind === 'heading' ? HEADING_HEIGHT : ROW_HEIGHT[look.density]),
    overscan: OVERSCAN,
    scrollMargin: margin,
    useFlushSync: false,
    getItemKey: (index) => {
      const entry = entries[index];
      return entry === undefined ? index : entry.kind === 'row' ? entry.group.id : `heading ${entry.heading}`;
    },
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const isNearEnd = hasMore && last >= entries.length - NEAR_END;
  const more = useEffectEvent(onMore);
  useEffect(() => {
    if (isNearEnd) more();
  }, [isNearEnd]);
  useEffect(() => {
    if (wantedFocus.current === null) return;
    const link = box.current?.querySelector<HTMLElement>(`[data-group="${CSS.escape(wantedFocus.current)}"] [data-row-link]`);
    if (link == null) return;
    wantedFocus.current = null;
    link.focus({ preventScroll: true });
  });

  /** The row that holds the focus, or gets it as soon as it is there. */
  const current = (): number => {
    const id = wantedFocus.current ?? document.activeElement?.closest('[data-group]')?.getAttribute('data-group');
    return id === undefined || id === null ? -1 : rows.findIndex((group) => group.id === id);
  };
  const focusRow = (index: number) => {
    const group = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (group === undefined) return;
    virtual.scrollToIndex(
      entries.findIndex((entry) => entry.kind === 'row' && entry.group.id === group.id),
      { align: 'auto' },
    );
    const link = box.current?.querySelector<HTMLElement>(`[data-group="${CSS.escape(group.id)}"] [data-row-link]`);
    if (link == null) wantedFocus.current = group.id;
    else {
      wantedFocus.current = null;
      link.focus({ preventScroll: true });
    }
  };
  const select = (id: string, on: boolean, range: boolean) => {
    const next = new Set(selected);
    const from = range && lastSelected !== null ? rows.findIndex((group) => group.id === lastSelected) : -1;
    const to = rows.findIndex((group) => group.id === id);
    const ids = from < 0 ? [id] : rows.slice(Math.min(from, to), Math.max(from, to) + 1).map((group) => group.id);
    for (const one of ids) {
      if (on) next.add(one);
      else next.delete(one);
    }
    setLastSelected(id);
    onSelected(next);
  };
  const open = (id: string) => void navigate({ to: '/alert-groups/$id', params: { id } });
  const handlers = useStable({
    select,
    act: (group, act) => onAct([group], act),
    open,
    openMenu: (group, anchor) => setMenu({ id: group.id, anchor }),
    filterLabel: onFilterLabel,
  });
  /** What keys act on: the selection, else the row with the focus. */
  const targets = (): readonly AlertGroup[] => {
    if (selected.size > 0) return groups.filter(({ id }) => selected.has(id));
    const group = rows[current()];
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
        const id = rows[current()]?.id;
        if (id !== undefined) window.open(`/alert-groups/${id}`, '_blank', 'noopener');
      },
    },
    {
      keys: 'Enter',
      label: 'Open',
      group,
      run: () => {
        const focused = document.activeElement;
        const id = rows[current()]?.id;
        // A button or a label of the row is pressed itself.
        if (id !== undefined && focused?.hasAttribute('data-row-link') === true) open(id);
        else if (focused instanceof HTMLElement) focused.click();
      },
    },
    {
      keys: 'x',
      label: 'Select',
      group,
      run: () => {
        const id = rows[current()]?.id;
        if (id !== undefined) select(id, !selected.has(id), false);
      },
    },
    {
      keys: 'shift+x',
      label: 'Select up to here',
      group,
      run: () => {
        const id = rows[current()]?.id;
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
  const menuGroup = menu === null ? undefined : groups.find(({ id }) => id === menu.id);
  const menuItems: MenuItem[] =
    menuGroup === undefined
      ? []
      : [
          ...allowedActions(menuGroup).map(
            (action): MenuItem =>
              action === 'silence' && forbidden === null
                ? {
                    label: 'Silence',
                    items: silenceItems(
                      (delay) => onAct([menuGroup], { action, delay }),
                      () => setSilencing([menuGroup]),
                    ),
                  }
                : { label: LABELS[action], disabledReason: forbidden, onSelect: () => onAct([menuGroup], { action }) },
          ),
          'separator',
          {
            label: 'Open in a new tab',
            onSelect: () => void window.open(`/alert-groups/${menuGroup.id}`, '_blank', 'noopener'),
          },
        ];

  return (
    <div style={{ '--columns': gridOf(look) } as CSSProperties}>
      {rows.length > 0 && wide && <ListHeader look={look} />}
      <div ref={box}>
        <ul aria-label="Alert groups" className="relative rounded-b-lg" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const entry = entries[item.index];
            if (entry === undefined) return null;
            return (
              <li
                key={item.key}
                data-index={item.index}
                ref={virtual.measureElement}
                aria-setsize={hasMore ? -1 : entries.length}
                aria-posinset={item.index + 1}
                className="absolute inset-x-0 top-0 contain-content"
                style={{ transform: `translateY(${item.start - virtual.options.scrollMargin}px)` }}
              >
                {entry.kind === 'heading' ? (
                  <button
                    type="button"
                    aria-expanded={!entry.collapsed}
                    onClick={() => {
                      const next = new Set(collapsed);
                      if (!next.delete(entry.heading)) next.add(entry.heading);
                      setCollapsed(next);
                    }}
                    className="flex w-full items-center gap-2 border-b border-line bg-sunken px-3 py-2 text-left font-medium hover:bg-hover sm:px-4"
                  >
                    {entry.collapsed ? (
                      <ChevronRight className="size-4" aria-hidden />
                    ) : (
                      <ChevronDown className="size-4" aria-hidden />
                    )}
                    <bdi className="min-w-0 truncate">{entry.heading}</bdi>
                    <span className="font-normal text-muted tabular-nums">
                      {entry.count}
                      {hasMore && '+'}
                    </span>
                  </button>
                ) : (
                  <GroupRow
                    group={entry.group}
                    selected={selected.has(entry.group.id)}
                    names={names}
                    look={look}
                    wide={wide}
                    touch={touch}
                    forbidden={forbidden}
                    handlers={handlers}
                  />
                )}
              </li>
            );
          })}
        </ul>
      </div>
      <MenuAt
        anchor={menuGroup === undefined ? null : (menu?.anchor ?? null)}
        label={`Actions for #${menuGroup?.alert_group_number ?? ''}`}
        items={menuItems}
        onClose={() => setMenu(null)}
      />
      {silencing !== null && (
        <SilenceDialog onClose={() => setSilencing(null)} onSilence={(delay) => onAct(silencing, { action: 'silence', delay })} />
      )}
    </div>
  );
}
