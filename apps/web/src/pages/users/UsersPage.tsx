import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download, Phone, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { api, errorText, nameOfUser, teamsQuery, useCan, useForbidden, usersQuery } from '../../api/index.ts';
import type { User } from '../../api/types.ts';
import { TeamScopeChip } from '../../features/team-scope/TeamScope.tsx';
import { useTeamScope } from '../../features/team-scope/team-scope.ts';
import { csvLine, downloadCsv } from '../../lib/csv.ts';
import { useListSort } from '../../lib/list-sort.ts';
import {
  Avatar,
  Badge,
  Button,
  Card,
  type Column,
  EmptyState,
  Page,
  Select,
  showToast,
  Table,
  TextField,
  Time,
} from '../../ui/index.ts';
import { InviteDrawer } from './InviteDrawer.tsx';
import { type Invitation, invitationsQuery, onCallQuery } from './queries.ts';
import { ROLES, usersRoute } from './routes.ts';
import { UsersBulkBar } from './UsersBulkBar.tsx';

/** The people of the organization, and who is invited. */
export function UsersPage() {
  const { search = '', role } = usersRoute.useSearch();
  const navigate = usersRoute.useNavigate();
  const { data: users } = useSuspenseQuery(usersQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const { data: onCall } = useQuery(onCallQuery);
  const { isMemberInScope } = useTeamScope();
  const isAdmin = useCan('admin:admin');
  const mayManage = useCan('users:write');
  const forbidden = useForbidden('admin:admin');
  const order = useListSort();
  const [inviting, setInviting] = useState(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const wanted = search.toLowerCase();
  const rows = users
    .filter(
      (user) =>
        isMemberInScope(user.teams) &&
        (role === undefined || user.role === role) &&
        `${user.username} ${user.name ?? ''} ${user.email}`.toLowerCase().includes(wanted),
    )
    .sort((a, b) => nameOfUser(a).localeCompare(nameOfUser(b)));
  const chosen = rows.filter(({ id }) => selected.has(id));
  const teamsOf = (user: User): string =>
    (user.teams ?? []).map((id) => teams.find((team) => team.id === id)?.name ?? id).join(', ');
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setSelected(next);
  };
  const download = () =>
    downloadCsv('users', [
      csvLine(['username', 'name', 'email', 'role', 'teams', 'timezone', 'on_call']),
      ...rows.map((user) =>
        csvLine([
          user.username,
          user.name ?? null,
          user.email,
          user.role,
          teamsOf(user),
          user.timezone ?? null,
          (onCall?.get(user.id) ?? []).join(', '),
        ]),
      ),
    ]);
  const columns: Column<User>[] = [
    {
      header: 'Name',
      onPhone: 'title',
      sortBy: nameOfUser,
      cell: (user) => (
        <span className="flex items-center gap-2">
          {mayManage && (
            <label className="-m-2 mr-0 flex p-2 pointer-coarse:-m-3 pointer-coarse:mr-0 pointer-coarse:p-3">
              <span className="sr-only">Choose {nameOfUser(user)}</span>
              <input
                type="checkbox"
                checked={selected.has(user.id)}
                onChange={() => toggle(user.id)}
                className="block size-4 accent-accent"
              />
            </label>
          )}
          <Avatar id={user.id} name={nameOfUser(user)} />
          <Link
            to="/users/$id"
            params={{ id: user.id }}
            search={{}}
            className="font-medium hover:underline [overflow-wrap:anywhere]"
          >
            {nameOfUser(user)}
          </Link>
        </span>
      ),
    },
    {
      header: 'E-mail',
      sortBy: ({ email }) => email,
      cell: ({ email }) => <span className="[overflow-wrap:anywhere]">{email}</span>,
    },
    { header: 'Role', sortBy: (user) => ROLES.indexOf(user.role as never), cell: (user) => <Badge>{user.role}</Badge> },
    {
      header: 'Teams',
      sortBy: (user) => teamsOf(user) || null,
      cell: (user) => teamsOf(user) || <span className="text-muted">–</span>,
    },
    {
      header: 'On call now',
      sortBy: ({ id }) => (onCall?.has(id) ? 0 : 1),
      cell: ({ id }) => {
        const schedules = onCall?.get(id);
        return schedules === undefined ? (
          <span className="text-muted">–</span>
        ) : (
          <Badge tone="accent" icon={<Phone className="size-3" aria-hidden />} className="whitespace-normal!">
            {schedules.join(', ') || 'on call'}
          </Badge>
        );
      },
    },
  ];
  return (
    <Page
      title="Users"
      actions={
        <>
          <Button
            icon={<Download className="size-4" aria-hidden />}
            disabledReason={rows.length === 0 ? 'There is nobody to list' : null}
            onClick={download}
          >
            CSV
          </Button>
          <Button
            kind="primary"
            icon={<UserPlus className="size-4" aria-hidden />}
            disabledReason={forbidden}
            onClick={() => setInviting(true)}
          >
            Invite
          </Button>
        </>
      }
    >
      <div className="mb-4 grid gap-3 sm:grid-cols-[minmax(0,20rem)_minmax(0,12rem)]">
        <TextField
          label="Find people"
          hideLabel
          type="search"
          placeholder="Find people"
          value={search}
          onChange={(text) =>
            void navigate({ search: (old) => ({ ...old, search: text === '' ? undefined : text }), replace: true })
          }
        />
        <Select
          label="Role"
          hideLabel
          options={[{ value: '', label: 'Every role' }, ...ROLES.map((one) => ({ value: one, label: one }))]}
          value={role ?? ''}
          onChange={(one) => void navigate({ search: (old) => ({ ...old, role: ROLES.find((known) => known === one) }) })}
        />
      </div>
      <TeamScopeChip />
      <Table
        caption="Users"
        rows={rows}
        columns={columns}
        {...order}
        rowKey={({ id }) => id}
        empty={
          <EmptyState
            title="Nobody matches"
            actions={<Button onClick={() => void navigate({ search: {}, replace: true })}>Clear filters</Button>}
          />
        }
      />
      {isAdmin && <Invitations />}
      {inviting && <InviteDrawer onClose={() => setInviting(false)} />}
      {chosen.length > 0 && <UsersBulkBar chosen={chosen} teams={teams} onClear={() => setSelected(new Set())} />}
    </Page>
  );
}

/** Invitations that were not accepted yet. */
function Invitations() {
  const client = useQueryClient();
  const { data: invitations = [] } = useQuery(invitationsQuery);
  const open = invitations.filter(({ state }) => state === 'pending' || state === 'expired');
  const revoke = useMutation({
    mutationFn: ({ id }: Invitation) => api.delete('/invitations/{id}', { path: { id } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['invitations'] });
      showToast({ kind: 'done', text: 'Invitation revoked' });
    },
    onError: (error) => showToast({ kind: 'failed', text: 'It was not revoked', detail: errorText(error) }),
  });
  if (open.length === 0) return null;
  return (
    <Card title="Invited" className="mt-6">
      <ul className="space-y-2">
        {open.map((invitation) => (
          <li key={invitation.id} className="flex flex-wrap items-center gap-2">
            <span className="font-medium [overflow-wrap:anywhere]">{invitation.email}</span>
            <Badge>{invitation.role}</Badge>
            <span className="flex-1 text-muted">
              {invitation.state === 'expired' ? 'expired' : 'until'} <Time value={invitation.expires_at} show="short" />
            </span>
            <Button
              size="small"
              onClick={() => revoke.mutate(invitation)}
              aria-label={`Revoke the invitation of ${invitation.email}`}
            >
              Revoke
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
