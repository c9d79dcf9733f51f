import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type EscalationChain, teamsQuery } from '../../api/index.ts';
import { useGuardedForm } from '../../features/conflict/use-guarded-form.tsx';
import { Button, Dialog, Select, showToast, TextField } from '../../ui/index.ts';

/** Creates a chain and opens it, or changes its name and team. */
export function ChainDialog({ chain, onClose }: { chain: EscalationChain | null; onClose: () => void }) {
  const navigate = useNavigate();
  const { data: teams = [] } = useQuery(teamsQuery);
  const [name, setName] = useState(chain?.name ?? '');
  const [teamId, setTeamId] = useState(chain?.team_id ?? '');
  const body = { name: name.trim(), team_id: teamId === '' ? null : teamId };
  const { submit, isPending, fields, problems } = useGuardedForm<EscalationChain>({
    path: '/escalation_chains/{id}',
    object: chain,
    mine: body,
    send: (headers) =>
      chain === null
        ? api.post('/escalation_chains', { body })
        : api.put('/escalation_chains/{id}', { path: { id: chain.id }, body, headers }),
    stale: ['escalation-chains'],
    onSaved: async (saved) => {
      showToast({ kind: 'done', text: chain === null ? `Created ${saved.name}` : `Saved ${saved.name}` });
      onClose();
      if (chain === null) await navigate({ to: '/escalations/$id', params: { id: saved.id } });
    },
    onClose,
    names: { name: 'Name', team_id: 'Team' },
    show: (field, value) =>
      field === 'team_id' ? (teams.find(({ id }) => id === value)?.name ?? 'No team') : String(value ?? '–'),
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={chain === null ? 'New escalation chain' : `Edit ${chain.name}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="chain" pending={isPending}>
            {chain === null ? 'Create chain' : 'Save'}
          </Button>
        </>
      }
    >
      <form id="chain" onSubmit={submit} className="space-y-4" noValidate>
        <TextField
          label="Name"
          value={name}
          onChange={setName}
          autoFocus
          maxLength={100}
          error={fields.name ?? (fields.non_field_errors === undefined ? null : 'Another chain has this name.')}
        />
        <Select
          label="Team"
          optional
          options={[{ value: '', label: 'No team' }, ...teams.map(({ id, name: label }) => ({ value: id, label }))]}
          value={teamId}
          onChange={setTeamId}
          error={fields.team_id}
        />
        {problems}
      </form>
    </Dialog>
  );
}
