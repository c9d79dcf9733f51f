import { useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { ApiError, errorText, type FieldErrors } from '../../api/errors.ts';
import type { InvitationView } from '../../api/schema.js';
import { judgePassword } from '../../lib/password.ts';
import { Button, browserZone, EmptyState, TextField } from '../../ui/index.ts';
import { EntryFrame } from './EntryFrame.tsx';
import { NewPasswordField } from './NewPasswordField.tsx';
import { inviteRoute } from './routes.ts';

/** Accepts an invitation: name, user name, password. An invitation works once, for seven days. */
export function InvitePage() {
  const { token } = inviteRoute.useParams();
  const [form, setForm] = useState({ name: '', username: '', password: '' });
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [wasRefused, setRefused] = useState(false);
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: (): Promise<InvitationView> => api.post('/invitations/lookup', { body: { token } }),
    retry: false,
  });
  const isGone = wasRefused || (invitation.error instanceof ApiError && [404, 410].includes(invitation.error.status));
  const email = invitation.data?.email ?? '';
  const [pending, setPending] = useState(false);
  const set = (field: keyof typeof form) => (value: string) => setForm((old) => ({ ...old, [field]: value }));
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const { problem } = judgePassword(form.password, email);
    if (problem !== null) return setErrors({ password: problem });
    setPending(true);
    try {
      await api.post('/invitations/accept', { body: { token, ...form, timezone: browserZone() } });
      location.assign('/');
    } catch (error) {
      setPending(false);
      if (!(error instanceof ApiError)) return setFailure(errorText(error));
      if (error.status === 410 || error.status === 404) return setRefused(true);
      setErrors(error.fields);
      if (Object.keys(error.fields).length === 0) setFailure(error.message);
    }
  };
  if (isGone) {
    return (
      <EntryFrame title="Invitation">
        <EmptyState title="This invitation was already used, or is over">
          Invitations work once and for seven days. Ask whoever invited you for a new one.
        </EmptyState>
      </EntryFrame>
    );
  }
  return (
    <EntryFrame
      title={invitation.data === undefined ? 'Join Tocsin' : `Join ${invitation.data.organization}`}
      intro={
        invitation.data?.invited_by
          ? `${invitation.data.invited_by} invites you. Say who you are, and choose a password.`
          : 'You were invited. Say who you are, and choose a password.'
      }
    >
      <form onSubmit={(event) => void submit(event)} className="space-y-4" noValidate>
        {email !== '' && <TextField label="E-mail address" readOnly value={email} onChange={() => undefined} />}
        <TextField label="Your name" autoComplete="name" autoFocus value={form.name} onChange={set('name')} error={errors.name} />
        <TextField
          label="User name"
          autoComplete="username"
          autoCapitalize="none"
          value={form.username}
          onChange={set('username')}
          error={errors.username}
        />
        <NewPasswordField value={form.password} onChange={set('password')} email={email} error={errors.password} />
        {failure !== null && (
          <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
            {failure}
          </p>
        )}
        <Button type="submit" kind="primary" size="large" className="w-full" pending={pending}>
          Accept the invitation
        </Button>
      </form>
    </EntryFrame>
  );
}
