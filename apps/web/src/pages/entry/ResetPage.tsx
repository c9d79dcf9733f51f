import { Link } from '@tanstack/react-router';
import { type SyntheticEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { ApiError, errorText } from '../../api/errors.ts';
import { judgePassword } from '../../lib/password.ts';
import { Button } from '../../ui/index.ts';
import { EntryFrame } from './EntryFrame.tsx';
import { NewPasswordField } from './NewPasswordField.tsx';
import { resetRoute } from './routes.ts';

/** Sets a new password with the token of a link. */
export function ResetPage() {
  const { token } = resetRoute.useParams();
  const [password, setPassword] = useState('');
  const [state, setState] = useState<'asking' | 'sending' | 'done'>('asking');
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const { problem } = judgePassword(password, '');
    if (problem !== null) return setError(problem);
    setState('sending');
    try {
      await api.post('/auth/password/reset', { body: { token, password } });
      setState('done');
    } catch (failure) {
      setError(failure instanceof ApiError ? (failure.fields.password ?? failure.message) : errorText(failure));
      setState('asking');
    }
  };
  return (
    <EntryFrame title="Choose a new password">
      {state === 'done' ? (
        <p role="status">Your password is changed, and every session has ended.</p>
      ) : (
        <form onSubmit={(event) => void submit(event)} className="space-y-4" noValidate>
          <NewPasswordField value={password} onChange={setPassword} email="" error={error} />
          <Button type="submit" kind="primary" size="large" className="w-full" pending={state === 'sending'}>
            Change password
          </Button>
        </form>
      )}
      <p className="mt-5 text-center">
        <Link to="/login" search={{}} className="text-accent underline underline-offset-2">
          Go to sign-in
        </Link>
      </p>
    </EntryFrame>
  );
}
