import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, type EscalationChain, errorText, teamsQuery } from '../../api/index.ts';
import { ConflictView } from '../../features/conflict/ConflictView.tsx';
import { isConflict, useEditGuard } from '../../features/conflict/use-edit-guard.ts';
import { Button, Dialog, Select, showToast, TextField } from '../../ui/index.ts';

/** Creates a chain and opens it, or changes its name and team. */
export function ChainDialog({ chain, onClose }: { chain: EscalationChain | null; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: teams = [] } = useQuery(teamsQuery);
  const [name, setName] = useState(chain?.name ?? '');
  const [teamId, setTeamId] = useState(chain?.team_id ?? '');
  const guard = useEditGuard('/escalation_chains/{id}', chain?.id ?? null);
  const body = { name: name.trim(), team_id: teamId === '' ? null : teamId };
  const save = useMutation({
    mutationFn: (): Promise<EscalationChain> =>
      chain === null
        ? api.post('/escalation_chains', { body })
        : guard.save(body, (headers) => api.put('/escalation_chains/{id}', { path: { id: chain.id }, body, headers })),
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
        <ConflictView
          guard={guard}
          error={save.error}
          mine={body}
          names={{ name: 'Name', team_id: 'Team' }}
          show={(field, value) =>
            field === 'team_id' ? (teams.find(({ id }) => id === value)?.name ?? 'No team') : String(value ?? '–')
          }
          onOverwrite={() => save.mutate()}
          onDiscard={() => {
            void client.invalidateQueries({ queryKey: ['escalation-chains'] });
            onClose();
          }}
        />
        {save.error !== null && !isConflict(save.error) && Object.keys(fields).length === 0 && (
          <p role="alert" className="text-danger">
            {errorText(save.error)}
          </p>
        )}
      </form>
    </Dialog>
  );
}
