import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, errorText, nameOfUser, type Schedule, usersQuery, useSession } from '../../api/index.ts';
import { instantOf, localOf } from '../../lib/wall-clock.ts';
import { Button, Drawer, formatSpan, MultiCombobox, showToast, TextField, useTimeSettings } from '../../ui/index.ts';
import { nextHour } from './civil.ts';
import type { Shift } from './queries.ts';

const HOUR_MS = 3_600_000;
/** Wall-clock text of the API, here always in UTC. */
export const apiTime = (at: Date): string => at.toISOString().slice(0, 19);

export type Span = { from: Date; to: Date };

/** Puts people on call for a while, above everything else. */
export function OverrideDrawer({ schedule, span, onClose }: { schedule: Schedule; span: Span | null; onClose: () => void }) {
  const client = useQueryClient();
  const { zone } = useTimeSettings();
  const { user } = useSession();
  const { data: users = [] } = useQuery(usersQuery);
  const [people, setPeople] = useState<string[]>([user.id]);
  const [from, setFrom] = useState(() => (span === null ? nextHour(zone) : localOf(span.from, zone)));
  const [to, setTo] = useState(() => {
    const start = instantOf(nextHour(zone), zone) ?? new Date();
    return span === null ? localOf(new Date(start.getTime() + HOUR_MS), zone) : localOf(span.to, zone);
  });
  const [problem, setProblem] = useState<string | null>(null);
  const [start, end] = [instantOf(from, zone), instantOf(to, zone)];
  const seconds = start === null || end === null ? 0 : Math.round((end.getTime() - start.getTime()) / 1_000);
  const save = useMutation({
    mutationFn: (): Promise<Shift> =>
      api.post('/on_call_shifts', {
        body: {
          type: 'override',
          source: 0,
          schedule: schedule.id,
          name: null,
          time_zone: 'UTC',
          start: apiTime(start ?? new Date()),
          rotation_start: apiTime(start ?? new Date()),
          duration: seconds,
          users: people,
        },
      }),
    onSuccess: async (made) => {
      const refresh = () => client.invalidateQueries({ queryKey: ['schedules'] });
      await refresh();
      const undo = async () => {
        await api.delete('/on_call_shifts/{id}', { path: { id: made.id } });
        await refresh();
      };
      showToast({ kind: 'done', text: 'Override added', action: { label: 'Undo', run: undo } });
      onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const found =
      people.length === 0
        ? 'Choose at least one person.'
        : start === null || end === null
          ? 'Choose both times.'
          : seconds <= 0
            ? 'It must end after it begins.'
            : null;
    setProblem(found);
    if (found === null && !save.isPending) save.mutate();
  };
  return (
    <Drawer
      open
      onClose={onClose}
      title="Override"
      description="These people are on call then, whatever the rotations say."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="override" pending={save.isPending}>
            Add override
          </Button>
        </>
      }
    >
      <form id="override" onSubmit={submit} className="space-y-4" noValidate>
        <MultiCombobox
          label="People"
          options={users.map((one) => ({ value: one.id, label: nameOfUser(one), hint: one.email }))}
          value={people}
          onChange={(next) => setPeople([...next])}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField label="From" type="datetime-local" autoFocus value={from} onChange={setFrom} />
          <TextField
            label="To"
            type="datetime-local"
            value={to}
            onChange={setTo}
            hint={seconds > 0 ? formatSpan(seconds) : undefined}
          />
        </div>
        <p className="text-muted">Times are in {zone}.</p>
        {(problem !== null || save.error !== null) && (
          <p role="alert" className="text-danger">
            {problem ?? (save.error instanceof ApiError ? save.error.message : errorText(save.error))}
          </p>
        )}
      </form>
    </Drawer>
  );
}
