import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Pencil, Plus, Trash2, Waypoints } from 'lucide-react';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, errorText, nameOfUser, type Team, teamsQuery, useForbidden, usersQuery } from '../../api/index.ts';
import type { TeamUses } from '../../api/schema.js';
import {
  Badge,
  Button,
  Checkbox,
  type Column,
  ConfirmDialog,
  Drawer,
  EmptyState,
  IconButton,
  MultiCombobox,
  Page,
  SkeletonRows,
  showToast,
  Table,
  TextField,
} from '../../ui/index.ts';

type TeamRow = Team & { is_sharing_resources_to_all?: boolean };
type Opened = { kind: 'form'; team: TeamRow | null } | { kind: 'delete'; team: TeamRow };

/** Teams: who belongs to each, and whether everybody sees what is theirs. */
export function TeamsPage() {
  const { data: teams } = useSuspenseQuery(teamsQuery);
  const { data: users = [] } = useQuery(usersQuery);
  const forbidden = useForbidden('teams:write');
  const [opened, setOpened] = useState<Opened | null>(null);
  const close = () => setOpened(null);
  const membersOf = (id: string) => users.filter((user) => (user.teams ?? []).includes(id));
  const columns: Column<TeamRow>[] = [
    {
      header: 'Name',
      onPhone: 'title',
      cell: ({ name }) => <span className="font-medium [overflow-wrap:anywhere]">{name}</span>,
    },
    {
      header: 'Members',
      cell: ({ id }) => {
        const members = membersOf(id);
        return members.length === 0 ? <span className="text-muted">nobody</span> : members.map(nameOfUser).join(', ');
      },
    },
    {
      header: 'Seen by',
      cell: (team) => (
        <Badge tone="quiet">{team.is_sharing_resources_to_all === true ? 'everybody' : 'members and admins'}</Badge>
      ),
    },
    {
      header: 'Actions',
      hideHeader: true,
      align: 'end',
      cell: (team) =>
        forbidden === null && (
          <span className="flex justify-end gap-1">
            <IconButton
              size="small"
              label={`Edit ${team.name}`}
              icon={<Pencil className="size-4" aria-hidden />}
              onClick={() => setOpened({ kind: 'form', team })}
            />
            <IconButton
              size="small"
              label={`Delete ${team.name}`}
              icon={<Trash2 className="size-4" aria-hidden />}
              onClick={() => setOpened({ kind: 'delete', team })}
            />
          </span>
        ),
    },
  ];
  const create = (
    <Button
      kind="primary"
      icon={<Plus className="size-4" aria-hidden />}
      disabledReason={forbidden}
      onClick={() => setOpened({ kind: 'form', team: null })}
    >
      New team
    </Button>
  );
  return (
    <Page title="Teams" description="Teams own integrations, chains and schedules, and keep them apart." actions={create}>
      <Table
        caption="Teams"
        rows={teams}
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          <EmptyState icon={<Waypoints />} title="No teams yet" actions={create}>
            Without teams everybody sees everything, which is fine for a small organization.
          </EmptyState>
        }
      />
      {opened?.kind === 'form' && (
        <TeamDrawer
          team={opened.team}
          members={opened.team === null ? [] : membersOf(opened.team.id).map(({ id }) => id)}
          onClose={close}
        />
      )}
      {opened?.kind === 'delete' && <DeleteTeam team={opened.team} onClose={close} />}
    </Page>
  );
}

function TeamDrawer({ team, members: start, onClose }: { team: TeamRow | null; members: string[]; onClose: () => void }) {
  const client = useQueryClient();
  const { data: users = [] } = useQuery(usersQuery);
  const [name, setName] = useState(team?.name ?? '');
  const [members, setMembers] = useState<readonly string[]>(start);
  const [shares, setShares] = useState(team?.is_sharing_resources_to_all ?? false);
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), members, is_sharing_resources_to_all: shares };
      return team === null ? api.post('/teams', { body }) : api.put('/teams/{id}', { path: { id: team.id }, body });
    },
    onSuccess: async () => {
      await Promise.all([client.invalidateQueries({ queryKey: ['teams'] }), client.invalidateQueries({ queryKey: ['users'] })]);
      showToast({ kind: 'done', text: `Saved ${name}` });
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
      title={team === null ? 'New team' : `Edit ${team.name}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="team" pending={save.isPending}>
            {team === null ? 'Create team' : 'Save team'}
          </Button>
        </>
      }
    >
      <form id="team" onSubmit={submit} className="space-y-4" noValidate>
        <TextField label="Name" autoFocus value={name} onChange={setName} error={fields.name} />
        <MultiCombobox
          label="Members"
          optional
          options={users.map((user) => ({ value: user.id, label: nameOfUser(user), hint: user.email }))}
          value={[...members]}
          onChange={setMembers}
          error={fields.members}
        />
        <Checkbox
          label="Everybody sees what belongs to this team"
          hint="Otherwise only its members and administrators do. Who is paged always sees the alert."
          checked={shares}
          onChange={setShares}
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

function DeleteTeam({ team, onClose }: { team: TeamRow; onClose: () => void }) {
  const client = useQueryClient();
  const { data: uses } = useQuery({
    queryKey: ['teams', 'uses', team.id],
    queryFn: ({ signal }): Promise<TeamUses> => api.get('/teams/{id}/uses', { path: { id: team.id }, signal }),
  });
  const remove = useMutation({
    mutationFn: () => api.delete('/teams/{id}', { path: { id: team.id } }),
    onSuccess: async () => {
      await client.invalidateQueries();
      showToast({ kind: 'done', text: `Deleted ${team.name}` });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Delete ${team.name}?`}
      confirmLabel="Delete team"
      typeToConfirm={team.name}
      onConfirm={() => remove.mutate()}
      pending={remove.isPending}
      error={remove.error === null ? null : errorText(remove.error)}
    >
      <p>What belongs to it falls to “No team”, where everybody sees it.</p>
      {uses === undefined ? <SkeletonRows rows={2} label="Looking for what belongs to it" /> : <Belongings uses={uses} />}
    </ConfirmDialog>
  );
}

const KIND_NAMES: Readonly<Record<string, readonly [one: string, several: string]>> = {
  integrations: ['integration', 'integrations'],
  escalation_chains: ['escalation chain', 'escalation chains'],
  schedules: ['schedule', 'schedules'],
  webhooks: ['webhook', 'webhooks'],
  on_call_shifts: ['shift', 'shifts'],
};

function Belongings({ uses }: { uses: TeamUses }) {
  const counted = Object.entries(uses as Record<string, number>).filter(([, count]) => count > 0);
  if (counted.length === 0) return <p className="text-muted">Nothing belongs to it.</p>;
  return (
    <ul aria-label="What belongs to it" className="list-disc rounded-md bg-warn-soft py-2 pr-3 pl-8 text-warn">
      {counted.map(([kind, count]) => (
        <li key={kind}>
          {count} {KIND_NAMES[kind]?.[count === 1 ? 0 : 1] ?? kind.replaceAll('_', ' ')}
        </li>
      ))}
    </ul>
  );
}
