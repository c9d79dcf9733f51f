import { type SyntheticEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { ApiError, errorText, type FieldErrors } from '../../api/errors.ts';
import { judgePassword } from '../../lib/password.ts';
import { allZones, Button, browserZone, Combobox, TextField } from '../../ui/index.ts';
import { EntryFrame } from './EntryFrame.tsx';
import { NewPasswordField } from './NewPasswordField.tsx';
import { setupRoute } from './routes.ts';

const ZONES = allZones().map((zone) => ({ value: zone, label: zone }));

/** First start: proves by the printed code that it is the operator, names the organization, creates the first admin (web-ui.md 3.1). */
export function SetupPage() {
  const search = setupRoute.useSearch();
  const [form, setForm] = useState({
    code: search.code ?? '',
    org_name: '',
    timezone: browserZone(),
    name: '',
    email: '',
    username: '',
    password: '',
  });
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const set = (field: keyof typeof form) => (value: string) => setForm((old) => ({ ...old, [field]: value }));
  const username = form.username || (form.email.split('@')[0] ?? '');

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const { problem } = judgePassword(form.password, form.email);
    if (problem !== null) return setErrors({ password: problem });
    setPending(true);
    setErrors({});
    setFailure(null);
    try {
      await api.post('/auth/setup', { body: { ...form, username, code: form.code.trim() } });
      location.assign('/welcome');
    } catch (error) {
      setPending(false);
      if (!(error instanceof ApiError)) return setFailure(errorText(error));
      if (error.code === 'wrong_setup_code') return setErrors({ code: error.message });
      setErrors(error.fields);
      if (Object.keys(error.fields).length === 0) setFailure(error.message);
    }
  };
  return (
    <EntryFrame title="Set up Tocsin" intro="Two minutes, once: your organization and its first administrator.">
      <form onSubmit={(event) => void submit(event)} className="space-y-4" noValidate>
        <TextField
          label="Setup code"
          hint="The server printed it when it started. It shows that this is your server."
          autoFocus
          autoComplete="off"
          spellCheck={false}
          value={form.code}
          onChange={set('code')}
          error={errors.code}
        />
        <hr className="border-line" />
        <TextField
          label="Organization"
          autoComplete="organization"
          placeholder="Harbour Operations"
          value={form.org_name}
          onChange={set('org_name')}
          error={errors.org_name}
        />
        <Combobox
          label="Time zone"
          options={ZONES}
          value={form.timezone}
          onChange={(zone) => zone !== null && set('timezone')(zone)}
          error={errors.timezone}
        />
        <hr className="border-line" />
        <TextField label="Your name" autoComplete="name" value={form.name} onChange={set('name')} error={errors.name} />
        <TextField
          label="E-mail address"
          type="email"
          autoComplete="email"
          value={form.email}
          onChange={set('email')}
          error={errors.email}
        />
        <TextField
          label="User name"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          placeholder={username}
          value={form.username}
          onChange={set('username')}
          error={errors.username}
        />
        <NewPasswordField value={form.password} onChange={set('password')} email={form.email} error={errors.password} />
        {failure !== null && (
          <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
            {failure}
          </p>
        )}
        <Button type="submit" kind="primary" size="large" className="w-full" pending={pending}>
          Create organization
        </Button>
      </form>
    </EntryFrame>
  );
}
