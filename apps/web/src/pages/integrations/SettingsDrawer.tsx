import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, errorText, type Integration, teamsQuery } from '../../api/index.ts';
import { ConflictView } from '../../features/conflict/ConflictView.tsx';
import { isConflict, useEditGuard } from '../../features/conflict/use-edit-guard.ts';
import { LabelPairs } from '../../features/labels/LabelPairs.tsx';
import { type LabelPair, labelsOf, pairsOf } from '../../features/labels/label-pairs.ts';
import { Button, Drawer, Select, showToast, TextField } from '../../ui/index.ts';

/** Name, description, team, and the labels that its alert groups get. */
export function SettingsDrawer({ integration, onClose }: { integration: Integration; onClose: () => void }) {
  const client = useQueryClient();
  const { data: teams = [] } = useQuery(teamsQuery);
  const [name, setName] = useState(integration.name);
  const [description, setDescription] = useState(integration.description_short ?? '');
  const [teamId, setTeamId] = useState(integration.team_id ?? '');
  const [labels, setLabels] = useState<readonly LabelPair[]>(() => pairsOf(integration.labels));
  const [dynamic, setDynamic] = useState<readonly LabelPair[]>(() => pairsOf(integration.dynamic_labels));
  const guard = useEditGuard('/integrations/{id}', integration.id);
  const body = {
    type: integration.type,
    name: name.trim(),
    description_short: description.trim() === '' ? null : description.trim(),
    team_id: teamId === '' ? null : teamId,
    labels: labelsOf(labels),
    dynamic_labels: labelsOf(dynamic),
  };
  const save = useMutation({
    mutationFn: () =>
      guard.save(body, (headers) => api.put('/integrations/{id}', { path: { id: integration.id }, body, headers })),
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
        <LabelPairs
          legend="Labels of every alert group"
          pairs={labels}
          onChange={setLabels}
          error={fields.labels}
          valueHint="payments"
        />
        <LabelPairs
          legend="Labels from the payload"
          pairs={dynamic}
          onChange={setDynamic}
          error={fields.dynamic_labels}
          valueHint="{{ payload.severity }}"
        />
        <ConflictView
          guard={guard}
          error={save.error}
          mine={body}
          names={{
            name: 'Name',
            description_short: 'Description',
            team_id: 'Team',
            labels: 'Labels',
            dynamic_labels: 'Labels from the payload',
          }}
          show={(field, value) =>
            field === 'team_id'
              ? (teams.find(({ id }) => id === value)?.name ?? 'No team')
              : Array.isArray(value)
                ? pairsOf(value)
                    .map((pair) => `${pair.key}: ${pair.value}`)
                    .join(', ')
                : String(value ?? '–')
          }
          onOverwrite={() => save.mutate()}
          onDiscard={() => {
            void client.invalidateQueries({ queryKey: ['integrations'] });
            onClose();
          }}
        />
        {save.error !== null && !isConflict(save.error) && Object.keys(fields).length === 0 && (
          <p role="alert" className="text-danger">
            {errorText(save.error)}
          </p>
        )}
      </form>
    </Drawer>
  );
}
