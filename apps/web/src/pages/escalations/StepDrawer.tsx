import { useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { api, useForbidden, webhooksQuery } from '../../api/index.ts';
import { useGuardedForm } from '../../features/conflict/use-guarded-form.tsx';
import { Button, Checkbox, Combobox, Drawer, MultiCombobox, Select, showToast, TextField } from '../../ui/index.ts';
import type { Step, StepType } from './queries.ts';
import { hasImportance, hourText, type Names, STEP_CHOICES, stepText } from './step-text.ts';

const WAITS = [1, 5, 10, 15, 30, 60, 120, 240];

/** What the form holds, as texts. */
type Form = {
  type: StepType;
  important: boolean;
  minutes: string;
  people: string[];
  target: string;
  from: string;
  to: string;
  alerts: string;
  window: string;
};

const formOf = (step: Step | null): Form => ({
  type: step?.type ?? 'notify_on_call_from_schedule',
  important: step?.important ?? false,
  minutes: step?.duration == null ? '15' : String(step.duration / 60),
  people: step?.persons_to_notify ?? step?.persons_to_notify_next_each_time ?? [],
  target: step?.team_to_notify ?? step?.notify_on_call_from_schedule ?? step?.action_to_trigger ?? '',
  from: hourText(step?.notify_if_time_from ?? '08:00:00Z'),
  to: hourText(step?.notify_if_time_to ?? '16:00:00Z'),
  alerts: String(step?.num_alerts_in_window ?? 5),
  window: String(step?.num_minutes_in_window ?? 10),
});

const TARGET_KEYS: Partial<Record<StepType, keyof Step>> = {
  notify_team_members: 'team_to_notify',
  notify_on_call_from_schedule: 'notify_on_call_from_schedule',
  notify_next_on_call_from_schedule: 'notify_on_call_from_schedule',
  trigger_webhook: 'action_to_trigger',
};

/** The keys of the API that the type has. */
function bodyOf(form: Form): Partial<Step> {
  const { type } = form;
  const target = TARGET_KEYS[type];
  return {
    type,
    ...(hasImportance(type) ? { important: form.important } : {}),
    ...(type === 'wait' ? { duration: Math.round(Number(form.minutes) * 60) } : {}),
    ...(type === 'notify_persons' ? { persons_to_notify: form.people } : {}),
    ...(type === 'notify_person_next_each_time' ? { persons_to_notify_next_each_time: form.people } : {}),
    ...(target === undefined || form.target === '' ? {} : { [target]: form.target }),
    ...(type === 'notify_if_time_from_to'
      ? { notify_if_time_from: `${form.from}:00Z`, notify_if_time_to: `${form.to}:00Z` }
      : {}),
    ...(type === 'notify_if_num_alerts_in_window'
      ? { num_alerts_in_window: Number(form.alerts), num_minutes_in_window: Number(form.window) }
      : {}),
  };
}

/** What the fields of the API are called in the form. */
const STEP_FIELDS = {
  type: 'What happens',
  important: 'Important',
  duration: 'Seconds',
  persons_to_notify: 'People',
  persons_to_notify_next_each_time: 'People',
  team_to_notify: 'Team',
  notify_on_call_from_schedule: 'Schedule',
  action_to_trigger: 'Webhook',
  notify_if_time_from: 'From',
  notify_if_time_to: 'To',
  num_alerts_in_window: 'Alerts',
  num_minutes_in_window: 'Minutes',
};

/** What a person must still choose; by field of the form. */
function problemsOf(form: Form): Partial<Record<keyof Form, string>> {
  const minutes = Number(form.minutes);
  const isCount = (text: string) => /^\d{1,6}$/.test(text.trim());
  if (form.type === 'wait' && !(minutes >= 1 && minutes <= 1_440)) return { minutes: 'Choose 1 to 1440 minutes.' };
  if ((form.type === 'notify_persons' || form.type === 'notify_person_next_each_time') && form.people.length === 0)
    return { people: 'Choose at least one person.' };
  if (TARGET_KEYS[form.type] !== undefined && form.target === '') return { target: 'Choose one.' };
  if (form.type === 'notify_if_num_alerts_in_window') {
    if (!isCount(form.alerts)) return { alerts: 'A whole number, 0 or more.' };
    if (!isCount(form.window)) return { window: 'A whole number, 0 or more.' };
  }
  return {};
}

/** Adds or changes a step. */
export function StepDrawer({
  chainId,
  step,
  names,
  onClose,
}: {
  chainId: string;
  step: Step | null;
  names: Names;
  onClose: () => void;
}) {
  const forbidden = useForbidden('escalation-chains:write');
  const [form, setForm] = useState(() => formOf(step));
  const [problems, setProblems] = useState<Partial<Record<keyof Form, string>>>({});
  const {
    save,
    isPending,
    problems: refusal,
  } = useGuardedForm({
    path: '/escalation_policies/{id}',
    object: step,
    mine: bodyOf(form),
    send: (headers) =>
      step === null
        ? api.post('/escalation_policies', { body: { escalation_chain_id: chainId, ...bodyOf(form) } })
        : api.put('/escalation_policies/{id}', { path: { id: step.id }, body: bodyOf(form), headers }),
    stale: ['escalation-chains'],
    onSaved: () => {
      showToast({ kind: 'done', text: step === null ? 'Step added' : 'Step saved' });
      onClose();
    },
    onClose,
    names: STEP_FIELDS,
    show: (_field, value) => {
      const nameOf = (id: unknown) =>
        [names.users, names.teams, names.schedules, names.webhooks].map((known) => known.get(String(id))).find(Boolean) ??
        String(id ?? '–');
      return Array.isArray(value) ? value.map(nameOf).join(', ') : nameOf(value);
    },
    shownBeside: [],
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const found = problemsOf(form);
    setProblems(found);
    if (Object.keys(found).length === 0) save();
  };
  const set = (changes: Partial<Form>) => {
    setForm({ ...form, ...changes });
    setProblems({});
  };
  const preview = stepText({ id: '', escalation_chain_id: chainId, position: 0, ...bodyOf(form), type: form.type }, names);
  return (
    <Drawer
      open
      onClose={onClose}
      title={step === null ? 'Add a step' : 'Edit step'}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="step" pending={isPending} disabledReason={forbidden}>
            {step === null ? 'Add step' : 'Save step'}
          </Button>
        </>
      }
    >
      <form id="step" onSubmit={submit} className="space-y-4" noValidate>
        <Select
          label="What happens"
          options={STEP_CHOICES.map(({ type, label, group }) => ({ value: type, label, group }))}
          value={form.type}
          onChange={(type) => set({ type: type as StepType, target: '' })}
        />
        <StepFields form={form} set={set} problems={problems} names={names} />
        {hasImportance(form.type) && (
          <Checkbox
            label="Important"
            hint="People are notified by their important rules: those they keep for what cannot wait."
            checked={form.important}
            onChange={(important) => set({ important })}
          />
        )}
        <p className="rounded-md bg-sunken px-3 py-2" aria-live="polite">
          {preview.text}.
        </p>
        {refusal}
      </form>
    </Drawer>
  );
}

type FieldsProps = {
  form: Form;
  set: (changes: Partial<Form>) => void;
  problems: Partial<Record<keyof Form, string>>;
  names: Names;
};

const optionsOf = (map: ReadonlyMap<string, string>) => [...map].map(([value, label]) => ({ value, label }));

/** The fields of the step's type. */
function StepFields({ form, set, problems, names }: FieldsProps) {
  const { data: webhooks = [] } = useQuery(webhooksQuery);
  switch (form.type) {
    case 'wait':
      return (
        <TextField
          label="Minutes"
          type="number"
          min={1}
          max={1_440}
          list="waits"
          value={form.minutes}
          onChange={(minutes) => set({ minutes })}
          error={problems.minutes}
          trailing={
            <datalist id="waits">
              {WAITS.map((minutes) => (
                <option key={minutes} value={minutes} />
              ))}
            </datalist>
          }
        />
      );
    case 'notify_persons':
    case 'notify_person_next_each_time':
      return (
        <MultiCombobox
          label="People"
          options={optionsOf(names.users)}
          value={form.people}
          onChange={(people) => set({ people: [...people] })}
          error={problems.people}
        />
      );
    case 'notify_team_members':
      return <Target label="Team" options={optionsOf(names.teams)} {...{ form, set, problems }} />;
    case 'notify_on_call_from_schedule':
    case 'notify_next_on_call_from_schedule':
      return <Target label="Schedule" options={optionsOf(names.schedules)} {...{ form, set, problems }} />;
    case 'trigger_webhook': {
      const options = webhooks
        .filter(({ trigger_type }) => trigger_type === 'escalation')
        .map(({ id, name }) => ({ value: id, label: name }));
      return <Target label="Webhook" options={options} {...{ form, set, problems }} />;
    }
    case 'notify_if_time_from_to':
      return (
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label="From (UTC)"
            type="time"
            value={form.from}
            onChange={(from) => set({ from })}
            hint={localHour(form.from)}
          />
          <TextField label="To (UTC)" type="time" value={form.to} onChange={(to) => set({ to })} hint={localHour(form.to)} />
        </div>
      );
    case 'notify_if_num_alerts_in_window':
      return (
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label="More than this many alerts"
            inputMode="numeric"
            value={form.alerts}
            onChange={(alerts) => set({ alerts })}
            error={problems.alerts}
          />
          <TextField
            label="Within minutes"
            inputMode="numeric"
            value={form.window}
            onChange={(window) => set({ window })}
            error={problems.window}
          />
        </div>
      );
    default:
      return null;
  }
}

function Target({
  label,
  options,
  form,
  set,
  problems,
}: Omit<FieldsProps, 'names'> & { label: string; options: { value: string; label: string }[] }) {
  return (
    <Combobox
      label={label}
      options={options}
      value={form.target}
      onChange={(target) => set({ target: target ?? '' })}
      placeholder={options.length === 0 ? `There is no ${label.toLowerCase()} yet` : `Choose a ${label.toLowerCase()}`}
      error={problems.target}
    />
  );
}

/** What an hour in UTC is here, today. */
function localHour(time: string): string {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const at = new Date();
  at.setUTCHours(hours, minutes, 0, 0);
  const pad = (part: number) => String(part).padStart(2, '0');
  return `${pad(at.getHours())}:${pad(at.getMinutes())} in this browser’s zone today`;
}
