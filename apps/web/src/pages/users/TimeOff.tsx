import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plane, Trash2 } from 'lucide-react';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, errorText, useForbidden } from '../../api/index.ts';
import { instantOf } from '../../lib/wall-clock.ts';
import { Button, Card, IconButton, showToast, TextField, Time, useTimeSettings } from '../../ui/index.ts';
import { type TimeOffEntry, timeOffQuery } from './queries.ts';

/** When somebody is away. Schedules warn of their turns in that time, so that somebody takes them. */
export function TimeOff({ userId, isSelf }: { userId: string; isSelf: boolean }) {
  const client = useQueryClient();
  const { zone } = useTimeSettings();
  const { data: entries = [] } = useQuery(timeOffQuery(userId));
  const forbidden = useForbidden('schedules:write');
  const [form, setForm] = useState({ from: '', to: '', note: '' });
  const refresh = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: timeOffQuery(userId).queryKey }),
      client.invalidateQueries({ queryKey: ['schedules'] }),
    ]);
  const add = useMutation({
    mutationFn: () =>
      api.post('/time_off', {
        body: {
          user_id: userId,
          starts_at: instantOf(form.from, zone)?.toISOString() ?? form.from,
          ends_at: instantOf(form.to, zone)?.toISOString() ?? form.to,
          note: form.note.trim() === '' ? null : form.note.trim(),
        },
      }),
    onSuccess: async () => {
      await refresh();
      setForm({ from: '', to: '', note: '' });
      showToast({ kind: 'done', text: 'Time off added', detail: 'Schedules warn of turns that fall into it.' });
    },
  });
  const remove = useMutation({
    mutationFn: ({ id }: TimeOffEntry) => api.delete('/time_off/{id}', { path: { id } }),
    onSuccess: async (_answer, { id: _id, ...body }) => {
      await refresh();
      const undo = async () => {
        await api.post('/time_off', { body });
        await refresh();
      };
      showToast({ kind: 'done', text: 'Time off deleted', action: { label: 'Undo', run: undo } });
    },
    onError: (error) => showToast({ kind: 'failed', text: 'It was not deleted', detail: errorText(error) }),
  });
  const isReady = form.from !== '' && form.to !== '';
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!add.isPending && isReady && forbidden === null) add.mutate();
  };
  const fields = add.error instanceof ApiError ? add.error.fields : {};
  return (
    <Card title="Time off">
      <div className="space-y-4">
        {entries.length === 0 ? (
          <p className="text-muted">
            {isSelf ? 'You have none planned.' : 'None planned.'} Turns that fall into time off show as a warning on their
            schedules, so that somebody takes them.
          </p>
        ) : (
          <ul className="space-y-2" aria-label="Time off">
            {entries.map((entry) => (
              <li key={entry.id} className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <Plane className="size-4 text-accent" aria-hidden />
                <span>
                  <Time value={entry.starts_at} show="short" /> – <Time value={entry.ends_at} show="short" />
                </span>
                <span className="min-w-0 flex-1 text-muted [overflow-wrap:anywhere]">{entry.note}</span>
                {forbidden === null && (
                  <IconButton
                    size="small"
                    label={`Delete time off ${entry.note ?? ''}`.trim()}
                    icon={<Trash2 className="size-4" aria-hidden />}
                    onClick={() => remove.mutate(entry)}
                  />
                )}
              </li>
            ))}
          </ul>
        )}
        <form onSubmit={submit} className="space-y-3" noValidate aria-label="Time off">
          <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-[1fr_1fr_1.5fr]">
            <TextField
              label="Away from"
              type="datetime-local"
              value={form.from}
              onChange={(from) => setForm({ ...form, from })}
              error={fields.starts_at}
            />
            <TextField
              label="Back at"
              type="datetime-local"
              value={form.to}
              onChange={(to) => setForm({ ...form, to })}
              error={fields.ends_at}
            />
            <TextField
              label="Note"
              optional
              maxLength={200}
              value={form.note}
              onChange={(note) => setForm({ ...form, note })}
              error={fields.note}
            />
          </div>
          {add.error !== null && Object.keys(fields).length === 0 && (
            <p role="alert" className="text-danger">
              {errorText(add.error)}
            </p>
          )}
          <div className="flex flex-wrap items-center gap-3">
            <Button
              type="submit"
              pending={add.isPending}
              disabledReason={forbidden ?? (isReady ? null : 'Say from when and until when')}
            >
              Add time off
            </Button>
            <span className="text-muted">Times are in {zone}.</span>
          </div>
        </form>
      </div>
    </Card>
  );
}
