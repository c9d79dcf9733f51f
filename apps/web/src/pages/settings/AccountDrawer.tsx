import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, errorText, teamsQuery } from '../../api/index.ts';
import { Button, Checkbox, Drawer, MultiCombobox, Select, showToast, TextField } from '../../ui/index.ts';
import type { Role, ServiceAccount } from './access-queries.ts';

const BASIC = [
  { value: 'none', label: 'None: only the roles below' },
  { value: 'viewer', label: 'Viewer' },
  { value: 'editor', label: 'Editor' },
  { value: 'admin', label: 'Admin' },
];

/** Creates or changes a service account. */
export function AccountDrawer({
  account,
  roles,
  onClose,
}: {
  account: ServiceAccount | null;
  roles: readonly Role[];
  onClose: () => void;
}) {
  const client = useQueryClient();
  const { data: teams = [] } = useQuery(teamsQuery);
  const [name, setName] = useState(account?.name ?? '');
  const [description, setDescription] = useState(account?.description ?? '');
  const [role, setRole] = useState(account?.role ?? 'none');
  const [added, setAdded] = useState<readonly string[]>(account?.roles ?? []);
  const [teamIds, setTeamIds] = useState<readonly string[]>(account?.team_ids ?? []);
  const [mayAct, setMayAct] = useState(account?.may_act ?? false);
  const [isDisabled, setIsDisabled] = useState(account?.is_disabled ?? false);
  const save = useMutation({
    mutationFn: () => {
      const body = {
        name: name.trim(),
        description,
        role,
        roles: added,
        team_ids: teamIds.length === 0 ? null : teamIds,
        may_act: mayAct,
        is_disabled: isDisabled,
      };
      return account === null
        ? api.post('/service_accounts', { body })
        : api.put('/service_accounts/{id}', { path: { id: account.id }, body });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['service-accounts'] });
      showToast({ kind: 'done', text: account === null ? `Created ${name}` : `Saved ${name}` });
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
      title={account === null ? 'New service account' : `Edit ${account.name}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="service-account" pending={save.isPending}>
            {account === null ? 'Create service account' : 'Save'}
          </Button>
        </>
      }
    >
      <form id="service-account" onSubmit={submit} className="space-y-4" noValidate>
        <TextField label="Name" value={name} onChange={setName} autoFocus error={fields.name} />
        <TextField label="Description" optional value={description} onChange={setDescription} error={fields.description} />
        <Select label="Basic role" options={BASIC} value={role} onChange={setRole} error={fields.role} />
        <MultiCombobox
          label="More roles"
          optional
          options={roles.map(({ id, name: label, description: hint }) => ({ value: id, label, hint }))}
          value={[...added]}
          onChange={setAdded}
          error={fields.roles}
        />
        <MultiCombobox
          label="Only these teams"
          optional
          hint="Without a choice it sees the resources of all teams."
          options={teams.map(({ id, name: label }) => ({ value: id, label }))}
          value={[...teamIds]}
          onChange={setTeamIds}
          error={fields.team_ids}
        />
        <Checkbox
          label="May act on alert groups"
          hint="It may acknowledge, resolve, silence and page people; the timeline names it as the author."
          checked={mayAct}
          onChange={setMayAct}
        />
        <Checkbox
          label="Disabled"
          hint="Its tokens are refused until this is switched off."
          checked={isDisabled}
          onChange={setIsDisabled}
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
