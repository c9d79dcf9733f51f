import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Integration, teamsQuery } from '../../api/index.ts';
import { useGuardedForm } from '../../features/conflict/use-guarded-form.tsx';
import { LabelPairs } from '../../features/labels/LabelPairs.tsx';
import { type LabelPair, labelsOf, pairsOf } from '../../features/labels/label-pairs.ts';
import { Button, Checkbox, Drawer, Select, showToast, TextArea, TextField } from '../../ui/index.ts';

/** Name, description, team, and the labels that its alert groups get. */
export function SettingsDrawer({ integration, onClose }: { integration: Integration; onClose: () => void }) {
  const { data: teams = [] } = useQuery(teamsQuery);
  const [name, setName] = useState(integration.name);
  const [description, setDescription] = useState(integration.description_short ?? '');
  const [teamId, setTeamId] = useState(integration.team_id ?? '');
  const [labels, setLabels] = useState<readonly LabelPair[]>(() => pairsOf(integration.labels));
  const [inherit, setInherit] = useState<Readonly<Record<string, boolean>>>(integration.alert_group_labels.inherit);
  const [template, setTemplate] = useState(integration.alert_group_labels.template ?? '');
  const [dynamic, setDynamic] = useState<readonly LabelPair[]>(() => pairsOf(integration.dynamic_labels));
  const body = {
    type: integration.type,
    name: name.trim(),
    description_short: description.trim() === '' ? null : description.trim(),
    team_id: teamId === '' ? null : teamId,
    labels: labelsOf(labels),
    dynamic_labels: labelsOf(dynamic),
    alert_group_labels: {
      inherit: Object.fromEntries(labelsOf(labels).map(({ key }) => [key.name, inherit[key.name] ?? true])),
      template: template.trim() === '' ? null : template,
    },
  };
  const { submit, isPending, fields, problems } = useGuardedForm<Integration>({
    path: '/integrations/{id}',
    object: integration,
    mine: body,
    send: (headers) => api.put('/integrations/{id}', { path: { id: integration.id }, body, headers }),
    stale: ['integrations'],
    onSaved: () => {
      showToast({ kind: 'done', text: 'Saved' });
      onClose();
    },
    onClose,
    names: {
      name: 'Name',
      description_short: 'Description',
      team_id: 'Team',
      labels: 'Labels',
      dynamic_labels: 'Labels from the payload',
      alert_group_labels: 'Labels of alert groups',
    },
    show: (field, value) =>
      field === 'team_id'
        ? (teams.find(({ id }) => id === value)?.name ?? 'No team')
        : Array.isArray(value)
          ? pairsOf(value)
              .map((pair) => `${pair.key}: ${pair.value}`)
              .join(', ')
          : typeof value === 'object' && value !== null
            ? JSON.stringify(value)
            : String(value ?? '–'),
  });
  return (
    <Drawer
      open
      onClose={onClose}
      title="Name, team, labels"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="integration-settings" pending={isPending}>
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
        <LabelPairs legend="Labels" pairs={labels} onChange={setLabels} error={fields.labels} valueHint="payments" />
        {labelsOf(labels).length > 0 && (
          <fieldset className="space-y-1.5">
            <legend className="mb-1 font-medium">Alert groups get</legend>
            {labelsOf(labels).map(({ key }) => (
              <Checkbox
                key={key.name}
                label={key.name}
                checked={inherit[key.name] ?? true}
                onChange={(on) => setInherit({ ...inherit, [key.name]: on })}
              />
            ))}
          </fieldset>
        )}
        <LabelPairs
          legend="Labels from the payload"
          pairs={dynamic}
          onChange={setDynamic}
          error={fields.dynamic_labels}
          valueHint="{{ payload.severity }}"
        />
        <TextArea
          label="Template of further labels"
          optional
          rows={2}
          value={template}
          onChange={setTemplate}
          placeholder="{{ payload.labels | tojson }}"
          hint="Makes a JSON object of names and values from each alert."
          error={fields.alert_group_labels}
          className="[&_textarea]:font-mono"
        />
        {problems}
      </form>
    </Drawer>
  );
}
