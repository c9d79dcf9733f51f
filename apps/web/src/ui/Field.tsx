import { CircleAlert } from 'lucide-react';
import { type InputHTMLAttributes, type ReactNode, type Ref, type TextareaHTMLAttributes, useId } from 'react';
import { cx } from './class-names.ts';

export const INPUT =
  'w-full rounded-md border border-line-strong/70 bg-surface px-2.5 text-text transition-colors hover:border-line-strong focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 focus-visible:outline-accent disabled:opacity-60 aria-invalid:border-danger [&:read-only:not(select)]:bg-sunken pointer-coarse:text-base';

export type FieldProps = {
  label: string;
  /** Below the control. */
  hint?: ReactNode;
  /** What the server or the form says of the value. */
  error?: string | null | undefined;
  /** Said beside the label; fields are otherwise taken as required. */
  optional?: boolean;
  /** Only screen readers get the label. */
  hideLabel?: boolean;
  className?: string;
};

/** Label, control, hint and error, tied together. `children` gets the attributes for the control. */
export function Field({
  label,
  hint,
  error,
  optional = false,
  hideLabel = false,
  className,
  children,
}: FieldProps & {
  children: (attributes: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode;
}) {
  const id = useId();
  const said = [hint === undefined ? '' : `${id}-hint`, error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div className={cx('min-w-0', className)}>
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'mb-1 flex items-baseline gap-2 font-medium'}>
        {label}
        {optional && <span className="text-[0.86rem] font-normal text-muted">optional</span>}
      </label>
      {children({
        id,
        ...(said === '' ? {} : { 'aria-describedby': said }),
        ...(error ? { 'aria-invalid': true as const } : {}),
      })}
      {error && (
        <p id={`${id}-error`} className="mt-1 flex items-start gap-1.5 text-danger">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
          {error}
        </p>
      )}
      {hint !== undefined && (
        <div id={`${id}-hint`} className="mt-1 text-[0.93rem] text-muted">
          {hint}
        </div>
      )}
    </div>
  );
}

type Texts = { value: string; onChange: (value: string) => void };
type TextFieldProps = FieldProps &
  Texts &
  Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange' | 'className'> & {
    ref?: Ref<HTMLInputElement>;
    trailing?: ReactNode;
  };

/** A line of text. */
export function TextField({
  label,
  hint,
  error,
  optional,
  hideLabel,
  className,
  value,
  onChange,
  trailing,
  ref,
  ...rest
}: TextFieldProps) {
  const field = { label, hint, error, optional: optional ?? false, hideLabel: hideLabel ?? false, className: className ?? '' };
  return (
    <Field {...field}>
      {(attributes) => (
        <div className="flex items-center gap-2">
          <input
            ref={ref}
            type="text"
            {...rest}
            {...attributes}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            className={cx(INPUT, 'h-9 pointer-coarse:min-h-11')}
          />
          {trailing}
        </div>
      )}
    </Field>
  );
}

type TextAreaProps = FieldProps &
  Texts &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'value' | 'onChange' | 'className'> & {
    ref?: Ref<HTMLTextAreaElement>;
    /** Fixed widths, for code. */
    mono?: boolean;
  };

/** Several lines of text. */
export function TextArea({
  label,
  hint,
  error,
  optional,
  hideLabel,
  className,
  value,
  onChange,
  ref,
  mono = false,
  ...rest
}: TextAreaProps) {
  const field = { label, hint, error, optional: optional ?? false, hideLabel: hideLabel ?? false, className: className ?? '' };
  return (
    <Field {...field}>
      {(attributes) => (
        <textarea
          ref={ref}
          rows={3}
          {...rest}
          {...attributes}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={cx(INPUT, 'block py-1.5', mono && 'font-mono text-[0.9rem]')}
        />
      )}
    </Field>
  );
}

export type CheckboxProps = {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
};

/** A box to tick, with its label behind it. */
export function Checkbox({ label, hint, checked, onChange, disabled = false }: CheckboxProps) {
  const id = useId();
  return (
    <label className="flex items-start gap-2.5 pointer-coarse:py-2">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        aria-describedby={hint === undefined ? undefined : id}
        className="mt-[3px] size-4 shrink-0 accent-accent"
      />
      <span className="min-w-0">
        {label}
        {hint !== undefined && (
          <span id={id} className="block text-[0.93rem] text-muted">
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}

export type Choice = { value: string; label: string; hint?: ReactNode };

/** One of a few choices, all in view. */
export function RadioGroup({
  label,
  choices,
  value,
  onChange,
}: {
  label: string;
  choices: Choice[];
  value: string;
  onChange: (value: string) => void;
}) {
  const name = useId();
  return (
    <fieldset>
      <legend className="mb-1 font-medium">{label}</legend>
      <div className="space-y-1.5">
        {choices.map((choice) => (
          <label key={choice.value} className="flex items-start gap-2.5 pointer-coarse:py-2">
            <input
              type="radio"
              name={name}
              checked={choice.value === value}
              onChange={() => onChange(choice.value)}
              className="mt-[3px] size-4 accent-accent"
            />
            <span>
              {choice.label}
              {choice.hint !== undefined && <span className="block text-[0.93rem] text-muted">{choice.hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
