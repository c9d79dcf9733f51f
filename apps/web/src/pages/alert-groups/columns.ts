import { useSyncExternalStore } from 'react';
import type { AlertGroup } from '../../api/types.ts';

/** What a row shows beside its title: columns, in their order, of which those of label keys are `label:<key>`. */
export type ListLook = {
  columns: readonly string[];
  density: 'comfortable' | 'compact';
  wrap: boolean;
  /** Pixels of columns whose width the person has set. */
  widths: Readonly<Record<string, number>>;
};

type ColumnSpec = { name: string; width: string; about?: string };
export const COLUMNS: Readonly<Record<string, ColumnSpec>> = {
  state: { name: 'Status', width: '11rem' },
  labels: { name: 'Labels', width: '', about: 'below the title' },
  team: { name: 'Team', width: '', about: 'below the title' },
  alerts: { name: 'Alerts', width: '4rem' },
  integration: { name: 'Integration', width: 'minmax(6rem,10rem)' },
  created: { name: 'Created', width: '5rem' },
  duration: { name: 'Duration', width: '5rem' },
  people: { name: 'People', width: '4.5rem' },
};
export const DEFAULT_LOOK: ListLook = {
  columns: ['state', 'labels', 'team', 'alerts', 'integration', 'created', 'people'],
  density: 'comfortable',
  wrap: false,
  widths: {},
};
const LABEL = 'label:';
/** The key of a label's column; null for other columns. */
export const labelKeyOf = (column: string): string | null => (column.startsWith(LABEL) ? column.slice(LABEL.length) : null);
export const columnOfLabel = (key: string): string => `${LABEL}${key}`;
export const nameOfColumn = (column: string): string => COLUMNS[column]?.name ?? labelKeyOf(column) ?? column;

const isColumn = (name: unknown): name is string =>
  typeof name === 'string' && (Object.hasOwn(COLUMNS, name) || (labelKeyOf(name) ?? '') !== '');

/** Columns that have a width of their own; the others stand below the title. The status comes before the title. */
export const ownColumns = (columns: readonly string[]): string[] =>
  columns.filter((column) => column !== 'state' && COLUMNS[column]?.width !== '');

/** `grid-template-columns` of a row on a wide screen. */
export function gridOf({ columns, widths: set }: ListLook): string {
  const widthOf = (column: string): string =>
    set[column] === undefined ? (COLUMNS[column]?.width ?? 'minmax(5rem,9rem)') : `${set[column]}px`;
  const widths = ownColumns(columns).map(widthOf);
  const state = columns.includes('state') ? [widthOf('state')] : [];
  return ['1.5rem', ...state, 'minmax(0,1fr)', ...widths, '9.5rem'].join(' ');
}

/** Pixels that a column may have. */
export const NARROWEST = 48;
export const WIDEST = 480;

/** Sets the width of a column; null: as wide as it is by itself. */
export function setWidth(look: ListLook, column: string, px: number | null): void {
  const { [column]: _old, ...others } = look.widths;
  const width = px === null ? {} : { [column]: Math.round(Math.min(Math.max(px, NARROWEST), WIDEST)) };
  const widths = { ...others, ...width };
  // The columns of an opened view stay those of the view.
  own = { ...(own ?? readOwn()), widths };
  localStorage.setItem(STORED, JSON.stringify(own));
  changed();
}

const STORED = 'tocsin.alert-group-list';
let own: ListLook | null = null;
/** Columns of the kept view that was opened, until the person chooses others. */
let ofView: readonly string[] | null = null;
let shown: ListLook | null = null;
const listeners = new Set<() => void>();

function readOwn(): ListLook {
  const stored = JSON.parse(localStorage.getItem(STORED) ?? '{}') as Partial<ListLook>;
  const columns = Array.isArray(stored.columns) ? stored.columns.filter(isColumn) : [];
  return {
    columns: columns.length > 0 ? columns : DEFAULT_LOOK.columns,
    density: stored.density === 'compact' ? 'compact' : 'comfortable',
    wrap: stored.wrap === true,
    widths: Object.fromEntries(
      Object.entries(stored.widths ?? {}).filter(([column, px]) => isColumn(column) && px >= NARROWEST && px <= WIDEST),
    ),
  };
}

function read(): ListLook {
  own ??= readOwn();
  shown ??= ofView === null ? own : { ...own, columns: ofView };
  return shown;
}

const changed = () => {
  shown = null;
  for (const listener of listeners) listener();
};

/** Keeps how this person wants to see the list, in this browser. */
export function setLook(look: ListLook): void {
  own = look;
  ofView = null;
  localStorage.setItem(STORED, JSON.stringify(look));
  changed();
}

/** Shows the columns of a kept view; an empty list: one's own. */
export function showColumnsOfView(columns: readonly string[]): void {
  const known = columns.filter(isColumn);
  ofView = known.length === 0 ? null : known;
  changed();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const useLook = (): ListLook => useSyncExternalStore(subscribe, read);

export const GROUPINGS: readonly (readonly [value: string, label: string])[] = [
  ['integration', 'Integration'],
  ['team', 'Team'],
  ['state', 'Status'],
];

type Names = { integrations: ReadonlyMap<string, string>; teams: ReadonlyMap<string, string> };
const STATE_WORDS = { firing: 'Firing', acknowledged: 'Acknowledged', silenced: 'Silenced', resolved: 'Resolved' };

/** The heading that a group stands under. */
export function headingOf(group: AlertGroup, by: string, names: Names): string {
  const key = labelKeyOf(by);
  if (key !== null) return group.labels.find((label) => label.key.name === key)?.value.name ?? `No ${key}`;
  if (by === 'state') return STATE_WORDS[group.state];
  if (by === 'team') return group.team_id === null ? 'No team' : (names.teams.get(group.team_id) ?? group.team_id);
  return names.integrations.get(group.integration_id) ?? group.integration_id;
}

export type Entry = { kind: 'heading'; heading: string; count: number; collapsed: boolean } | { kind: 'row'; group: AlertGroup };

/** Rows under their headings, in the order in which headings first come up; without `by` just the rows. */
export function entriesOf(
  groups: readonly AlertGroup[],
  by: string | undefined,
  names: Names,
  collapsed: ReadonlySet<string>,
): Entry[] {
  if (by === undefined) return groups.map((group) => ({ kind: 'row', group }));
  const under = new Map<string, AlertGroup[]>();
  for (const group of groups) {
    const heading = headingOf(group, by, names);
    const rows = under.get(heading);
    if (rows === undefined) under.set(heading, [group]);
    else rows.push(group);
  }
  return [...under].flatMap(([heading, rows]): Entry[] => [
    { kind: 'heading', heading, count: rows.length, collapsed: collapsed.has(heading) },
    ...(collapsed.has(heading) ? [] : rows.map((group): Entry => ({ kind: 'row', group }))),
  ]);
}
