import { useQuery } from '@tanstack/react-query';
import type { Query } from '../../api/client.ts';
import { Button, Checkbox, Dialog, moved, RadioGroup, SortableList } from '../../ui/index.ts';
import { COLUMNS, columnOfLabel, DEFAULT_LOOK, type ListLook, labelKeyOf, nameOfColumn, setLook } from './columns.ts';
import { facetsQuery } from './use-choices.ts';

type Props = { look: ListLook; query: Query; onClose: () => void };

/** Which columns the list has and in which order, and how tight its rows are. Kept in this browser. */
export default function ColumnsDialog({ look, query, onClose }: Props) {
  const facets = useQuery(facetsQuery(query)).data;
  const keys = (facets?.labels ?? []).map(({ key }) => columnOfLabel(key));
  const others = [...Object.keys(COLUMNS), ...keys].filter((column) => !look.columns.includes(column));
  const change = (changes: Partial<ListLook>) => setLook({ ...look, ...changes });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Columns"
      description="Title and actions are always there. Your choice is kept in this browser."
      footer={
        <>
          <Button onClick={() => setLook(DEFAULT_LOOK)}>Reset</Button>
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <SortableList
          label="Shown columns"
          items={look.columns}
          itemKey={(id) => id}
          itemLabel={nameOfColumn}
          onMove={(id, to) => change({ columns: moved(look.columns, look.columns.indexOf(id), to) })}
        >
          {(id, handle) => (
            <div className="flex items-center gap-2">
              {handle}
              <Checkbox
                label={nameOfColumn(id)}
                hint={COLUMNS[id]?.about ?? (labelKeyOf(id) === null ? undefined : 'label')}
                checked
                onChange={() => look.columns.length > 1 && change({ columns: look.columns.filter((one) => one !== id) })}
              />
            </div>
          )}
        </SortableList>
        {others.length > 0 && (
          <fieldset className="space-y-2">
            <legend className="mb-1 font-medium">More</legend>
            {others.map((id) => (
              <Checkbox
                key={id}
                label={nameOfColumn(id)}
                hint={COLUMNS[id]?.about ?? (labelKeyOf(id) === null ? undefined : 'label')}
                checked={false}
                onChange={() => change({ columns: [...look.columns, id] })}
              />
            ))}
          </fieldset>
        )}
        <RadioGroup
          label="Rows"
          value={look.density}
          onChange={(density) => change({ density: density === 'compact' ? 'compact' : 'comfortable' })}
          choices={[
            { value: 'comfortable', label: 'Comfortable' },
            { value: 'compact', label: 'Compact' },
          ]}
        />
        <Checkbox label="Show long titles in full" checked={look.wrap} onChange={(wrap) => change({ wrap })} />
      </div>
    </Dialog>
  );
}
