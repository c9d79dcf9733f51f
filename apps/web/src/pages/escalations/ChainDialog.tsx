import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, type EscalationChain, errorText, teamsQuery } from '../../api/index.ts';
import { Button, Dialog, Select, showToast, TextField } from '../../ui/index.ts';

/** Creates a chain and opens it, or changes its name and team. */
export function ChainDialog({ chain, onClose }: { chain: EscalationChain | null; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: teams = [] } = useQuery(teamsQuery);
  const [name, setName] = useState(chain?.name ?? '');
  const [teamId, setTeamId] = useState(chain?.team_id ?? '');
  const save = useMutation({
    mutationFn: (): Promise<EscalationChain> => {
      const body = { name: name.trim(), team_id: teamId === '' ? null : teamId };
      return chain === null
        ? api.post('/escalation_chains', { body })
        : api.put('/escalation_chains/{id}', { path: { id: chain.id }, body });
    },
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ['escalation-chains'] });
      showToast({ kind: 'done', text: chain === null ? `Created ${saved.name}` : `Saved ${saved.name}` });
      onClose();
      if (chain === null) await navigate({ to: '/escalations/$id', params: { id: saved.id } });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  return (
    <Dialog
      open
      onClose={onClose}
      title={chain === null ? 'New escalation chain' : `Edit ${chain.name}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="chain" pending={save.isPending}>
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
        {save.error !== null && Object.keys(fields).length === 0 && (
          <p role="alert" className="text-danger">
            {errorText(save.error)}
          </p>
        )}
      </form>
    </Dialog>
  );
}
