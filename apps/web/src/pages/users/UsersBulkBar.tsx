import { useMutation, useQueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import { ApiError, api, errorText, nameOfUser, type Team, useForbidden } from '../../api/index.ts';
import type { User } from '../../api/types.ts';
import { Button, Dialog, IconButton, Select, showToast } from '../../ui/index.ts';

const ROLES = ['admin', 'editor', 'viewer', 'none'].map((role) => ({ value: role, label: role }));

type Props = { chosen: readonly User[]; teams: readonly Team[]; onClear: () => void };

/** What can be done to all chosen people, at the bottom of the screen. */
export function UsersBulkBar({ chosen, teams, onClear }: Props) {
  const mayManage = useForbidden('users:write');
  const [asking, setAsking] = useState<'role' | 'team' | null>(null);
  return (
    <section
      aria-label="Chosen people"
      data-bottom-bar="always"
      className="fixed inset-x-3 bottom-[calc(4.25rem+env(safe-area-inset-bottom))] z-30 mx-auto flex max-w-2xl flex-wrap items-center gap-2 rounded-xl border border-line bg-surface px-3 py-2 shadow-pop md:bottom-4"
    >
      <p role="status" className="flex-1 font-medium whitespace-nowrap">
        {chosen.length} chosen
      </p>
      <Button size="small" disabledReason={mayManage} onClick={() => setAsking('role')}>
        Set role…
      </Button>
      <Button
        size="small"
        disabledReason={mayManage ?? (teams.length === 0 ? 'There are no teams' : null)}
        onClick={() => setAsking('team')}
      >
        Add to team…
      </Button>
      <IconButton label="Choose nobody" size="small" icon={<X className="size-4" aria-hidden />} onClick={onClear} />
      {asking === 'role' && <RoleDialog chosen={chosen} onClose={() => setAsking(null)} onDone={onClear} />}
      {asking === 'team' && <TeamDialog chosen={chosen} teams={teams} onClose={() => setAsking(null)} onDone={onClear} />}
    </section>
  );
}

const setRoles = async (roles: readonly { user: User; role: string }[]): Promise<string[]> => {
  const refused: string[] = [];
  for (const { user, role } of roles) {
    try {
      await api.patch('/users/{id}', { path: { id: user.id }, body: { role } });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refused.push(`${nameOfUser(user)}: ${error.message}`);
    }
  }
  return refused;
};

type DialogProps = { chosen: readonly User[]; onClose: () => void; onDone: () => void };

function RoleDialog({ chosen, onClose, onDone }: DialogProps) {
  const client = useQueryClient();
  const [role, setRole] = useState('editor');
  const refresh = () => client.invalidateQueries({ queryKey: ['users'] });
  const save = useMutation({
    mutationFn: () => setRoles(chosen.map((user) => ({ user, role }))),
    onSuccess: async (refused) => {
      await refresh();
      const undo = async () => {
        await setRoles(chosen.map((user) => ({ user, role: user.role })));
        await refresh();
      };
      showToast({
        kind: refused.length === 0 ? 'done' : 'failed',
        text: `${chosen.length - refused.length} of ${chosen.length} have the role ${role}`,
        ...(refused.length === 0 ? {} : { detail: refused.join(' ') }),
        ...(refused.length === chosen.length ? {} : { action: { label: 'Undo', run: undo } }),
      });
      onClose();
      onDone();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Role of ${chosen.length} people`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" pending={save.isPending} onClick={() => save.mutate()}>
            Set role
          </Button>
        </>
      }
    >
      <Select label="Basic role" options={ROLES} value={role} onChange={setRole} />
      {save.error !== null && (
        <p role="alert" className="mt-3 text-danger">
          {errorText(save.error)}
        </p>
      )}
    </Dialog>
  );
}

function TeamDialog({ chosen, teams, onClose, onDone }: DialogProps & { teams: readonly Team[] }) {
  const client = useQueryClient();
  const [id, setId] = useState(teams[0]?.id ?? '');
  const name = teams.find((team) => team.id === id)?.name ?? '';
  const put = async (change: (members: readonly string[]) => readonly string[]) => {
    const members = await api.get<{ id: string }[]>('/teams/{id}/members', { path: { id } });
    await api.patch('/teams/{id}', { path: { id }, body: { members: change(members.map((member) => member.id)) } });
    await Promise.all([client.invalidateQueries({ queryKey: ['users'] }), client.invalidateQueries({ queryKey: ['teams'] })]);
  };
  const joining = chosen.filter((user) => user.teams?.includes(id) !== true).map((user) => user.id);
  const save = useMutation({
    mutationFn: () => put((members) => [...new Set([...members, ...joining])]),
    onSuccess: () => {
      showToast({
        kind: 'done',
        text: `${joining.length} joined ${name}`,
        action: { label: 'Undo', run: () => put((members) => members.filter((member) => !joining.includes(member))) },
      });
      onClose();
      onDone();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Add ${chosen.length} people to a team`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            pending={save.isPending}
            disabledReason={joining.length === 0 ? 'They are all in it' : null}
            onClick={() => save.mutate()}
          >
            Add
          </Button>
        </>
      }
    >
      <Select label="Team" options={teams.map((team) => ({ value: team.id, label: team.name }))} value={id} onChange={setId} />
      {save.error !== null && (
        <p role="alert" className="mt-3 text-danger">
          {errorText(save.error)}
        </p>
      )}
    </Dialog>
  );
}
