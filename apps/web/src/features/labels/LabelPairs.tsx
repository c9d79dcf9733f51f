import { Plus, Trash2 } from 'lucide-react';
import { Button, IconButton, TextField } from '../../ui/index.ts';
import type { LabelPair } from './label-pairs.ts';

type Props = {
  legend: string;
  pairs: readonly LabelPair[];
  onChange: (pairs: LabelPair[]) => void;
  error: string | undefined;
  valueHint: string;
};

/** Keys with their values, one pair a row. */
export function LabelPairs({ legend, pairs, onChange, error, valueHint }: Props) {
  const set = (at: number, changes: Partial<LabelPair>) =>
    onChange(pairs.map((pair, index) => (index === at ? { ...pair, ...changes } : pair)));
  return (
    <fieldset className="space-y-2">
      <legend className="mb-1 font-medium">{legend}</legend>
      {pairs.map((pair, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity of their own
        <div key={at} className="flex items-end gap-2">
          <TextField
            label={`Key ${at + 1}`}
            hideLabel
            placeholder="service"
            value={pair.key}
            onChange={(key) => set(at, { key })}
          />
          <TextField
            label={`Value ${at + 1}`}
            hideLabel
            className="flex-1"
            placeholder={valueHint}
            value={pair.value}
            onChange={(value) => set(at, { value })}
          />
          <IconButton
            label={`Remove label ${at + 1}`}
            icon={<Trash2 className="size-4" aria-hidden />}
            onClick={() => onChange(pairs.filter((_pair, index) => index !== at))}
          />
        </div>
      ))}
      <Button
        size="small"
        icon={<Plus className="size-4" aria-hidden />}
        onClick={() => onChange([...pairs, { key: '', value: '' }])}
      >
        Add label
      </Button>
      {error !== undefined && (
        <p role="alert" className="text-danger">
          {error}
        </p>
      )}
    </fieldset>
  );
}
