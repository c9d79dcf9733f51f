import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trash2, UsersRound } from 'lucide-react';
import { type SyntheticEvent, useEffect, useState } from 'react';
import { ApiError, api, errorText, nameOfUser, type Schedule, usersQuery } from '../../api/index.ts';
import { ConflictView } from '../../features/conflict/ConflictView.tsx';
import { isConflict, useEditGuard } from '../../features/conflict/use-edit-guard.ts';
import { instantOf, localOf } from '../../lib/wall-clock.ts';
import {
  Button,
  Checkbox,
  ConfirmDialog,
  Drawer,
  IconButton,
  MultiCombobox,
  moved,
  RadioGroup,
  Select,
  SortableList,
  showToast,
  TextField,
} from '../../ui/index.ts';
import { daysOf, rangeOf, todayIn } from './civil.ts';
import type { ScheduleTimeline, Shift } from './queries.ts';
import { bodyOf, emptyForm, formOf, problemOf, type RotationForm, WEEKDAYS } from './rotation-form.ts';
import { Timeline } from './Timeline.tsx';

const PREVIEW_WAIT_MS = 400;
const UNITS = [
  { value: 'hourly', label: 'hours' },
  { value: 'daily', label: 'days' },
  { value: 'weekly', label: 'weeks' },
  { value: 'monthly', label: 'months' },
];

type Props = { schedule: Schedule; shift: Shift | null; level: number; onClose: () => void };

/** People who take turns: adds or changes a rotation, with the schedule as it would become. */
export function RotationDrawer({ schedule, shift, level, onClose }: Props) {
  const client = useQueryClient();
  const zone = schedule.time_zone ?? 'UTC';
  const { data: users = [] } = useQuery(usersQuery);
  const [form, setForm] = useState(() => (shift === null ? emptyForm(`${todayIn(zone)}T09:00`, level) : formOf(shift)));
  const [problem, setProblem] = useState<string | null>(null);
  const [deleting, setDeleting] = useState(false);
  const set = (changes: Partial<RotationForm>) => {
    setForm({ ...form, ...changes });
    setProblem(null);
  };
  const nameOf = (id: string): string => {
    const user = users.find((one) => one.id === id);
    return user === undefined ? id : nameOfUser(user);
  };
  const refresh = () => client.invalidateQueries({ queryKey: ['schedules'] });
  // A rotation that has begun has a past, which a change leaves alone unless it is asked for.
  const hasPast = shift !== null && shift.rotation_start.slice(0, 16) <= localOf(new Date(), zone);
  const [since, setSince] = useState<'now' | 'date' | 'ever'>('now');
  const [sinceDate, setSinceDate] = useState(() => localOf(new Date(), zone));
  const holdsFrom = hasPast ? shift.rotation_start : '';
  const sinceInstant = since === 'date' ? instantOf(sinceDate, zone) : null;
  const effectiveFrom = !hasPast || since === 'ever' ? null : since === 'now' ? 'now' : (sinceInstant?.toISOString() ?? '');
  const guard = useEditGuard('/on_call_shifts/{id}', shift?.id ?? null, shift);
  const save = useMutation({
    mutationFn: async () => {
      const body = bodyOf(form, schedule.id, zone, holdsFrom);
      if (shift === null) return api.post('/on_call_shifts', { body });
      return guard.save(body, (headers) =>
        api.put('/on_call_shifts/{id}', {
          path: { id: shift.id },
          ...(effectiveFrom === null ? {} : { query: { effective_from: effectiveFrom } }),
          body,
          headers,
        }),
      );
    },
    onSuccess: async () => {
      await refresh();
      showToast({ kind: 'done', text: shift === null ? 'Rotation added' : 'Rotation saved' });
      onClose();
    },
  });
  const remove = useMutation({
    mutationFn: () => api.delete('/on_call_shifts/{id}', { path: { id: shift?.id ?? '' } }),
    onSuccess: async () => {
      await refresh();
      showToast({ kind: 'done', text: 'The rotation ends' });
      onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const found = problemOf(form) ?? (effectiveFrom === '' ? 'Choose from when the change holds.' : null);
    setProblem(found);
    if (found === null && !save.isPending) save.mutate();
  };
  const joined = new Set(form.groups.flat());
  const error = isConflict(save.error)
    ? null
    : (problem ?? (save.error === null ? null : save.error instanceof ApiError ? save.error.message : errorText(save.error)));
  return (
    <Drawer
      open
      onClose={onClose}
      width="wide"
      title={shift === null ? 'New rotation' : `Edit ${shift.name ?? 'rotation'}`}
      description={`Times are in ${zone}.`}
      footer={
        <>
          {shift !== null && (
            <Button className="mr-auto" onClick={() => setDeleting(true)}>
              Delete
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="rotation" pending={save.isPending}>
            {shift === null ? 'Add rotation' : 'Save rotation'}
          </Button>
        </>
      }
    >
      <form id="rotation" onSubmit={submit} className="space-y-4" noValidate>
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField label="Name" optional value={form.name} onChange={(name) => set({ name })} placeholder="Rotation" />
          <TextField label="Begins" type="datetime-local" value={form.start} onChange={(start) => set({ start })} />
        </div>
        <MultiCombobox
          label="People"
          hint="They take turns in this order."
          options={users.map((user) => ({ value: user.id, label: nameOfUser(user), hint: user.email }))}
          value={form.groups.map((group) => group[0] ?? '')}
          onChange={(ids) => set({ groups: ids.map((id) => form.groups.find((group) => group[0] === id) ?? [id]) })}
        />
        {form.groups.length > 1 && (
          <SortableList
            label="Turns"
            items={form.groups}
            itemKey={(group) => group.join(' ')}
            itemLabel={(group) => group.map(nameOf).join(' and ')}
            onMove={(group, to) => set({ groups: moved(form.groups, form.groups.indexOf(group), to) })}
          >
            {(group, handle, index) => (
              <div className="flex items-center gap-2 rounded-lg border border-line bg-surface px-2 py-1">
                {handle}
                <span className="w-5 text-right text-muted tabular-nums">{index + 1}</span>
                <span className="flex-1">{group.map(nameOf).join(' and ')}</span>
                {index > 0 && (
                  <IconButton
                    size="small"
                    label={`Put ${group.map(nameOf).join(' and ')} into the turn before`}
                    icon={<UsersRound className="size-4" aria-hidden />}
                    onClick={() =>
                      set({
                        groups: form.groups.flatMap((one, at) =>
                          at === index ? [] : at === index - 1 ? [[...one, ...group]] : [one],
                        ),
                      })
                    }
                  />
                )}
                <IconButton
                  size="small"
                  label={`Remove ${group.map(nameOf).join(' and ')}`}
                  icon={<Trash2 className="size-4" aria-hidden />}
                  onClick={() => set({ groups: form.groups.filter((one) => one !== group) })}
                />
              </div>
            )}
          </SortableList>
        )}
        <div className="grid gap-4 sm:grid-cols-4">
          <TextField label="Each turn lasts" inputMode="numeric" value={form.every} onChange={(every) => set({ every })} />
          <Select
            label="Unit"
            options={UNITS}
            value={form.frequency}
            onChange={(unit) => set({ frequency: unit as RotationForm['frequency'] })}
          />
          <TextField
            label="Hours on call"
            optional
            inputMode="decimal"
            value={form.hours}
            onChange={(hours) => set({ hours })}
            placeholder="all"
            hint="Of each turn or day."
          />
          <TextField
            label="Layer"
            inputMode="numeric"
            value={form.level}
            onChange={(next) => set({ level: next.replace(/\D/g, '') })}
            hint="The higher one wins."
          />
        </div>
        {form.frequency === 'weekly' && (
          <fieldset>
            <legend className="mb-1 font-medium">Only on these days</legend>
            <div className="flex flex-wrap gap-x-4 gap-y-1">
              {WEEKDAYS.map(([day, label]) => (
                <Checkbox
                  key={day}
                  label={label}
                  checked={form.days.includes(day)}
                  onChange={(on) =>
                    set({ days: WEEKDAYS.map(([one]) => one).filter((one) => (one === day ? on : form.days.includes(one))) })
                  }
                />
              ))}
            </div>
          </fieldset>
        )}
        <TextField
          label="Ends (UTC)"
          optional
          type="datetime-local"
          value={form.until}
          onChange={(until) => set({ until })}
          className="max-w-64"
        />
        <ConflictView
          guard={guard}
          error={save.error}
          mine={bodyOf(form, schedule.id, zone, holdsFrom)}
          names={{
            name: 'Name',
            rolling_users: 'People',
            start: 'Begins',
            rotation_start: 'Holds from',
            duration: 'Seconds on call',
          }}
          show={(field, value) =>
            field === 'rolling_users' && Array.isArray(value)
              ? value.map((group: string[]) => group.map(nameOf).join(' and ')).join(', ')
              : typeof value === 'string' || typeof value === 'number'
                ? String(value)
                : JSON.stringify(value ?? '–')
          }
          onOverwrite={() => save.mutate()}
          onDiscard={() => {
            void refresh();
            onClose();
          }}
        />
        {hasPast && (
          <div className="space-y-2">
            <RadioGroup
              label="From when does this change hold?"
              value={since}
              onChange={(next) => setSince(next as typeof since)}
              choices={[
                { value: 'now', label: 'From now on', hint: 'What was stays as it was; the turn of now ends.' },
                { value: 'date', label: 'From a day to come' },
                { value: 'ever', label: 'From its beginning', hint: 'Also changes who is said to have been on call.' },
              ]}
            />
            {since === 'date' && (
              <TextField
                label="Holds from"
                type="datetime-local"
                value={sinceDate}
                onChange={setSinceDate}
                className="max-w-64"
              />
            )}
          </div>
        )}
        {error !== null && (
          <p role="alert" className="text-danger">
            {error}
          </p>
        )}
        {joined.size > 0 && (
          <Preview
            schedule={schedule}
            shift={shift}
            form={form}
            holdsFrom={holdsFrom}
            effectiveFrom={effectiveFrom}
            nameOf={nameOf}
          />
        )}
      </form>
      <ConfirmDialog
        open={deleting}
        onClose={() => setDeleting(false)}
        title={`Delete ${shift?.name ?? 'the rotation'}?`}
        confirmLabel="Delete rotation"
        onConfirm={() => remove.mutate()}
        pending={remove.isPending}
        error={remove.error === null ? null : errorText(remove.error)}
      >
        <p>It ends now; what was stays in the history. Nobody takes these turns from then on.</p>
      </ConfirmDialog>
    </Drawer>
  );
}

/** The next two weeks as they would be, shortly after the last change. */
function Preview({
  schedule,
  shift,
  form,
  holdsFrom,
  effectiveFrom,
  nameOf,
}: {
  schedule: Schedule;
  shift: Shift | null;
  form: RotationForm;
  /** Wall-clock time before which nothing of it happens; empty: its start. */
  holdsFrom: string;
  /** `now` or the instant from which a change holds; null: from its beginning. */
  effectiveFrom: string | null;
  nameOf: (id: string) => string;
}) {
  const zone = schedule.time_zone ?? 'UTC';
  const text = JSON.stringify({
    shift: bodyOf(form, schedule.id, zone, holdsFrom),
    ...(shift === null ? {} : { shift_id: shift.id }),
    ...(effectiveFrom === null ? {} : { effective_from: effectiveFrom }),
  });
  const [asked, setAsked] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), PREVIEW_WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const days = daysOf('2weeks', todayIn(zone), zone);
  const preview = useQuery({
    queryKey: ['schedule-preview', schedule.id, asked],
    queryFn: ({ signal }): Promise<ScheduleTimeline> =>
      api.post('/schedules/{id}/preview', {
        path: { id: schedule.id },
        query: rangeOf(days),
        body: JSON.parse(asked) as { shift: Record<string, unknown> },
        signal,
      }),
    enabled: problemOf(form) === null && effectiveFrom !== '',
    placeholderData: keepPreviousData,
  });
  if (preview.data === undefined) return null;
  const { final, gaps } = preview.data;
  return (
    <section aria-label="Preview" className="space-y-2">
      <h3 className="font-medium">The next two weeks with it</h3>
      <Timeline
        days={days}
        rows={[{ key: 'final', label: 'On call', pieces: final, gaps }]}
        nameOf={nameOf}
        onOpen={() => undefined}
      />
      <p className="text-muted" role="status">
        {gaps.length === 0
          ? 'Somebody is always on call.'
          : gaps.length === 1
            ? 'There is one gap.'
            : `There are ${gaps.length} gaps.`}
      </p>
    </section>
  );
}
