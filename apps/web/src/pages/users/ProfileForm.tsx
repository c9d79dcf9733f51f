import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, errorText, teamsQuery, useCan } from '../../api/index.ts';
import { rolesQuery } from '../../features/roles/roles-query.ts';
import { allZones, Button, Card, Combobox, MultiCombobox, Select, showToast, TextField } from '../../ui/index.ts';
import type { UserProfile } from './queries.ts';

const ZONES = allZones().map((zone) => ({ value: zone, label: zone }));
const ROLES = ['admin', 'editor', 'viewer', 'none'].map((role) => ({ value: role, label: role }));

/** What is known of a person. Only what was changed is sent. */
export function ProfileForm({ profile, isSelf, forbidden }: { profile: UserProfile; isSelf: boolean; forbidden: string | null }) {
  const client = useQueryClient();
  const mayManage = useCan('users:write');
  const mayAssign = useCan('roles:write');
  const { data: teams = [] } = useQuery(teamsQuery);
  const { data: roles = [] } = useQuery({ ...rolesQuery, enabled: mayAssign });
  const start = {
    name: profile.name,
    email: profile.email,
    timezone: profile.timezone ?? '',
    unverified_phone_number: profile.unverified_phone_number ?? profile.verified_phone_number ?? '',
    role: profile.role as string,
    roles: profile.roles as readonly string[],
  };
  const [form, setForm] = useState(start);
  const set = (changes: Partial<typeof form>) => setForm({ ...form, ...changes });
  const changed = Object.entries(form).filter(([key, value]) => String(value) !== String(start[key as keyof typeof start]));
  const save = useMutation({
    mutationFn: (): Promise<UserProfile> =>
      api.patch('/users/{id}', {
        path: { id: profile.id },
        body: Object.fromEntries(changed.map(([key, value]) => [key, value === '' && key !== 'name' ? null : value])),
      }),
    onSuccess: async (saved) => {
      setForm((now) => ({ ...now, email: saved.email }));
      await Promise.all([
        client.invalidateQueries({ queryKey: ['users'] }),
        isSelf && client.invalidateQueries({ queryKey: ['session'] }),
      ]);
      showToast({
        kind: 'done',
        text: saved.unverified_email === null ? 'Saved' : `Saved. A link went to ${saved.unverified_email}`,
      });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!save.isPending && changed.length > 0 && forbidden === null) save.mutate();
  };
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  return (
    <Card>
      <form onSubmit={submit} className="space-y-4" noValidate aria-label="Profile">
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label="Name"
            value={form.name}
            onChange={(name) => set({ name })}
            error={fields.name}
            readOnly={forbidden !== null}
          />
          <TextField
            label="User name"
            value={profile.username}
            onChange={() => undefined}
            readOnly
            hint="Calendars name people by it."
          />
          <TextField
            label="E-mail"
            type="email"
            value={form.email}
            onChange={(email) => set({ email })}
            error={fields.email}
            readOnly={forbidden !== null}
            hint={
              profile.unverified_email === null
                ? undefined
                : `Becomes ${profile.unverified_email} once that is confirmed by mail.`
            }
          />
          <TextField
            label="Phone number"
            optional
            type="tel"
            placeholder="+4712345678"
            value={form.unverified_phone_number}
            onChange={(phone) => set({ unverified_phone_number: phone })}
            error={fields.unverified_phone_number}
            readOnly={forbidden !== null}
            hint={profile.verified_phone_number === null ? 'Kept for the phone providers to come.' : 'Verified.'}
          />
          <Combobox
            label="Time zone"
            optional
            clearable
            options={ZONES}
            value={form.timezone}
            onChange={(zone) => set({ timezone: zone ?? '' })}
            error={fields.timezone}
            placeholder="That of the organization"
          />
          <Select
            label="Role"
            options={ROLES}
            value={form.role}
            onChange={(role) => set({ role })}
            disabled={!mayManage}
            error={fields.role}
          />
        </div>
        {mayAssign && (
          <MultiCombobox
            label="Added roles"
            optional
            hint="Beside the basic role."
            options={roles.map(({ id, name, description }) => ({ value: id, label: name, hint: description }))}
            value={[...form.roles]}
            onChange={(next) => set({ roles: next })}
            error={fields.roles}
          />
        )}
        <p className="text-muted">
          Teams:{' '}
          {profile.teams.length === 0
            ? 'none'
            : profile.teams.map((id) => teams.find((team) => team.id === id)?.name ?? id).join(', ')}
        </p>
        {save.error !== null && Object.keys(fields).length === 0 && (
          <p role="alert" className="text-danger">
            {errorText(save.error)}
          </p>
        )}
        <Button
          type="submit"
          kind="primary"
          pending={save.isPending}
          disabledReason={forbidden ?? (changed.length === 0 ? 'Nothing is changed' : null)}
        >
          Save profile
        </Button>
      </form>
    </Card>
  );
}
