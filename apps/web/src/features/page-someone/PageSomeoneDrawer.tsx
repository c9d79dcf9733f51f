import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { schedulesQuery, teamsQuery } from '../../api/directory.ts';
import { ApiError, errorText, type FieldErrors } from '../../api/errors.ts';
import { useCan, useForbidden } from '../../api/session.ts';
import {
  Button,
  Checkbox,
  Combobox,
  Drawer,
  EmptyState,
  MultiCombobox,
  RadioGroup,
  showToast,
  TextArea,
  TextField,
} from '../../ui/index.ts';
import { pagePeople } from './paging.ts';
import { usePeople } from './use-people.ts';

function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <div role="status" className="flex items-start gap-2 rounded-md bg-warn-soft px-3 py-2 text-warn">
      <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
      <ul>
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </div>
  );
}

/** Why paging a team may reach nobody: no schedule of it has anybody on call. null when somebody is. */
function useTeamGap(team: string | null): string | null {
  const schedules = useQuery({ ...schedulesQuery, enabled: useCan('schedules:read') }).data ?? [];
  if (team === null) return null;
  const own = schedules.filter(({ team_id }) => team_id === team);
  if (own.some(({ on_call_now }) => (on_call_now ?? []).length > 0)) return null;
  if (own.length === 0) return 'This team has no schedule, so perhaps nobody is reached.';
  return `Nobody is on call now by ${own.map(({ name }) => name).join(', ')}.`;
}

/** Asks people or a team to come now (web-ui.md 7), then opens the alert group that was made. @param whom the person chosen first */
export default function PageSomeoneDrawer({ onClose, whom: first }: { onClose: () => void; whom: string | null }) {
  const forbidden = useForbidden('alert-groups:direct-paging');
  const { options, warningsFor } = usePeople();
  const { data: teams = [] } = useQuery({ ...teamsQuery, enabled: useCan('user-settings:read') });
  const client = useQueryClient();
  const navigate = useNavigate();
  const [whom, setWhom] = useState<'people' | 'team'>('people');
  const [title, setTitle] = useState('');
  const [message, setMessage] = useState('');
  const [people, setPeople] = useState<string[]>(first === null ? [] : [first]);
  const [team, setTeam] = useState<string | null>(null);
  const [important, setImportant] = useState(true);
  const [confirmed, setConfirmed] = useState(false);
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const gap = useTeamGap(whom === 'team' ? team : null);

  const send = async () => {
    const missing = {
      ...(message.trim() === '' ? { message: 'Say what it is about.' } : {}),
      ...(whom === 'people' && people.length === 0 ? { users: 'Choose at least one person.' } : {}),
      ...(whom === 'team' && team === null ? { team: 'Choose a team.' } : {}),
    };
    setErrors(missing);
    setFailure(null);
    if (Object.keys(missing).length > 0) return;
    if (gap !== null && !confirmed) return setFailure('Tick that you want to page them anyway.');
    setPending(true);
    try {
      const paged = await pagePeople({
        ...(title.trim() === '' ? {} : { title: title.trim() }),
        message,
        ...(whom === 'people' ? { users: people.map((id) => ({ id, important })) } : {}),
        ...(whom === 'team' && team !== null ? { team, important_team_escalation: important } : {}),
      });
      void client.invalidateQueries({ queryKey: ['alert-groups'] });
      if (paged.warnings.length === 0) showToast({ text: 'Paged. This is their alert group.' });
      else showToast({ kind: 'failed', text: 'Paged, but:', detail: paged.warnings.map(({ detail }) => detail).join(' ') });
      await navigate({ to: '/alert-groups/$id', params: { id: paged.id }, search: {} });
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
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <TextArea label="Message" rows={4} autoFocus value={message} onChange={setMessage} error={errors.message} />
        <TextField label="Title" optional value={title} onChange={setTitle} error={errors.title} />
        <RadioGroup
          label="Whom"
          value={whom}
          onChange={(value) => setWhom(value === 'team' ? 'team' : 'people')}
          choices={[
            { value: 'people', label: 'People' },
            { value: 'team', label: 'Whoever is on call for a team' },
          ]}
        />
        {whom === 'people' ? (
          <>
            <MultiCombobox
              label="People"
              placeholder="Name or e-mail"
              options={options}
              value={people}
              onChange={setPeople}
              error={errors.users}
            />
            <Warnings warnings={warningsFor(people)} />
          </>
        ) : (
          <>
            <Combobox
              label="Team"
              placeholder="Team"
              options={teams.map((one) => ({ value: one.id, label: one.name }))}
              value={team}
              onChange={(value) => {
                setTeam(value);
                setConfirmed(false);
              }}
              error={errors.team}
            />
            <Warnings warnings={gap === null ? [] : [gap]} />
            {gap !== null && <Checkbox label="Page them anyway" checked={confirmed} onChange={setConfirmed} />}
          </>
        )}
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
