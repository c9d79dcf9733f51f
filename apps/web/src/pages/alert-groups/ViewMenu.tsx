import { useQuery, useQueryClient } from '@tanstack/react-query';
import { SlidersHorizontal } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { Query } from '../../api/client.ts';
import { errorText } from '../../api/errors.ts';
import { IconButton, LoadingLayer, Menu, type MenuItem, showToast } from '../../ui/index.ts';
import { columnOfLabel, GROUPINGS, type ListLook, labelKeyOf, setLook } from './columns.ts';
import type { Names } from './GroupRow.tsx';
import { facetsQuery } from './use-choices.ts';

const ColumnsDialog = lazy(() => import('./ColumnsDialog.tsx'));

type Props = {
  look: ListLook;
  query: Query;
  names: Names;
  groupBy: string | undefined;
  onGroupBy: (by: string | undefined) => void;
};

/** How the list is shown: columns, headings, density; and its download. */
export function ViewMenu({ look, query, names, groupBy, onGroupBy }: Props) {
  const [columnsOpen, setColumnsOpen] = useState(false);
  const [menuOpen, setMenuOpen] = useState(false);
  const client = useQueryClient();
  const facets = useQuery({ ...facetsQuery(query), enabled: menuOpen }).data;
  const keys = [
    ...new Set([
      ...(facets?.labels ?? []).map(({ key }) => key),
      ...(groupBy === undefined || labelKeyOf(groupBy) === null ? [] : [labelKeyOf(groupBy) ?? '']),
    ]),
  ];
  const download = async () => {
    showToast({ kind: 'info', text: 'Gathering alert groups for the download…' });
    try {
      const { exportCsv } = await import('./export-csv.ts');
      const count = await exportCsv(query, names, new AbortController().signal);
      showToast({ text: `${count} alert groups downloaded` });
    } catch (error) {
      showToast({ kind: 'failed', text: 'Could not be downloaded', detail: errorText(error) });
    }
  };
  const items: MenuItem[] = [
    { label: 'Columns…', onSelect: () => setColumnsOpen(true) },
    {
      label: 'Compact rows',
      checked: look.density === 'compact',
      onSelect: () => setLook({ ...look, density: look.density === 'compact' ? 'comfortable' : 'compact' }),
    },
    {
      label: 'Group by',
      items: [
        { label: 'Nothing', checked: groupBy === undefined, onSelect: () => onGroupBy(undefined) },
        ...GROUPINGS.map(([value, label]) => ({ label, checked: groupBy === value, onSelect: () => onGroupBy(value) })),
        ...(keys.length === 0 ? [] : ['separator' as const]),
        ...keys.map((key) => ({
          label: `Label ${key}`,
          checked: groupBy === columnOfLabel(key),
          onSelect: () => onGroupBy(columnOfLabel(key)),
        })),
      ],
    },
    'separator',
    { label: 'Download as CSV', onSelect: () => void download() },
    { label: 'Read anew', onSelect: () => void client.invalidateQueries({ queryKey: ['alert-groups'] }) },
  ];
  return (
    <>
      <Menu
        align="end"
        open={menuOpen}
        onOpenChange={setMenuOpen}
        items={items}
        trigger={<IconButton label="How the list is shown" icon={<SlidersHorizontal className="size-4" aria-hidden />} />}
      />
      {columnsOpen && (
        <Suspense fallback={<LoadingLayer />}>
          <ColumnsDialog look={look} query={query} onClose={() => setColumnsOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
