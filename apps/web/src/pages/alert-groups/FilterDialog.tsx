import { useState } from 'react';
import { Button, Dialog, MultiCombobox, TextField } from '../../ui/index.ts';
import type { GroupFilter, ListFilter } from './filter.ts';
import { FILTER_NAMES, kindOfFilter } from './filter-names.ts';
import { useChoices } from './use-choices.ts';

type Props = {
  name: ListFilter;
  filter: GroupFilter;
  onChange: (changes: Partial<Record<keyof GroupFilter, unknown>>) => void;
  onClose: () => void;
};

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

/** The values of one filter. */
export default function FilterDialog({ name, filter, onChange, onClose }: Props) {
  const choices = useChoices();
  const kind = kindOfFilter(name);
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Filter: ${FILTER_NAMES[name]}`}
      footer={
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      {kind === null ? (
        <LabelForm value={filter[name] ?? []} onChange={(values) => onChange({ [name]: values })} />
      ) : (
        <MultiCombobox
          label={FILTER_NAMES[name]}
          options={choices[kind]}
          value={filter[name] ?? []}
          onChange={(values) => onChange({ [name]: values.length === 0 ? undefined : values })}
        />
      )}
    </Dialog>
  );
}
