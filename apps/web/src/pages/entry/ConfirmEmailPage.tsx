import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { errorText } from '../../api/errors.ts';
import type { ConfirmedEmail } from '../../api/schema.js';
import { Button } from '../../ui/index.ts';
import { EntryFrame } from './EntryFrame.tsx';
import { confirmEmailRoute } from './routes.ts';

/** Confirms a changed address with the token of a link. A button, so that programs that open links in mails confirm nothing. */
export function ConfirmEmailPage() {
  const { token } = confirmEmailRoute.useParams();
  const [state, setState] = useState<'asking' | 'sending' | 'done'>('asking');
  const [email, setEmail] = useState('');
  const [error, setError] = useState<string | null>(null);
  const confirm = async () => {
    setState('sending');
    try {
      const confirmed: ConfirmedEmail = await api.post('/auth/email/confirm', { body: { token } });
      setEmail(confirmed.email);
      setState('done');
    } catch (failure) {
      setError(errorText(failure));
      setState('asking');
    }
  };
  return (
    <EntryFrame title="Confirm your address">
      {state === 'done' ? (
        <p role="status">{email} is your address from now on.</p>
      ) : (
        <div className="space-y-4">
          <p>Mails, and pages by mail, will go to the address that this link was sent to.</p>
          {error !== null && (
            <p role="alert" className="text-danger">
              {error}
            </p>
          )}
          <Button kind="primary" size="large" className="w-full" pending={state === 'sending'} onClick={() => void confirm()}>
            Confirm address
          </Button>
        </div>
      )}
      <p className="mt-5 text-center">
        <Link to="/" className="text-accent underline underline-offset-2">
          Go to Tocsin
        </Link>
      </p>
    </EntryFrame>
  );
}
