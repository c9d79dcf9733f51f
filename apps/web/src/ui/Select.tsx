import { ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './class-names.ts';
import { Field, type FieldProps, INPUT } from './Field.tsx';

export type Option = { value: string; label: string; hint?: ReactNode; icon?: ReactNode; group?: string };

type SelectProps = FieldProps & {
  options: readonly Option[];
  value: string;
  onChange: (value: string) => void;
  disabled?: boolean;
};

/** One of a short list: the browser's own control, which phones show best. For long lists see `Combobox`. */
export function Select({ options, value, onChange, disabled = false, ...field }: SelectProps) {
  const groups = [...new Set(options.map((option) => option.group ?? ''))];
  const item = (option: Option) => (
    <option key={option.value} value={option.value}>
      {option.label}
    </option>
  );
  return (
    <Field {...field}>
      {(attributes) => (
        <div className="relative">
          <select
            {...attributes}
            value={value}
            disabled={disabled}
            onChange={(event) => onChange(event.target.value)}
            className={cx(INPUT, 'h-9 appearance-none pr-8 pointer-coarse:min-h-11')}
          >
            {groups.map((group) =>
              group === '' ? (
                options.filter((option) => option.group === undefined).map(item)
              ) : (
                <optgroup key={group} label={group}>
                  {options.filter((option) => option.group === group).map(item)}
                </optgroup>
              ),
            )}
          </select>
          <ChevronsUpDown
            className="pointer-events-none absolute top-1/2 right-2.5 size-4 -translate-y-1/2 text-muted"
            aria-hidden
          />
        </div>
      )}
    </Field>
  );
}
