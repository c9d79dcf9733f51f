import { Link } from '@tanstack/react-router';
import { type SyntheticEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { errorText } from '../../api/errors.ts';
import { Button, TextField } from '../../ui/index.ts';
import { EntryFrame } from './EntryFrame.tsx';

/** Asks for a link to set a new password. The answer is the same whether or not there is such a person. */
export function ForgotPage() {
  const [email, setEmail] = useState('');
  const [state, setState] = useState<'asking' | 'sending' | 'sent'>('asking');
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    setState('sending');
    try {
      await api.post('/auth/password/forgot', { body: { email } });
      setState('sent');
    } catch (failure) {
      setError(errorText(failure));
      setState('asking');
    }
  };
  return (
    <EntryFrame title="Reset your password">
      {state === 'sent' ? (
        <p role="status">
          If there is an account with this address, a link is on its way. It works for 30 minutes. Without a mail server, ask an
          administrator for a link.
        </p>
      ) : (
        <form onSubmit={(event) => void submit(event)} className="space-y-4">
          <TextField
            label="E-mail address"
            type="email"
            autoComplete="email"
            autoFocus
            required
            value={email}
            onChange={setEmail}
            error={error}
          />
          <Button type="submit" kind="primary" size="large" className="w-full" pending={state === 'sending'}>
            Send a link
          </Button>
        </form>
      )}
      <p className="mt-5 text-center">
        <Link to="/login" search={{}} className="text-accent underline underline-offset-2">
          Back to sign-in
        </Link>
      </p>
    </EntryFrame>
  );
}
