import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { nameOfUser, teamsQuery, usersQuery } from '../../api/directory.ts';
import { ApiError, errorText, type FieldErrors } from '../../api/errors.ts';
import { useForbidden } from '../../api/session.ts';
import { Button, Checkbox, Combobox, Drawer, EmptyState, MultiCombobox, showToast, TextArea, TextField } from '../../ui/index.ts';

/** Asks people or a team to come now (web-ui.md 7), then opens the alert group that was made. */
export default function PageSomeoneDrawer({ onClose }: { onClose: () => void }) {
  const forbidden = useForbidden('alert-groups:direct-paging');
  const { data: users = [] } = useQuery(usersQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const client = useQueryClient();
  const navigate = useNavigate();
  const [title, setTitle] = useState('');
  const [message, setMessage] = useState('');
  const [people, setPeople] = useState<string[]>([]);
  const [team, setTeam] = useState<string | null>(null);
  const [important, setImportant] = useState(true);
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [pending, setPending] = useState(false);

  const send = async () => {
    const missing = {
      ...(message.trim() === '' ? { message: 'Say what it is about.' } : {}),
      ...(people.length === 0 && team === null ? { users: 'Choose at least one person, or a team.' } : {}),
    };
    setErrors(missing);
    setFailure(null);
    if (Object.keys(missing).length > 0) return;
    setPending(true);
    try {
      const made = await api.post<{ id?: string; alert_group_id?: string }>('/escalation', {
        body: {
          title: title.trim() === '' ? undefined : title.trim(),
          message,
          users: people.map((id) => ({ id, important })),
          ...(team === null ? {} : { team, important_team_escalation: important }),
        },
      });
      void client.invalidateQueries({ queryKey: ['alert-groups'] });
      showToast({ text: 'Paged. This is their alert group.' });
      const id = made.id ?? made.alert_group_id;
      if (id === undefined) onClose();
      else void navigate({ to: '/alert-groups/$id' as string, params: { id } as never });
    } catch (error) {
      setErrors(error instanceof ApiError ? error.fields : {});
      setFailure(errorText(error));
    } finally {
      setPending(false);
    }
  };
  if (forbidden !== null) {
    return (
      <Drawer open onClose={onClose} title="Page someone">
        <EmptyState title="You may not page people">{forbidden}</EmptyState>
      </Drawer>
    );
  }
  return (
    <Drawer
      open
      onClose={onClose}
      title="Page someone"
      description="They are notified at once, by their own rules."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" pending={pending} onClick={() => void send()}>
            Page now
          </Button>
        </>
      }
    >
      <form className="space-y-4" onSubmit={(event) => event.preventDefault()}>
        <TextArea label="Message" rows={4} autoFocus value={message} onChange={setMessage} error={errors.message} />
        <TextField label="Title" optional value={title} onChange={setTitle} error={errors.title} />
        <MultiCombobox
          label="People"
          placeholder="Name or e-mail"
          options={users.map((user) => ({ value: user.id, label: nameOfUser(user), hint: user.email }))}
          value={people}
          onChange={setPeople}
          error={errors.users}
        />
        <Combobox
          label="Team"
          optional
          clearable
          placeholder="Whoever is on call for a team"
          options={teams.map((one) => ({ value: one.id, label: one.name }))}
          value={team}
          onChange={setTeam}
          error={errors.team}
        />
        <Checkbox
          label="Important"
          hint="Uses their rules for important notifications, which are usually louder."
          checked={important}
          onChange={setImportant}
        />
        {failure !== null && (
          <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
            {failure}
          </p>
        )}
      </form>
    </Drawer>
  );
}
