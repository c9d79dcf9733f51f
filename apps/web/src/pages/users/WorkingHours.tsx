import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, errorText } from '../../api/index.ts';
import { Button, Card, IconButton, showToast, TextField } from '../../ui/index.ts';
import type { UserProfile } from './queries.ts';

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
type Day = (typeof DAYS)[number];
type Span = { start: string; end: string };
type Hours = Record<Day, Span[]>;

const nameOfDay = (day: Day): string => `${day.charAt(0).toUpperCase()}${day.slice(1)}`;
/** The API says seconds, which nobody works by. */
const shownHours = (hours: UserProfile['working_hours']): Hours =>
  Object.fromEntries(
    DAYS.map((day) => [day, (hours[day] ?? []).map(({ start, end }) => ({ start: start.slice(0, 5), end: end.slice(0, 5) }))]),
  ) as Hours;
const sentHours = (hours: Hours): Hours =>
  Object.fromEntries(
    DAYS.map((day) => [day, hours[day].map(({ start, end }) => ({ start: `${start}:00`, end: `${end}:00` }))]),
  ) as Hours;

/** When somebody works: others see it before they wake them. Nobody is taken off call by it. */
export function WorkingHours({ profile, forbidden }: { profile: UserProfile; forbidden: string | null }) {
  const client = useQueryClient();
  const [hours, setHours] = useState(() => shownHours(profile.working_hours));
  const changed = JSON.stringify(hours) !== JSON.stringify(shownHours(profile.working_hours));
  const save = useMutation({
    mutationFn: () => api.patch('/users/{id}', { path: { id: profile.id }, body: { working_hours: sentHours(hours) } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['users'] });
      showToast({ kind: 'done', text: 'Working hours saved' });
    },
  });
  const set = (day: Day, spans: Span[]) => setHours({ ...hours, [day]: spans });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!save.isPending && changed && forbidden === null) save.mutate();
  };
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  return (
    <Card title="Working hours">
      <form onSubmit={submit} className="space-y-4" noValidate aria-label="Working hours">
        <p className="text-muted">
          Times are in {profile.timezone ?? 'the zone of the organization'}. Whoever pages you sees whether it is outside of them.
        </p>
        <ul className="space-y-2">
          {DAYS.map((day) => (
            <li key={day} className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1">
              <span className="flex w-36 items-center justify-between font-medium max-sm:w-full">
                {nameOfDay(day)}
                {forbidden === null && (
                  <IconButton
                    size="small"
                    label={`Add hours on ${nameOfDay(day)}`}
                    icon={<Plus className="size-4" aria-hidden />}
                    onClick={() => set(day, [...hours[day], { start: '09:00', end: '17:00' }])}
                  />
                )}
              </span>
              <div className="flex min-w-0 flex-1 flex-wrap items-center gap-2">
                {hours[day].length === 0 && <span className="text-muted">off</span>}
                {hours[day].map((span, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: spans have no identity of their own
                  <span key={at} className="flex items-center gap-1">
                    <TextField
                      label={`${nameOfDay(day)} from ${at + 1}`}
                      hideLabel
                      type="time"
                      value={span.start}
                      readOnly={forbidden !== null}
                      onChange={(start) =>
                        set(
                          day,
                          hours[day].map((one, i) => (i === at ? { ...one, start } : one)),
                        )
                      }
                    />
                    –
                    <TextField
                      label={`${nameOfDay(day)} to ${at + 1}`}
                      hideLabel
                      type="time"
                      value={span.end}
                      readOnly={forbidden !== null}
                      onChange={(end) =>
                        set(
                          day,
                          hours[day].map((one, i) => (i === at ? { ...one, end } : one)),
                        )
                      }
                    />
                    {forbidden === null && (
                      <IconButton
                        size="small"
                        label={`Remove ${span.start} to ${span.end} on ${nameOfDay(day)}`}
                        icon={<Trash2 className="size-4" aria-hidden />}
                        onClick={() =>
                          set(
                            day,
                            hours[day].filter((_one, i) => i !== at),
                          )
                        }
                      />
                    )}
                  </span>
                ))}
              </div>
            </li>
          ))}
        </ul>
        {save.error !== null && (
          <p role="alert" className="text-danger">
            {fields.working_hours ?? errorText(save.error)}
          </p>
        )}
        <Button type="submit" pending={save.isPending} disabledReason={forbidden ?? (changed ? null : 'Nothing is changed')}>
          Save working hours
        </Button>
      </form>
    </Card>
  );
}
