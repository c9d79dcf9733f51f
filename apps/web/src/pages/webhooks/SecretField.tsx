import { Button, TextField } from '../../ui/index.ts';
import type { Secret } from './webhook-form.ts';

const MASK = '*'.repeat(16);

/** A secret that can be written and not read: what is stored is kept, replaced or removed. */
export function SecretField({
  label,
  hint,
  isStored,
  value,
  onChange,
  error,
}: {
  label: string;
  hint?: string;
  isStored: boolean;
  value: Secret;
  onChange: (value: Secret) => void;
  error: string | undefined;
}) {
  if (value === undefined) {
    return (
      <TextField
        label={label}
        hint="Stored, and never shown again."
        value={MASK}
        onChange={onChange}
        readOnly
        error={error}
        trailing={
          <Button aria-label={`Replace or remove ${label.toLowerCase()}`} onClick={() => onChange('')}>
            Replace or remove
          </Button>
        }
      />
    );
  }
  return (
    <TextField
      label={label}
      optional
      type="password"
      autoComplete="new-password"
      hint={isStored ? 'Left empty, the stored one is removed.' : hint}
      value={value}
      onChange={onChange}
      error={error}
      trailing={
        isStored && (
          <Button aria-label={`Keep the stored ${label.toLowerCase()}`} onClick={() => onChange(undefined)}>
            Keep
          </Button>
        )
      }
    />
  );
}
