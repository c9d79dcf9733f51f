import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { TriangleAlert, UserPlus, X } from 'lucide-react';
import { type Ref, useState } from 'react';
import { api } from '../../api/client.ts';
import { errorText } from '../../api/errors.ts';
import { useForbidden, useSession } from '../../api/session.ts';
import type { AlertGroup } from '../../api/types.ts';
import { pagePeople } from '../../features/page-someone/paging.ts';
import { usePeople } from '../../features/page-someone/use-people.ts';
import {
  Avatar,
  Badge,
  Button,
  Card,
  Checkbox,
  Dialog,
  IconButton,
  MultiCombobox,
  showToast,
  Time,
  type Tone,
} from '../../ui/index.ts';

/** `GET /alert_groups/{id}/responders` */
type Responder = {
  user: { id: string; username: string; name: string; teams: string[] };
  important: boolean;
  paged_at: string;
  state: 'notifying' | 'acknowledged' | 'exhausted' | 'failed';
  acknowledged_at: string | null;
};

const respondersQuery = (id: string) =>
  queryOptions({
    queryKey: ['alert-groups', 'of', id, 'responders'],
    queryFn: ({ signal }): Promise<{ results: Responder[] }> =>
      api.get('/alert_groups/{id}/responders', { path: { id }, signal }),
  });

const STATES: Readonly<Record<Responder['state'], { word: string; tone: Tone }>> = {
  notifying: { word: 'being notified', tone: 'accent' },
  acknowledged: { word: 'confirmed', tone: 'ok' },
  exhausted: { word: 'all rules used up', tone: 'warn' },
  failed: { word: 'not reached', tone: 'danger' },
};

function AddDialog({ group, taken, onClose }: { group: AlertGroup; taken: readonly string[]; onClose: () => void }) {
  const { options, warningsFor } = usePeople();
  const client = useQueryClient();
  const [people, setPeople] = useState<string[]>([]);
  const [important, setImportant] = useState(true);
  const [error, setError] = useState<string | null>(null);
  const add = useMutation({
    mutationFn: () => pagePeople({ alert_group_id: group.id, users: people.map((id) => ({ id, important })) }),
    onSuccess: ({ warnings }) => {
      void client.invalidateQueries({ queryKey: ['alert-groups', 'of', group.id] });
      showToast(
        warnings.length === 0
          ? { text: `Paged for #${group.alert_group_number}` }
          : { kind: 'failed', text: 'Paged, but:', detail: warnings.map(({ detail }) => detail).join(' ') },
      );
      onClose();
    },
    onError: (failure) => setError(errorText(failure)),
  });
  const warnings = warningsFor(people);
  const submit = () => {
    if (people.length === 0) setError('Choose at least one person.');
    else add.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add responders"
      description="They are paged at once, also while the alert group is acknowledged or silenced."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" pending={add.isPending} onClick={submit}>
            Page now
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        <MultiCombobox
          label="People"
          placeholder="Name or e-mail"
          options={options.filter(({ value }) => !taken.includes(value))}
          value={people}
          onChange={(value) => {
            setPeople(value);
            setError(null);
          }}
          error={error}
        />
        {warnings.length > 0 && (
          <div role="status" className="flex items-start gap-2 rounded-md bg-warn-soft px-3 py-2 text-warn">
            <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
            <ul>
              {warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          </div>
        )}
        <Checkbox
          label="Important"
          hint="Uses their rules for important notifications."
          checked={important}
          onChange={setImportant}
        />
      </div>
    </Dialog>
  );
}

/** Who was asked to come by hand, and how far they have come (web-ui.md 6.3). */
export function Responders({ group, addRef }: { group: AlertGroup; addRef: Ref<HTMLButtonElement> }) {
  const { data } = useQuery(respondersQuery(group.id));
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const mayNotPage = useForbidden('alert-groups:direct-paging');
  const mayNotWrite = useForbidden('alert-groups:write');
  const closed =
    group.root_alert_group_id !== null
      ? 'It is attached: add them to the alert group it follows.'
      : group.state === 'resolved'
        ? 'It is resolved.'
        : null;
  const remove = useMutation({
    mutationFn: (userId: string) =>
      api.post('/alert_groups/{id}/unpage_user', { path: { id: group.id }, body: { user_id: userId } }),
    onError: (error) => showToast({ kind: 'failed', text: 'Could not be removed', detail: errorText(error) }),
    onSettled: () => client.invalidateQueries({ queryKey: ['alert-groups', 'of', group.id] }),
  });
  const answer = useMutation({
    mutationFn: () => api.post('/alert_groups/{id}/acknowledge_own_page', { path: { id: group.id } }),
    onError: (error) => showToast({ kind: 'failed', text: 'Could not be confirmed', detail: errorText(error) }),
    onSettled: () => client.invalidateQueries({ queryKey: ['alert-groups', 'of', group.id] }),
  });
  const me = useSession().user.id;
  const responders = data?.results ?? [];
  return (
    <Card
      title="Responders"
      actions={
        <Button
          ref={addRef}
          size="small"
          icon={<UserPlus className="size-4" aria-hidden />}
          disabledReason={mayNotPage ?? closed}
          onClick={() => setAdding(true)}
        >
          Add
        </Button>
      }
    >
      {responders.length === 0 ? (
        <p className="text-muted">Nobody was added by hand. The escalation chain decides who is notified.</p>
      ) : (
        <ul className="space-y-2">
          {responders.map(({ user, important, paged_at, state }) => {
            const name = user.name || user.username;
            return (
              <li key={user.id} className="flex items-center gap-2">
                <Avatar id={user.id} name={name} />
                <div className="min-w-0 flex-1">
                  <p className="flex flex-wrap items-center gap-x-1.5">
                    <span className="font-medium">{name}</span>
                    {important && <Badge tone="warn">important</Badge>}
                    <Badge tone={STATES[state].tone}>{STATES[state].word}</Badge>
                  </p>
                  <p className="text-[0.86rem] text-muted">
                    paged <Time value={paged_at} />
                  </p>
                </div>
                {user.id === me && state === 'notifying' && (
                  <Button size="small" disabledReason={mayNotWrite} pending={answer.isPending} onClick={() => answer.mutate()}>
                    I am on it
                  </Button>
                )}
                <IconButton
                  label={`Remove ${name}`}
                  size="small"
                  disabledReason={mayNotWrite}
                  icon={<X className="size-4" aria-hidden />}
                  onClick={() => remove.mutate(user.id)}
                />
              </li>
            );
          })}
        </ul>
      )}
      {adding && <AddDialog group={group} taken={responders.map(({ user }) => user.id)} onClose={() => setAdding(false)} />}
    </Card>
  );
}
