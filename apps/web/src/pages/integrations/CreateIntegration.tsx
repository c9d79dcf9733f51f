import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, chainsQuery, errorText, type Integration, teamsQuery } from '../../api/index.ts';
import { Badge, Button, Drawer, Select, showToast, TextField } from '../../ui/index.ts';
import { type IntegrationType, typesQuery } from './queries.ts';

/** First the type from the catalogue, then its name; ends on the page of the new integration. */
export function CreateIntegration({ onClose }: { onClose: () => void }) {
  const [chosen, setChosen] = useState<IntegrationType | null>(null);
  return chosen === null ? (
    <Catalogue onChoose={setChosen} onClose={onClose} />
  ) : (
    <NewForm type={chosen} onBack={() => setChosen(null)} onClose={onClose} />
  );
}

function Catalogue({ onChoose, onClose }: { onChoose: (type: IntegrationType) => void; onClose: () => void }) {
  const { data: types } = useSuspenseQuery(typesQuery);
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const shown = types.filter(
    ({ is_creatable, display_name, short_description, type }) =>
      is_creatable && `${display_name} ${type} ${short_description}`.toLowerCase().includes(wanted),
  );
  return (
    <Drawer open onClose={onClose} title="New integration" description="What sends the alerts?" width="wide">
      <TextField
        label="Find a system"
        hideLabel
        type="search"
        autoFocus
        placeholder="Find a system"
        value={search}
        onChange={setSearch}
      />
      <ul className="mt-4 grid gap-2 sm:grid-cols-2">
        {shown.map((type) => (
          <li key={type.type}>
            <button
              type="button"
              onClick={() => onChoose(type)}
              className="flex h-full w-full flex-col items-start gap-0.5 rounded-lg border border-line bg-surface p-3 text-left shadow-card hover:border-accent hover:bg-hover"
            >
              <span className="flex flex-wrap items-center gap-2 font-medium">
                {type.display_name}
                {type.featured_tag_name !== null && <Badge tone="accent">{type.featured_tag_name}</Badge>}
              </span>
              <span className="text-muted">{type.short_description}</span>
            </button>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="mt-4 text-muted">Not listed? Webhook takes any JSON.</p>}
    </Drawer>
  );
}

function NewForm({ type, onBack, onClose }: { type: IntegrationType; onBack: () => void; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: teams = [] } = useQuery(teamsQuery);
  const { data: chains = [] } = useQuery(chainsQuery);
  const [name, setName] = useState(type.display_name);
  const [description, setDescription] = useState('');
  const [teamId, setTeamId] = useState('');
  const [chainId, setChainId] = useState('');
  const create = useMutation({
    mutationFn: (): Promise<Integration> =>
      api.post('/integrations', {
        body: {
          type: type.type,
          name: name.trim(),
          description_short: description.trim() === '' ? null : description.trim(),
          team_id: teamId === '' ? null : teamId,
          ...(chainId === '' ? {} : { default_route: { escalation_chain_id: chainId } }),
        },
      }),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ['integrations'] });
      showToast({ kind: 'done', text: `Created ${made.name}` });
      await navigate({ to: '/integrations/$id', params: { id: made.id } });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!create.isPending) create.mutate();
  };
  const { error } = create;
  const fields = error instanceof ApiError ? error.fields : {};
  const nameError = fields.name ?? (error instanceof ApiError && /name/i.test(error.message) ? error.message : null);
  return (
    <Drawer
      open
      onClose={onClose}
      title={`New ${type.display_name} integration`}
      description={type.short_description}
      footer={
        <>
          <Button onClick={onBack} className="mr-auto">
            Another system
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="integration" pending={create.isPending}>
            Create integration
          </Button>
        </>
      }
    >
      <form id="integration" onSubmit={submit} className="space-y-4" noValidate>
        <TextField label="Name" autoFocus value={name} onChange={setName} error={nameError} maxLength={150} />
        <TextField label="Description" optional value={description} onChange={setDescription} error={fields.description_short} />
        <Select
          label="Escalation chain"
          optional
          hint="Where alerts go that no other route takes. It can be chosen later; until then nobody is notified."
          options={[{ value: '', label: 'None yet' }, ...chains.map(({ id, name: label }) => ({ value: id, label }))]}
          value={chainId}
          onChange={setChainId}
        />
        <Select
          label="Team"
          optional
          options={[{ value: '', label: 'No team' }, ...teams.map(({ id, name: label }) => ({ value: id, label }))]}
          value={teamId}
          onChange={setTeamId}
          error={fields.team_id}
        />
        {error !== null && nameError === null && fields.description_short === undefined && (
          <p role="alert" className="text-danger">
            {errorText(error)}
          </p>
        )}
      </form>
    </Drawer>
  );
}
