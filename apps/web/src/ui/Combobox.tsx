import { Combobox as Base } from '@base-ui/react/combobox';
import { Check, ChevronsUpDown, X } from 'lucide-react';
import { cx } from './class-names.ts';
import { Field, type FieldProps, INPUT } from './Field.tsx';
import type { Option } from './Select.tsx';

const POPUP = 'z-50 w-(--anchor-width) min-w-56 rounded-lg border border-line bg-surface shadow-pop outline-none';
const LIST = 'max-h-[min(20rem,var(--available-height))] overflow-y-auto p-1 empty:p-0';
const ITEM =
  'flex cursor-pointer items-center gap-2 rounded-md px-2 py-1.5 outline-none select-none data-[highlighted]:bg-hover data-[disabled]:opacity-60 pointer-coarse:py-2.5';

function Popup({ empty }: { empty: string }) {
  return (
    <Base.Portal>
      <Base.Positioner className="z-50" sideOffset={4}>
        <Base.Popup className={POPUP}>
          <Base.Empty className="px-3 py-2 text-muted empty:hidden">{empty}</Base.Empty>
          <Base.List className={LIST}>
            {(option: Option) => (
              <Base.Item key={option.value} value={option} className={ITEM}>
                {option.icon}
                <span className="min-w-0 flex-1 truncate">
                  {option.label}
                  {option.hint !== undefined && <span className="ml-2 text-[0.93rem] text-muted">{option.hint}</span>}
                </span>
                <Base.ItemIndicator>
                  <Check className="size-4 text-accent" aria-hidden />
                </Base.ItemIndicator>
              </Base.Item>
            )}
          </Base.List>
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  );
}

/** Base UI empties a field when Escape is pressed on a closed list; here Escape loses nothing. */
const CLEARED_BY_ESCAPE = 'escape-key';

type ComboboxProps = FieldProps & {
  options: readonly Option[];
  value: string | null;
  onChange: (value: string | null) => void;
  placeholder?: string;
  /** Shown when nothing matches. */
  empty?: string;
  /** For lists that the server searches: called with what is typed, and `options` are taken as they are. */
  onSearch?: (text: string) => void;
  clearable?: boolean;
};

/** One of a long list, found by typing. */
export function Combobox({
  options,
  value,
  onChange,
  placeholder,
  empty = 'Nothing matches',
  onSearch,
  clearable = false,
  ...field
}: ComboboxProps) {
  const chosen = options.find((option) => option.value === value) ?? null;
  return (
    <Field {...field}>
      {(attributes) => (
        <Base.Root
          items={options as Option[]}
          value={chosen}
          onValueChange={(next: Option | null, { reason }) => {
            if (reason !== CLEARED_BY_ESCAPE) onChange(next?.value ?? null);
          }}
          isItemEqualToValue={(a: Option, b: Option) => a.value === b.value}
          {...(onSearch === undefined ? {} : { filter: null, onInputValueChange: (text: string) => onSearch(text) })}
        >
          <div className="relative">
            <Base.Input {...attributes} placeholder={placeholder} className={cx(INPUT, 'h-9 pr-14 pointer-coarse:min-h-11')} />
            <span className="absolute inset-y-0 right-1 flex items-center">
              {clearable && chosen !== null && (
                <Base.Clear aria-label={`Clear ${field.label}`} className="rounded p-1 text-muted hover:text-text">
                  <X className="size-4" aria-hidden />
                </Base.Clear>
              )}
              <Base.Trigger aria-label={`Show choices for ${field.label}`} className="rounded p-1 text-muted hover:text-text">
                <ChevronsUpDown className="size-4" aria-hidden />
              </Base.Trigger>
            </span>
          </div>
          <Popup empty={empty} />
        </Base.Root>
      )}
    </Field>
  );
}

type MultiComboboxProps = Omit<ComboboxProps, 'value' | 'onChange' | 'clearable'> & {
  value: readonly string[];
  onChange: (value: string[]) => void;
};

/** Several of a long list, shown as chips. Values that are no longer among the options are kept and shown as they are. */
export function MultiCombobox({
  options,
  value,
  onChange,
  placeholder,
  empty = 'Nothing matches',
  onSearch,
  ...field
}: MultiComboboxProps) {
  const chosen = value.map((one): Option => options.find((option) => option.value === one) ?? { value: one, label: one });
  return (
    <Field {...field}>
      {(attributes) => (
        <Base.Root
          multiple
          items={options as Option[]}
          value={chosen}
          onValueChange={(next: Option[], { reason }) => {
            if (reason !== CLEARED_BY_ESCAPE) onChange(next.map((option) => option.value));
          }}
          isItemEqualToValue={(a: Option, b: Option) => a.value === b.value}
          {...(onSearch === undefined ? {} : { filter: null, onInputValueChange: (text: string) => onSearch(text) })}
        >
          <Base.Chips
            className={cx(
              'flex min-h-9 flex-wrap items-center gap-1 rounded-md border border-line-strong/70 bg-surface p-1 focus-within:border-accent hover:border-line-strong pointer-coarse:min-h-11',
              attributes['aria-invalid'] && 'border-danger',
            )}
          >
            {chosen.map((option) => (
              <Base.Chip
                key={option.value}
                aria-label={option.label}
                className="flex items-center gap-1 rounded bg-quiet-soft py-0.5 pr-0.5 pl-2 outline-none focus-within:ring-2 focus-within:ring-accent"
              >
                {option.label}
                <Base.ChipRemove
                  aria-label={`Remove ${option.label}`}
                  className="rounded p-0.5 text-muted hover:text-text pointer-coarse:p-1.5"
                >
                  <X className="size-3.5" aria-hidden />
                </Base.ChipRemove>
              </Base.Chip>
            ))}
            <Base.Input
              {...attributes}
              placeholder={value.length === 0 ? placeholder : ''}
              className="h-7 min-w-24 flex-1 bg-transparent px-1.5 outline-none"
            />
          </Base.Chips>
          <Popup empty={empty} />
        </Base.Root>
      )}
    </Field>
  );
}
