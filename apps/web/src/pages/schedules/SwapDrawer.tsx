import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, errorText, nameOfUser, type Schedule, useForbidden, usersQuery, useSession } from '../../api/index.ts';
import { instantOf } from '../../lib/wall-clock.ts';
import { Badge, Button, Drawer, showToast, TextArea, TextField, Time, useTimeSettings } from '../../ui/index.ts';
import { nextHour } from './civil.ts';
import { type Swap, swapsQuery } from './queries.ts';

/** Requests to be relieved: asks for one, and shows those that are open. */
export function SwapDrawer({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const client = useQueryClient();
  const { zone } = useTimeSettings();
  const { user } = useSession();
  const forbidden = useForbidden('schedules:write');
  const { data: swaps = [] } = useQuery(swapsQuery(schedule.id));
  const { data: users = [] } = useQuery(usersQuery);
  const [from, setFrom] = useState(() => nextHour(zone));
  const [to, setTo] = useState('');
  const [description, setDescription] = useState('');
  const refresh = () => client.invalidateQueries({ queryKey: ['schedules'] });
  const ask = useMutation({
    mutationFn: () =>
      api.post('/shift_swaps', {
        body: {
          schedule: schedule.id,
          beneficiary: user.id,
          swap_start: instantOf(from, zone)?.toISOString().replace('Z', '000Z') ?? '',
          swap_end: instantOf(to, zone)?.toISOString().replace('Z', '000Z') ?? '',
          description: description === '' ? null : description,
        },
      }),
    onSuccess: async () => {
      await refresh();
      setDescription('');
      showToast({ kind: 'done', text: 'Asked for relief' });
    },
  });
  const act = useMutation({
    mutationFn: ({ swap, what }: { swap: Swap; what: 'take' | 'delete' }) =>
      what === 'take'
        ? api.post('/shift_swaps/{id}/take', { path: { id: swap.id }, body: { benefactor: user.id } })
        : api.delete('/shift_swaps/{id}', { path: { id: swap.id } }),
    onSuccess: async (_answer, { what }) => {
      await refresh();
      showToast({ kind: 'done', text: what === 'take' ? 'The turn is yours' : 'The request is withdrawn' });
    },
    onError: (error) => showToast({ kind: 'failed', text: 'That did not work', detail: errorText(error) }),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!ask.isPending) ask.mutate();
  };
  const nameOf = (id: string) => {
    const found = users.find((one) => one.id === id);
    return found === undefined ? id : nameOfUser(found);
  };
  const { error } = ask;
  return (
    <Drawer open onClose={onClose} title="Swaps" description="Ask to be relieved, or take over from somebody.">
      <ul className="space-y-2" aria-label="Requests">
        {swaps.map((swap) => (
          <li key={swap.id} className="rounded-lg border border-line p-3">
            <p className="flex flex-wrap items-center gap-2">
              <span className="font-medium">{nameOf(swap.beneficiary)}</span>
              <Badge tone={swap.status === 'open' ? 'warn' : 'ok'}>
                {swap.benefactor === null ? swap.status.replace('_', ' ') : `taken by ${nameOf(swap.benefactor)}`}
              </Badge>
            </p>
            <p>
              <Time value={swap.swap_start} show="short" /> to <Time value={swap.swap_end} show="short" />
            </p>
            {swap.description && <p className="text-muted [overflow-wrap:anywhere]">{swap.description}</p>}
            <div className="mt-2 flex gap-2">
              {swap.status === 'open' && (
                <Button
                  size="small"
                  disabledReason={forbidden ?? (swap.beneficiary === user.id ? 'It is your own request.' : null)}
                  onClick={() => act.mutate({ swap, what: 'take' })}
                >
                  Take over
                </Button>
              )}
              {swap.beneficiary === user.id && (
                <Button size="small" disabledReason={forbidden} onClick={() => act.mutate({ swap, what: 'delete' })}>
                  Withdraw
                </Button>
              )}
            </div>
          </li>
        ))}
        {swaps.length === 0 && <li className="text-muted">Nobody asks for relief.</li>}
      </ul>
      <form onSubmit={submit} className="mt-6 space-y-4 border-t border-line pt-4" noValidate>
        <h3 className="font-semibold">Ask to be relieved</h3>
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField label="From" type="datetime-local" value={from} onChange={setFrom} />
          <TextField label="To" type="datetime-local" value={to} onChange={setTo} />
        </div>
        <TextArea label="Why" optional value={description} onChange={setDescription} />
        <p className="text-muted">Times are in {zone}.</p>
        {error !== null && (
          <p role="alert" className="text-danger">
            {to === '' ? 'Choose when it ends.' : error instanceof ApiError ? error.message : errorText(error)}
          </p>
        )}
        <Button type="submit" kind="primary" pending={ask.isPending} disabledReason={forbidden}>
          Ask
        </Button>
      </form>
    </Drawer>
  );
}
