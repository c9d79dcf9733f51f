import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, errorText, type SignInPolicy, useForbidden } from '../../api/index.ts';
import { Button, Card, Checkbox, Select, showToast, TextField } from '../../ui/index.ts';
import { policyQuery } from './organization-queries.ts';

const SECOND_FACTOR = [
  { value: 'optional', label: 'Nobody must, everybody may' },
  { value: 'admins', label: 'Admins' },
  { value: 'password_users', label: 'Everybody who signs in by password' },
];

/** The form's texts; days are read on submit. */
const textsOf = (policy: SignInPolicy) => ({
  password: policy.password,
  secondFactor: policy.second_factor,
  sessionDays: String(policy.session_days),
  idleDays: String(policy.session_idle_days),
});

/** What the organization asks of signing in. Saving asks for a fresh proof of who one is. */
export function SignInPolicyCard() {
  const client = useQueryClient();
  const { data: stored } = useSuspenseQuery(policyQuery);
  const forbidden = useForbidden('admin:admin');
  const [changes, setChanges] = useState<Partial<ReturnType<typeof textsOf>>>({});
  const form = { ...textsOf(stored), ...changes };
  const set = (more: typeof changes) => setChanges((old) => ({ ...old, ...more }));
  const save = useMutation({
    mutationFn: (): Promise<SignInPolicy> =>
      api.put('/auth/policy', {
        body: {
          password: form.password,
          second_factor: form.secondFactor,
          session_days: Number(form.sessionDays),
          session_idle_days: Number(form.idleDays),
        },
      }),
    onSuccess: async (saved) => {
      client.setQueryData(policyQuery.queryKey, saved);
      setChanges({});
      await client.invalidateQueries({ queryKey: ['session'] });
      showToast({ kind: 'done', text: 'Saved the sign-in policy' });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!save.isPending && forbidden === null) save.mutate();
  };
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  return (
    <Card title="Signing in">
      <form onSubmit={submit} className="space-y-4" noValidate>
        <Select
          label="Second factor is required of"
          options={SECOND_FACTOR}
          value={form.secondFactor}
          onChange={(who) => set({ secondFactor: who as SignInPolicy['second_factor'] })}
          error={fields.second_factor}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label="Days until a session ends"
            hint="1 to 365, used or not."
            inputMode="numeric"
            value={form.sessionDays}
            onChange={(sessionDays) => set({ sessionDays })}
            error={fields.session_days}
          />
          <TextField
            label="Days without use until it ends"
            hint="1 to 365."
            inputMode="numeric"
            value={form.idleDays}
            onChange={(idleDays) => set({ idleDays })}
            error={fields.session_idle_days}
          />
        </div>
        <Checkbox
          label="People may sign in by password"
          hint="Can be switched off once an admin has signed in by OpenID Connect."
          checked={form.password}
          onChange={(password) => set({ password })}
        />
        {save.error !== null && Object.keys(fields).length === 0 && (
          <p role="alert" className="text-danger">
            {errorText(save.error)}
          </p>
        )}
        <Button
          type="submit"
          pending={save.isPending}
          disabledReason={forbidden ?? (Object.keys(changes).length === 0 ? 'Nothing is changed.' : null)}
        >
          Save sign-in policy
        </Button>
      </form>
    </Card>
  );
}
