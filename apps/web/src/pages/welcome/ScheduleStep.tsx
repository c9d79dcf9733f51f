import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { nameOfUser, usersQuery } from '../../api/directory.ts';
import { errorText } from '../../api/errors.ts';
import { useSession } from '../../api/session.ts';
import type { Schedule } from '../../api/types.ts';
import { finishStep, type Progress } from '../../features/guided-setup/progress.ts';
import { browserZone, Checkbox, MultiCombobox, Select, TextField } from '../../ui/index.ts';
import { StepFrame } from './StepFrame.tsx';

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const CODES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * 1_000;

/** The last hand-off at or before now: a local time without zone, as shifts take it. @param weekday 0 is Monday; null: every day */
function lastHandOff(zone: string, weekday: number | null, time: string): string {
  const local = new Date(new Date().toLocaleString('sv-SE', { timeZone: zone }).replace(' ', 'T').concat('Z'));
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const at = new Date(local);
  at.setUTCHours(hour, minute, 0, 0);
  if (weekday !== null) at.setUTCDate(at.getUTCDate() - ((((at.getUTCDay() + 6) % 7) - weekday + 7) % 7));
  if (at > local) at.setTime(at.getTime() - (weekday === null ? 1 : 7) * DAY_MS);
  return at.toISOString().slice(0, 19);
}

/** Step 2: who is on call when. */
export function ScheduleStep({ progress, onDone, onSkip }: { progress: Progress; onDone: () => void; onSkip: () => void }) {
  const { user } = useSession();
  const users = useQuery(usersQuery).data ?? [];
  const client = useQueryClient();
  const zone = user.timezone || browserZone();
  const team = progress.team?.name ?? 'On-call';
  const [name, setName] = useState(`${team} primary`);
  const [length, setLength] = useState<'weekly' | 'daily'>('weekly');
  const [weekday, setWeekday] = useState('0');
  const [time, setTime] = useState('09:00');
  const [people, setPeople] = useState<string[]>([user.id]);
  const [second, setSecond] = useState(false);
  const daily = length === 'daily';

  const create = async (called: string, order: readonly string[]) => {
    const schedule = await api.post<Schedule>('/schedules', {
      body: {
        type: 'calendar',
        name: called,
        time_zone: zone,
        ...(progress.team === undefined ? {} : { team_id: progress.team.id }),
      },
    });
    const start = lastHandOff(zone, daily ? null : Number(weekday), time);
    const shift = await api.post<{ id: string }>('/on_call_shifts', {
      body: {
        type: 'rolling_users',
        name: `${called} ${length}`,
        start,
        rotation_start: start,
        duration: (daily ? 1 : 7) * DAY_SECONDS,
        frequency: length,
        interval: 1,
        week_start: CODES[Number(weekday)],
        time_zone: zone,
        rolling_users: order.map((id) => [id]),
        start_rotation_from_user_index: 0,
        ...(progress.team === undefined ? {} : { team_id: progress.team.id }),
      },
    });
    await api.put('/schedules/{id}', { path: { id: schedule.id }, body: { name: called, shifts: [shift.id] } });
    return { id: schedule.id, name: called };
  };
  const save = useMutation({
    mutationFn: async () => {
      const schedule = await create(name.trim(), people);
      const secondary = second ? await create(`${team} secondary`, [...people.slice(1), ...people.slice(0, 1)]) : undefined;
      return { schedule, ...(secondary === undefined ? {} : { secondary }) };
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ['schedules'] });
      finishStep('schedule', made);
      onDone();
    },
  });
  const names = people.map((id) => {
    const found = users.find((one) => one.id === id);
    return found === undefined ? user.username : nameOfUser(found);
  });
  return (
    <StepFrame
      title="Schedule"
      summary={`Creates “${name.trim()}”: ${names.join(', then ')}, each for ${daily ? 'a day' : 'a week'}, handing over ${daily ? 'daily' : `on ${DAYS[Number(weekday)]}`} at ${time} (${zone}). ${names[0] ?? 'Nobody'} is on call now.`}
      submitLabel="Create schedule"
      pending={save.isPending}
      error={save.error === null ? null : errorText(save.error)}
      onSubmit={() => name.trim() !== '' && people.length > 0 && save.mutate()}
      onSkip={onSkip}
    >
      <TextField label="Schedule" value={name} onChange={setName} />
      <div className="grid gap-4 sm:grid-cols-3">
        <Select
          label="Hand over"
          options={[
            { value: 'weekly', label: 'Every week' },
            { value: 'daily', label: 'Every day' },
          ]}
          value={length}
          onChange={(value) => setLength(value === 'daily' ? 'daily' : 'weekly')}
        />
        {!daily && (
          <Select
            label="On"
            options={DAYS.map((label, index) => ({ value: String(index), label }))}
            value={weekday}
            onChange={setWeekday}
          />
        )}
        <TextField label="At" type="time" value={time} onChange={setTime} />
      </div>
      <MultiCombobox
        label="People, in their order"
        options={users.map((one) => ({ value: one.id, label: nameOfUser(one), hint: one.email }))}
        value={people}
        onChange={setPeople}
        error={people.length === 0 ? 'Choose at least one person.' : null}
      />
      <Checkbox
        label="Also a secondary schedule"
        hint="Whoever is next in the order stands by."
        checked={second}
        onChange={setSecond}
      />
    </StepFrame>
  );
}
