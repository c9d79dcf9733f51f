import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, errorText, type Integration, teamsQuery } from '../../api/index.ts';
import { Button, Drawer, IconButton, Select, showToast, TextField } from '../../ui/index.ts';

type Pair = { key: string; value: string };
type LabelItem = { key: { name: string }; value: { name: string } };

const pairsOf = (labels: unknown): Pair[] =>
  (labels as LabelItem[]).map(({ key, value }) => ({ key: key.name, value: value.name }));
const labelsOf = (pairs: readonly Pair[]): LabelItem[] =>
  pairs
    .filter(({ key, value }) => key !== '' || value !== '')
    .map(({ key, value }) => ({ key: { name: key }, value: { name: value } }));

/** Name, description, team, and the labels that its alert groups get. */
export function SettingsDrawer({ integration, onClose }: { integration: Integration; onClose: () => void }) {
  const client = useQueryClient();
  const { data: teams = [] } = useQuery(teamsQuery);
  const [name, setName] = useState(integration.name);
  const [description, setDescription] = useState(integration.description_short ?? '');
  const [teamId, setTeamId] = useState(integration.team_id ?? '');
  const [labels, setLabels] = useState(() => pairsOf(integration.labels));
  const [dynamic, setDynamic] = useState(() => pairsOf(integration.dynamic_labels));
  const save = useMutation({
    mutationFn: () =>
      api.put('/integrations/{id}', {
        path: { id: integration.id },
        body: {
          type: integration.type,
          name: name.trim(),
          description_short: description.trim() === '' ? null : description.trim(),
          team_id: teamId === '' ? null : teamId,
          labels: labelsOf(labels),
          dynamic_labels: labelsOf(dynamic),
        },
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['integrations'] });
      showToast({ kind: 'done', text: 'Saved' });
      onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  return (
    <Drawer
      open
      onClose={onClose}
      title="Name, team, labels"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="integration-settings" pending={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id="integration-settings" onSubmit={submit} className="space-y-4" noValidate>
        <TextField label="Name" value={name} onChange={setName} error={fields.name} autoFocus />
        <TextField label="Description" optional value={description} onChange={setDescription} error={fields.description_short} />
        <Select
          label="Team"
          options={[{ value: '', label: 'No team' }, ...teams.map(({ id, name: label }) => ({ value: id, label }))]}
          value={teamId}
          onChange={setTeamId}
          error={fields.team_id}
        />
        <Pairs
          legend="Labels of every alert group"
          pairs={labels}
          onChange={setLabels}
          error={fields.labels}
          valueHint="payments"
        />
        <Pairs
          legend="Labels from the payload"
          pairs={dynamic}
          onChange={setDynamic}
          error={fields.dynamic_labels}
          valueHint="{{ payload.severity }}"
        />
        {save.error !== null && Object.keys(fields).length === 0 && (
          <p role="alert" className="text-danger">
            {errorText(save.error)}
          </p>
        )}
      </form>
    </Drawer>
  );
}

type PairsProps = {
  legend: string;
  pairs: readonly Pair[];
  onChange: (pairs: Pair[]) => void;
  error: string | undefined;
  valueHint: string;
};

function Pairs({ legend, pairs, onChange, error, valueHint }: PairsProps) {
  const set = (at: number, changes: Partial<Pair>) =>
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
