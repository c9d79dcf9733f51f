import { useState } from 'react';
import { Button, Dialog, formatSpan, type MenuItem, parseSpan, TextField } from '../../ui/index.ts';

const HOUR = 3_600;
const LEAST_SECONDS = 60;
const CHOICES: readonly [string, number][] = [
  ['30 minutes', HOUR / 2],
  ['1 hour', HOUR],
  ['2 hours', 2 * HOUR],
  ['6 hours', 6 * HOUR],
  ['12 hours', 12 * HOUR],
  ['24 hours', 24 * HOUR],
];

/** For how long to be quiet, as entries of a menu. `silence` gets seconds; -1: until it is unsilenced. */
export const silenceItems = (silence: (seconds: number) => void, custom: () => void): MenuItem[] => [
  ...CHOICES.map(([label, seconds]) => ({ label, onSelect: () => silence(seconds) })),
  { label: 'Until I unsilence it', onSelect: () => silence(-1) },
  'separator',
  { label: 'For another time…', onSelect: custom },
];

/** Asks for a span such as `1h 15m`. */
export function SilenceDialog({ onClose, onSilence }: { onClose: () => void; onSilence: (seconds: number) => void }) {
  const [text, setText] = useState('');
  const [error, setError] = useState<string | null>(null);
  const seconds = parseSpan(text);
  const submit = () => {
    if (seconds === null) setError('Write it like “2h 30m” or “45 min”.');
    else if (seconds < LEAST_SECONDS) setError('At least one minute.');
    else {
      onSilence(seconds);
      onClose();
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Silence for…"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" onClick={submit}>
            Silence
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField
          label="How long"
          placeholder="1h 15m"
          autoFocus
          value={text}
          onChange={(value) => {
            setText(value);
            setError(null);
          }}
          error={error}
          hint={
            seconds === null || error !== null ? 'Days, hours and minutes: 2h 30m, 45 min, 1d' : `That is ${formatSpan(seconds)}.`
          }
        />
      </form>
    </Dialog>
  );
}
