import { judgePassword } from '../../lib/password.ts';
import { cx, TextField } from '../../ui/index.ts';

type Props = { value: string; onChange: (value: string) => void; email: string; error?: string | null | undefined };

const COLOURS = ['bg-danger', 'bg-danger', 'bg-warn', 'bg-ok', 'bg-ok'];

/** A field for a new password, with how strong it is. */
export function NewPasswordField({ value, onChange, email, error }: Props) {
  const { strength, word, problem } = judgePassword(value, email);
  return (
    <TextField
      label="Password"
      type="password"
      name="new-password"
      autoComplete="new-password"
      required
      minLength={12}
      value={value}
      onChange={onChange}
      error={error}
      hint={
        value === '' ? (
          'At least 12 characters. A few words are better than a few symbols.'
        ) : (
          <span className="flex items-center gap-2">
            <span className="flex w-24 gap-1" aria-hidden>
              {[1, 2, 3, 4].map((bar) => (
                <span
                  key={bar}
                  className={cx('h-1.5 flex-1 rounded-full', bar <= Math.max(1, strength) ? COLOURS[strength] : 'bg-line')}
                />
              ))}
            </span>
            <span aria-live="polite">{problem ?? `Strength: ${word}`}</span>
          </span>
        )
      }
    />
  );
}
