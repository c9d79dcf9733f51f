import { useQuery } from '@tanstack/react-query';
import { ListFilter as FilterIcon, Search, UserRound, X } from 'lucide-react';
import { type Ref, useEffect, useState } from 'react';
import { chainsQuery, integrationsQuery, nameOfUser, teamsQuery, usersQuery } from '../../api/directory.ts';
import { useCan } from '../../api/session.ts';
import { Button, Dialog, IconButton, Menu, MultiCombobox, type Option, Select, TextField } from '../../ui/index.ts';
import { activeFilters, DEFAULT_PERIOD, type GroupFilter, type ListFilter, PERIODS } from './filter.ts';

const TYPING_MS = 300;

const NAMES: Readonly<Record<ReturnType<typeof activeFilters>[number], string>> = {
  team_id: 'Team',
  integration_id: 'Integration',
  escalation_chain_id: 'Escalation chain',
  route_id: 'Route',
  acknowledged_by: 'Acknowledged by',
  resolved_by: 'Resolved by',
  silenced_by: 'Silenced by',
  invitees_are: 'Paged',
  involved_users_are: 'Involves',
  label: 'Label',
  search: 'Search',
  mine: 'Involves me',
  with_resolution_note: 'Resolution note',
  resolved_at: 'Resolved',
};

type Change = (change: Partial<Record<keyof GroupFilter, unknown>>, options?: { replace?: boolean }) => void;
type Props = {
  filter: GroupFilter;
  onChange: Change;
  searchRef: Ref<HTMLInputElement>;
  menuOpen: boolean;
  onMenuOpen: (open: boolean) => void;
};

/** Choices for each filter, by id; filters of people share one list. */
function useOptions(): (name: ListFilter) => readonly Option[] {
  const teams = useQuery({ ...teamsQuery, enabled: useCan('user-settings:read') }).data ?? [];
  const users = useQuery({ ...usersQuery, enabled: useCan('user-settings:read') }).data ?? [];
  const integrations = useQuery({ ...integrationsQuery, enabled: useCan('integrations:read') }).data ?? [];
  const chains = useQuery({ ...chainsQuery, enabled: useCan('escalation-chains:read') }).data ?? [];
  return (name) => {
    switch (name) {
      case 'team_id':
        return [{ value: 'null', label: 'No team' }, ...teams.map(({ id, name: label }) => ({ value: id, label }))];
      case 'integration_id':
        return integrations.map(({ id, name: label }) => ({ value: id, label: label ?? id }));
      case 'escalation_chain_id':
        return chains.map(({ id, name: label }) => ({ value: id, label }));
      case 'label':
      case 'route_id':
        return [];
      default:
        return [
          { value: 'me', label: 'Me' },
          ...users.map((user) => ({ value: user.id, label: nameOfUser(user), hint: user.email })),
        ];
    }
  };
}

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

function LabelForm({ value, onChange }: { value: readonly string[]; onChange: (value: string[]) => void }) {
  const [text, setText] = useState('');
  const add = () => {
    const trimmed = text.trim();
    if (trimmed.indexOf(':') < 1) return;
    onChange([...new Set([...value, trimmed])]);
    setText('');
  };
  return (
    <form
      className="space-y-2"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <TextField
        label="Label"
        placeholder="severity:critical"
        autoFocus
        value={text}
        onChange={setText}
        hint="key:value. Several values of one key: any of them; several keys: all of them."
        trailing={<Button type="submit">Add</Button>}
      />
    </form>
  );
}

/** Search, period, further filters, and what is filtered now. */
export function FilterBar({ filter, onChange, searchRef, menuOpen, onMenuOpen }: Props) {
  const [text, setText] = useState(filter.search ?? '');
  const [shown, setShown] = useState(filter.search ?? '');
  const [editing, setEditing] = useState<ListFilter | null>(null);
  const optionsOf = useOptions();
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
    return (filter[name] ?? [])
      .map((value) => optionsOf(name).find((option) => option.value === value)?.label ?? value)
      .join(', ');
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
              label: NAMES[name],
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
      </div>
      {active.length > 0 && (
        <ul aria-label="Active filters" className="flex flex-wrap items-center gap-1.5">
          {active.map((name) => (
            <li key={name} className="flex max-w-full items-center rounded-md border border-line bg-surface">
              <button
                type="button"
                className="min-w-0 truncate py-1 pl-2"
                onClick={() => MENU.includes(name as ListFilter) && setEditing(name as ListFilter)}
              >
                <span className="text-muted">{NAMES[name]}</span> <span className="font-medium">{wordsOf(name)}</span>
              </button>
              <IconButton
                label={`Remove filter ${NAMES[name]}`}
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
        <Dialog
          open
          onClose={() => setEditing(null)}
          title={`Filter: ${NAMES[editing]}`}
          footer={
            <Button kind="primary" onClick={() => setEditing(null)}>
              Done
            </Button>
          }
        >
          {editing === 'label' ? (
            <LabelForm value={filter.label ?? []} onChange={(label) => onChange({ label })} />
          ) : (
            <MultiCombobox
              label={NAMES[editing]}
              options={optionsOf(editing)}
              value={filter[editing] ?? []}
              onChange={(values) => onChange({ [editing]: values.length === 0 ? undefined : values })}
            />
          )}
        </Dialog>
      )}
    </search>
  );
}
