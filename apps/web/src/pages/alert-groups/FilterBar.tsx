import { ListFilter as FilterIcon, PanelLeft, Search, TextCursorInput, UserRound, X } from 'lucide-react';
import { lazy, type Ref, Suspense, useEffect, useState } from 'react';
import type { Query } from '../../api/client.ts';
import { Button, IconButton, LoadingLayer, Menu, Select, TextField } from '../../ui/index.ts';
import { activeFilters, DEFAULT_PERIOD, type GroupFilter, LIST_FILTERS, type ListFilter, PERIODS } from './filter.ts';
import { FILTER_NAMES, kindOfFilter } from './filter-names.ts';
import { useChoices } from './use-choices.ts';

const FilterDialog = lazy(() => import('./FilterDialog.tsx'));
const QueryLine = lazy(() => import('./QueryLine.tsx'));

const TYPING_MS = 300;

type Change = (change: Partial<Record<keyof GroupFilter, unknown>>, options?: { replace?: boolean }) => void;
type Props = {
  filter: GroupFilter;
  /** What the list asks for, states included. */
  query: Query;
  onChange: Change;
  /** Takes a whole filter, which replaces the one that is. */
  onReplace: (filter: GroupFilter) => void;
  searchRef: Ref<HTMLInputElement>;
  menuOpen: boolean;
  onMenuOpen: (open: boolean) => void;
  facetsOpen: boolean;
  onFacets: (open: boolean) => void;
};

const MENU: readonly ListFilter[] = [
  'team_id',
  'integration_id',
  'escalation_chain_id',
  'involved_users_are',
  'acknowledged_by',
  'resolved_by',
  'silenced_by',
  'invitees_are',
  'label',
];

const isListFilter = (name: string): name is ListFilter => (LIST_FILTERS as readonly string[]).includes(name);

/** Search, period, further filters, and what is filtered now. */
export function FilterBar(props: Props) {
  const { filter, query, onChange, onReplace, searchRef, menuOpen, onMenuOpen, facetsOpen, onFacets } = props;
  const [text, setText] = useState(filter.search ?? '');
  const [shown, setShown] = useState(filter.search ?? '');
  const [editing, setEditing] = useState<ListFilter | null>(null);
  const [asText, setAsText] = useState(false);
  const choices = useChoices(filter.escalation_chain_id !== undefined);
  // The URL changed by other means than typing: back, a chip, a link.
  if ((filter.search ?? '') !== shown) {
    setShown(filter.search ?? '');
    setText(filter.search ?? '');
  }
  useEffect(() => {
    if (text === shown) return;
    const timer = setTimeout(() => {
      setShown(text);
      onChange({ search: text === '' ? undefined : text }, { replace: true });
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, shown, onChange]);

  const active = activeFilters(filter).filter((name) => name !== 'search');
  const wordsOf = (name: (typeof active)[number]): string => {
    if (name === 'mine') return '';
    if (name === 'with_resolution_note') return filter.with_resolution_note === 'true' ? 'yes' : 'no';
    if (name === 'resolved_at') return filter.resolved_at ?? '';
    const kind = kindOfFilter(name);
    const options = kind === null ? [] : choices[kind];
    return (filter[name] ?? []).map((value) => options.find((option) => option.value === value)?.label ?? value).join(', ');
  };
  const periods = PERIODS.some(([value]) => value === (filter.started_at ?? DEFAULT_PERIOD))
    ? PERIODS
    : [...PERIODS, [filter.started_at ?? '', 'Chosen range'] as const];
  return (
    <search className="mb-3 space-y-2">
      <div className="flex flex-wrap items-end gap-2">
        <div className="relative min-w-52 flex-1 sm:max-w-md">
          <Search className="pointer-events-none absolute top-1/2 left-2.5 z-10 size-4 -translate-y-1/2 text-muted" aria-hidden />
          <TextField
            label="Search alert groups"
            hideLabel
            ref={searchRef}
            type="search"
            placeholder="Search title, number or id"
            value={text}
            onChange={setText}
            className="[&_input]:pl-8"
          />
        </div>
        <Select
          label="Period"
          hideLabel
          className="w-40"
          options={periods.map(([value, label]) => ({ value, label }))}
          value={filter.started_at ?? DEFAULT_PERIOD}
          onChange={(value) => onChange({ started_at: value === DEFAULT_PERIOD ? undefined : value })}
        />
        <Button
          aria-pressed={filter.mine === 'true'}
          icon={<UserRound className="size-4" aria-hidden />}
          className={filter.mine === 'true' ? 'border-accent! bg-accent-soft! text-accent!' : ''}
          onClick={() => onChange({ mine: filter.mine === 'true' ? undefined : 'true' })}
        >
          Mine
        </Button>
        <Menu
          open={menuOpen}
          onOpenChange={onMenuOpen}
          trigger={<Button icon={<FilterIcon className="size-4" aria-hidden />}>Filter</Button>}
          items={[
            ...MENU.map((name) => ({
              label: FILTER_NAMES[name],
              checked: filter[name] !== undefined,
              onSelect: () => setEditing(name),
            })),
            {
              label: 'With a resolution note',
              checked: filter.with_resolution_note === 'true',
              onSelect: () => onChange({ with_resolution_note: filter.with_resolution_note === 'true' ? undefined : 'true' }),
            },
          ]}
        />
        <IconButton
          label="Facets"
          aria-pressed={facetsOpen}
          icon={<PanelLeft className="size-4" aria-hidden />}
          className={facetsOpen ? 'bg-accent-soft! text-accent!' : ''}
          onClick={() => onFacets(!facetsOpen)}
        />
        <IconButton
          label="Filters as text"
          aria-pressed={asText}
          icon={<TextCursorInput className="size-4" aria-hidden />}
          className={asText ? 'bg-accent-soft! text-accent!' : ''}
          onClick={() => setAsText(!asText)}
        />
      </div>
      {asText && (
        <Suspense
          fallback={
            <div className="h-9">
              <LoadingLayer />
            </div>
          }
        >
          <QueryLine filter={filter} query={query} onApply={onReplace} onClose={() => setAsText(false)} />
        </Suspense>
      )}
      {active.length > 0 && (
        <ul aria-label="Active filters" className="flex flex-wrap items-center gap-1.5">
          {active.map((name) => (
            <li key={name} className="flex max-w-full items-center rounded-md border border-line bg-surface">
              <button
                type="button"
                className="min-w-0 truncate py-1 pl-2"
                onClick={() => isListFilter(name) && name !== 'route_id' && setEditing(name)}
              >
                <span className="text-muted">{FILTER_NAMES[name]}</span> <span className="font-medium">{wordsOf(name)}</span>
              </button>
              <IconButton
                label={`Remove filter ${FILTER_NAMES[name]}`}
                size="small"
                icon={<X className="size-3.5" aria-hidden />}
                onClick={() => onChange({ [name]: undefined })}
              />
            </li>
          ))}
          <li>
            <Button
              kind="quiet"
              size="small"
              onClick={() => onChange(Object.fromEntries(active.map((name) => [name, undefined])))}
            >
              Clear all
            </Button>
          </li>
        </ul>
      )}
      {editing !== null && (
        <Suspense fallback={<LoadingLayer />}>
          <FilterDialog name={editing} filter={filter} onChange={onChange} onClose={() => setEditing(null)} />
        </Suspense>
      )}
    </search>
  );
}
