import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, errorText, sessionQuery } from '../../api/index.ts';
import { Badge, Button, Card, showToast, TextField, Time } from '../../ui/index.ts';
import { Passkeys } from './Passkeys.tsx';
import { secondFactorsQuery, sessionsQuery } from './queries.ts';
import { Totp } from './Totp.tsx';

/** How one signs in: password, second factor, and where one is signed in. */
export function Security() {
  return (
    <div className="space-y-5">
      <Password />
      <Passkeys />
      <SecondFactor />
      <Sessions />
    </div>
  );
}

function Password() {
  const client = useQueryClient();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const change = useMutation({
    mutationFn: () => api.post('/auth/password', { body: { current_password: current, password } }),
    onSuccess: async () => {
      setCurrent('');
      setPassword('');
      await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
      await client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
      showToast({ kind: 'done', text: 'Password changed', detail: 'All your other sessions have ended.' });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!change.isPending) change.mutate();
  };
  const fields = change.error instanceof ApiError ? change.error.fields : {};
  return (
    <Card title="Password">
      <form onSubmit={submit} className="space-y-4" noValidate aria-label="Password">
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label="Current password"
            type="password"
            autoComplete="current-password"
            value={current}
            onChange={setCurrent}
            error={fields.current_password}
          />
          <TextField
            label="New password"
            type="password"
            autoComplete="new-password"
            value={password}
            onChange={setPassword}
            error={fields.password}
            hint="At least 12 characters."
          />
        </div>
        {change.error !== null && Object.keys(fields).length === 0 && (
          <p role="alert" className="text-danger">
            {errorText(change.error)}
          </p>
        )}
        <Button type="submit" pending={change.isPending}>
          Change password
        </Button>
      </form>
    </Card>
  );
}

function SecondFactor() {
  const { data } = useQuery(secondFactorsQuery);
  return <Card title="One-time codes">{data !== undefined && <Totp isOn={data.totp} />}</Card>;
}

function Sessions() {
  const client = useQueryClient();
  const { data: sessions = [] } = useQuery(sessionsQuery);
  const end = useMutation({
    mutationFn: (id: string | null) =>
      id === null ? api.delete('/auth/sessions') : api.delete('/auth/sessions/{id}', { path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
    onError: (error) => showToast({ kind: 'failed', text: 'The session was not ended', detail: errorText(error) }),
  });
  return (
    <Card
      title="Signed in at"
      actions={
        sessions.length > 1 && (
          <Button size="small" onClick={() => end.mutate(null)}>
            End all others
          </Button>
        )
      }
    >
      <ul className="space-y-2">
        {sessions.map((session) => (
          <li key={session.id} className="flex flex-wrap items-center gap-2">
            <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
              {session.user_agent ?? 'An unknown program'} <span className="text-muted">{session.ip}</span>
            </span>
            {session.is_current ? <Badge tone="ok">this one</Badge> : null}
            <Time value={session.last_seen_at} />
            {!session.is_current && (
              <Button size="small" onClick={() => end.mutate(session.id)}>
                End
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
