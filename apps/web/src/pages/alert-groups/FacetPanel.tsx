import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import type { Query } from '../../api/client.ts';
import { cx, IconButton, SkeletonRows } from '../../ui/index.ts';
import type { GroupFilter, ListFilter } from './filter.ts';
import { facetsQuery, useChoices } from './use-choices.ts';

type Props = {
  filter: GroupFilter;
  /** What the list asks for, states included. */
  query: Query;
  onChange: (changes: Partial<Record<keyof GroupFilter, unknown>>) => void;
  onClose: () => void;
};
type Value = { value: string; label: string; count: number };

/** The values of one facet. A click filters by one, Alt-click or the second button leaves it out; again takes that back. */
function Facet({
  title,
  values,
  filter,
  include,
  exclude,
  onChange,
}: {
  title: string;
  values: readonly Value[];
  filter: GroupFilter;
  include: ListFilter;
  exclude: ListFilter;
  onChange: Props['onChange'];
}) {
  const toggle = (name: ListFilter, value: string) => {
    const other = name === include ? exclude : include;
    const without = (list: readonly string[] | undefined) => (list ?? []).filter((one) => one !== value);
    const before = filter[name] ?? [];
    const next = before.includes(value) ? without(before) : [...before, value];
    const rest = without(filter[other]);
    onChange({ [name]: next.length === 0 ? undefined : next, [other]: rest.length === 0 ? undefined : rest });
  };
  if (values.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className="mb-1 truncate text-[0.86rem] font-medium text-muted">{title}</h3>
      <ul>
        {values.map(({ value, label, count }) => {
          const isIn = filter[include]?.includes(value) === true;
          const isOut = filter[exclude]?.includes(value) === true;
          return (
            <li
              key={value}
              className={cx('group/value flex items-center rounded-md', isIn && 'bg-accent-soft', isOut && 'bg-danger-soft')}
            >
              <button
                type="button"
                aria-pressed={isIn}
                title="Alt-click leaves it out"
                onClick={(event) => toggle(event.altKey ? exclude : include, value)}
                className="flex min-w-0 flex-1 items-center gap-2 rounded-md px-2 py-1 text-left hover:bg-hover"
              >
                <bdi className={cx('min-w-0 flex-1 truncate', isOut && 'line-through')}>{label}</bdi>
                <span className="text-[0.86rem] text-muted tabular-nums">{count}</span>
              </button>
              <IconButton
                label={isOut ? `Take ${label} in again` : `Leave out ${label}`}
                aria-pressed={isOut}
                size="small"
                className={cx(
                  !isOut && 'opacity-0 group-hover/value:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100',
                )}
                icon={<X className="size-3.5" aria-hidden />}
                onClick={() => toggle(exclude, value)}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** The most frequent values with their numbers, to filter by (web-ui.md 5.2). */
export default function FacetPanel({ filter, query, onChange, onClose }: Props) {
  const { data } = useQuery(facetsQuery(query));
  const choices = useChoices(false);
  const named = (of: 'team' | 'integration', values: readonly { value: string | null; count: number }[]): Value[] =>
    values.map(({ value, count }) => ({
      value: value ?? 'null',
      count,
      label: choices[of].find((choice) => choice.value === (value ?? 'null'))?.label ?? value ?? 'No team',
    }));
  return (
    <aside
      aria-label="Facets"
      className="space-y-4 rounded-lg border border-line bg-surface p-3 shadow-card max-lg:mb-3 lg:sticky lg:top-16 lg:max-h-[calc(100dvh-5rem)] lg:overflow-y-auto"
    >
      <header className="flex items-center">
        <h2 className="flex-1 font-semibold">Facets</h2>
        <IconButton label="Close facets" size="small" icon={<X className="size-4" aria-hidden />} onClick={onClose} />
      </header>
      {data === undefined && <SkeletonRows rows={6} label="Counting" />}
      {data !== undefined && (
        <>
          <Facet
            title="Integration"
            values={named('integration', data.integrations)}
            {...{ filter, onChange, include: 'integration_id', exclude: 'exclude_integration_id' }}
          />
          <Facet
            title="Team"
            values={named('team', data.teams)}
            {...{ filter, onChange, include: 'team_id', exclude: 'exclude_team_id' }}
          />
          {data.labels.map(({ key, values }) => (
            <Facet
              key={key}
              title={key}
              values={values.map(({ value, count }) => ({ value: `${key}:${value ?? ''}`, label: value ?? '', count }))}
              {...{ filter, onChange, include: 'label', exclude: 'exclude_label' }}
            />
          ))}
        </>
      )}
    </aside>
  );
}
