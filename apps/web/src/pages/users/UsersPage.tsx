import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { api, errorText, nameOfUser, teamsQuery, useCan, useForbidden, usersQuery } from '../../api/index.ts';
import type { User } from '../../api/types.ts';
import { Avatar, Badge, Button, Card, type Column, Page, showToast, Table, TextField, Time } from '../../ui/index.ts';
import { InviteDrawer } from './InviteDrawer.tsx';
import { type Invitation, invitationsQuery } from './queries.ts';
import { usersRoute } from './routes.ts';

/** The people of the organization, and who is invited. */
export function UsersPage() {
  const { search = '' } = usersRoute.useSearch();
  const navigate = usersRoute.useNavigate();
  const { data: users } = useSuspenseQuery(usersQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const isAdmin = useCan('admin:admin');
  const forbidden = useForbidden('admin:admin');
  const [inviting, setInviting] = useState(false);
  const wanted = search.toLowerCase();
  const rows = users
    .filter((user) => `${user.username} ${user.name ?? ''} ${user.email}`.toLowerCase().includes(wanted))
    .sort((a, b) => nameOfUser(a).localeCompare(nameOfUser(b)));
  const columns: Column<User>[] = [
    {
      header: 'Name',
      onPhone: 'title',
      cell: (user) => (
        <span className="flex items-center gap-2">
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
    { header: 'E-mail', cell: ({ email }) => <span className="[overflow-wrap:anywhere]">{email}</span> },
    { header: 'Role', cell: ({ role }) => <Badge>{role}</Badge> },
    {
      header: 'Teams',
      cell: (user) => {
        const names = (user.teams ?? []).map((id) => teams.find((team) => team.id === id)?.name ?? id);
        return names.length === 0 ? <span className="text-muted">–</span> : names.join(', ');
      },
    },
  ];
  return (
    <Page
      title="Users"
      actions={
        <Button
          kind="primary"
          icon={<UserPlus className="size-4" aria-hidden />}
          disabledReason={forbidden}
          onClick={() => setInviting(true)}
        >
          Invite
        </Button>
      }
    >
      <div className="mb-4 max-w-sm">
        <TextField
          label="Find people"
          hideLabel
          type="search"
          placeholder="Find people"
          value={search}
          onChange={(text) => void navigate({ search: text === '' ? {} : { search: text }, replace: true })}
        />
      </div>
      <Table
        caption="Users"
        rows={rows}
        columns={columns}
        rowKey={({ id }) => id}
        empty={<p className="p-6 text-center text-muted">Nobody matches.</p>}
      />
      {isAdmin && <Invitations />}
      {inviting && <InviteDrawer onClose={() => setInviting(false)} />}
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
