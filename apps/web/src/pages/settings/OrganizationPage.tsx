import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { api, type OrganizationSettings, useForbidden } from '../../api/index.ts';
import { useGuardedForm } from '../../features/conflict/use-guarded-form.tsx';
import { allZones, Button, Card, Checkbox, Combobox, formatSpan, Page, Select, showToast, TextField } from '../../ui/index.ts';
import { organizationQuery } from './organization-queries.ts';
import { SignInPolicyCard } from './SignInPolicyCard.tsx';

const ZONES = allZones().map((zone) => ({ value: zone, label: zone }));
const WEEK_STARTS = [
  { value: 'mon', label: 'Monday' },
  { value: 'sun', label: 'Sunday' },
  { value: 'sat', label: 'Saturday' },
];
const spans = (seconds: readonly number[]) =>
  seconds.map((one) => ({ value: String(one), label: one === 0 ? 'Never' : `After ${formatSpan(one)}` }));
/** The spans that the API takes. */
const REMIND = spans([0, 3_600, 10_800, 18_000, 36_000]);
const UNACKNOWLEDGE = spans([0, 300, 900, 1_800, 2_700]);

/** What holds for everybody in the organization. */
export function OrganizationPage() {
  // A form that was saved begins anew, with what is stored then.
  const [version, setVersion] = useState(0);
  return (
    <Page title="Organization" description="What holds for everybody.">
      <div className="max-w-3xl space-y-5">
        <GeneralCard key={version} onSaved={() => setVersion((old) => old + 1)} />
        <SignInPolicyCard />
      </div>
    </Page>
  );
}

function GeneralCard({ onSaved }: { onSaved: () => void }) {
  const client = useQueryClient();
  const { data: stored } = useSuspenseQuery(organizationQuery);
  const forbidden = useForbidden('other-settings:write');
  const [changes, setChanges] = useState<Partial<OrganizationSettings>>({});
  const form = { ...stored, ...changes };
  const set = (more: Partial<OrganizationSettings>) => setChanges((old) => ({ ...old, ...more }));
  const body = { ...changes, ...(changes.name === undefined ? {} : { name: changes.name.trim() }) };
  const { save, isPending, fields, problems } = useGuardedForm<OrganizationSettings>({
    path: '/organizations/{id}/settings',
    object: { ...stored, id: 'current' },
    mine: body,
    send: (headers) => api.patch('/organizations/{id}/settings', { path: { id: 'current' }, body, headers }),
    stale: ['session'],
    waitsForStale: false,
    onSaved: (saved) => {
      client.setQueryData(organizationQuery.queryKey, saved);
      onSaved();
      showToast({ kind: 'done', text: 'Saved the organization' });
    },
    onClose: () => {
      void client.invalidateQueries({ queryKey: organizationQuery.queryKey });
      onSaved();
    },
    names: {
      name: 'Name',
      default_timezone: 'Default time zone',
      week_start: 'First day of the week',
      acknowledge_remind_timeout: 'Remind who acknowledged',
      unacknowledge_timeout: 'Unacknowledge without an answer',
      is_resolution_note_required: 'Require a resolution note',
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (forbidden === null) save();
  };
  return (
    <Card title="General">
      <form onSubmit={submit} className="space-y-4" noValidate>
        <TextField label="Name" value={form.name} onChange={(name) => set({ name })} error={fields.name} />
        <div className="grid gap-4 sm:grid-cols-2">
          <Combobox
            label="Default time zone"
            options={ZONES}
            value={form.default_timezone}
            onChange={(zone) => zone !== null && set({ default_timezone: zone })}
            error={fields.default_timezone}
          />
          <Select
            label="First day of the week"
            options={WEEK_STARTS}
            value={form.week_start}
            onChange={(day) => set({ week_start: day as OrganizationSettings['week_start'] })}
            error={fields.week_start}
          />
          <Select
            label="Remind who acknowledged"
            hint="They are asked whether they are still on it."
            options={REMIND}
            value={String(form.acknowledge_remind_timeout)}
            onChange={(seconds) =>
              set({ acknowledge_remind_timeout: Number(seconds) as OrganizationSettings['acknowledge_remind_timeout'] })
            }
            error={fields.acknowledge_remind_timeout}
          />
          <Select
            label="Unacknowledge without an answer"
            hint={
              form.acknowledge_remind_timeout === 0
                ? 'Takes effect once there are reminders.'
                : 'From the reminder on; escalation then goes on.'
            }
            options={UNACKNOWLEDGE}
            value={String(form.unacknowledge_timeout)}
            onChange={(seconds) =>
              set({ unacknowledge_timeout: Number(seconds) as OrganizationSettings['unacknowledge_timeout'] })
            }
            error={fields.unacknowledge_timeout}
          />
        </div>
        <Checkbox
          label="Require a resolution note"
          hint="An alert group can be resolved by hand only once it has a note."
          checked={form.is_resolution_note_required}
          onChange={(on) => set({ is_resolution_note_required: on })}
        />
        {problems}
        <Button
          kind="primary"
          type="submit"
          pending={isPending}
          disabledReason={forbidden ?? (Object.keys(changes).length === 0 ? 'Nothing is changed.' : null)}
        >
          Save
        </Button>
      </form>
    </Card>
  );
}
