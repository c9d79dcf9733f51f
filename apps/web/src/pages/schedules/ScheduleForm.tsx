import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, nameOfUser, type Schedule, teamsQuery, usersQuery } from '../../api/index.ts';
import { useGuardedForm } from '../../features/conflict/use-guarded-form.tsx';
import {
  allZones,
  Button,
  browserZone,
  Combobox,
  Drawer,
  MultiCombobox,
  RadioGroup,
  Select,
  showToast,
  TextField,
} from '../../ui/index.ts';
import { createPair, secondInLine, weeklyForm } from './create-pair.ts';
import { handOffSentence } from './hand-off.ts';

const ZONES = allZones().map((zone) => ({ value: zone, label: zone }));

/** Creates a schedule, or changes its name, team, zone and addresses. */
export function ScheduleForm({ schedule, onClose }: { schedule: Schedule | null; onClose: () => void }) {
  const navigate = useNavigate();
  const { data: teams = [] } = useQuery(teamsQuery);
  const [type, setType] = useState(schedule?.type ?? 'web');
  const [name, setName] = useState(schedule?.name ?? '');
  const [teamId, setTeamId] = useState(schedule?.team_id ?? '');
  const [zone, setZone] = useState(schedule?.time_zone ?? browserZone());
  const [primary, setPrimary] = useState(schedule?.ical_url_primary ?? '');
  const [overrides, setOverrides] = useState(schedule?.ical_url_overrides ?? '');
  const { data: users = [] } = useQuery(usersQuery);
  const [isPair, setIsPair] = useState(false);
  const [people, setPeople] = useState<string[]>([]);
  const hasTemplates = schedule === null && type === 'web';
  const makesPair = hasTemplates && isPair;
  const body = {
    name: name.trim(),
    type,
    team_id: teamId === '' ? null : teamId,
    ...(type === 'ical' ? { ical_url_primary: primary.trim() } : { time_zone: zone }),
    ...(type === 'web' ? {} : { ical_url_overrides: overrides.trim() === '' ? null : overrides.trim() }),
  };
  const { submit, isPending, fields, problems } = useGuardedForm<Schedule>({
    path: '/schedules/{id}',
    object: schedule,
    mine: body,
    send: (headers) =>
      schedule === null
        ? makesPair
          ? createPair(body, people, zone)
          : api.post('/schedules', { body })
        : api.put('/schedules/{id}', { path: { id: schedule.id }, body, headers }),
    stale: ['schedules'],
    onSaved: async (saved) => {
      showToast({
        kind: 'done',
        text: makesPair ? `Created ${body.name} primary and secondary` : schedule === null ? `Created ${saved.name}` : 'Saved',
      });
      onClose();
      if (schedule === null) await navigate({ to: '/schedules/$id', params: { id: saved.id }, search: {} });
    },
    onClose,
    names: {
      name: 'Name',
      team_id: 'Team',
      time_zone: 'Time zone',
      ical_url_primary: 'Calendar',
      ical_url_overrides: 'Overrides',
    },
    shownBeside: ['name', 'team_id', 'time_zone', 'ical_url_primary', 'ical_url_overrides'],
    show: (field, value) =>
      field === 'team_id' ? (teams.find(({ id }) => id === value)?.name ?? 'No team') : String(value ?? '–'),
  });
  const nameOf = (id: string): string => {
    const user = users.find((one) => one.id === id);
    return user === undefined ? id : nameOfUser(user);
  };
  const sentenceOf = (order: readonly string[]) => handOffSentence(weeklyForm('Weekly', order, zone), zone, nameOf);
  return (
    <Drawer
      open
      onClose={onClose}
      title={schedule === null ? 'New schedule' : `Edit ${schedule.name}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            type="submit"
            form="schedule"
            pending={isPending}
            disabledReason={makesPair && people.length < 2 ? 'Choose two people or more.' : null}
          >
            {schedule === null ? (makesPair ? 'Create schedules' : 'Create schedule') : 'Save'}
          </Button>
        </>
      }
    >
      <form id="schedule" onSubmit={submit} className="space-y-4" noValidate>
        <TextField label="Name" autoFocus value={name} onChange={setName} error={fields.name} maxLength={200} />
        {schedule === null && (
          <RadioGroup
            label="Made of"
            value={type}
            onChange={setType}
            choices={[
              { value: 'web', label: 'Rotations', hint: 'People take turns; you draw them here.' },
              {
                value: 'ical',
                label: 'An imported calendar',
                hint: 'From an iCal address; names in its events are matched to people.',
              },
              { value: 'calendar', label: 'Shifts of the API', hint: 'Kept by Terraform or scripts.' },
            ]}
          />
        )}
        {type !== 'ical' && (
          <Combobox
            label="Time zone"
            options={ZONES}
            value={zone}
            onChange={(next) => setZone(next ?? 'UTC')}
            error={fields.time_zone}
          />
        )}
        {hasTemplates && (
          <Select
            label="Begin with"
            options={[
              { value: '', label: 'Nothing: rotations are added next' },
              { value: 'pair', label: 'Weekly, primary and secondary' },
            ]}
            value={isPair ? 'pair' : ''}
            onChange={(value) => setIsPair(value === 'pair')}
          />
        )}
        {makesPair && (
          <MultiCombobox
            label="People"
            hint="In the order of their turns. Two schedules are made, for a chain to ask one after the other."
            options={users.map((user) => ({ value: user.id, label: nameOfUser(user) }))}
            value={people}
            onChange={setPeople}
          />
        )}
        {makesPair && people.length > 1 && (
          <dl aria-live="polite" className="rounded-md bg-sunken px-3 py-2">
            <dt className="font-medium">Primary</dt>
            <dd className="text-muted">{sentenceOf(people)}</dd>
            <dt className="mt-1 font-medium">Secondary</dt>
            <dd className="text-muted">{sentenceOf(secondInLine(people))}</dd>
          </dl>
        )}
        {type === 'ical' && (
          <TextField
            label="Address of the calendar"
            type="url"
            value={primary}
            onChange={setPrimary}
            error={fields.ical_url_primary}
            placeholder="https://…/basic.ics"
          />
        )}
        {type !== 'web' && (
          <TextField
            label="Address of overrides"
            optional
            type="url"
            value={overrides}
            onChange={setOverrides}
            error={fields.ical_url_overrides}
          />
        )}
        <Select
          label="Team"
          options={[{ value: '', label: 'No team' }, ...teams.map(({ id, name: label }) => ({ value: id, label }))]}
          value={teamId}
          onChange={setTeamId}
          error={fields.team_id}
        />
        {problems}
      </form>
    </Drawer>
  );
}
