import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Fingerprint } from 'lucide-react';
import { type SyntheticEvent, useEffect, useRef, useState } from 'react';
import { api, onProofNeeded } from '../api/client.ts';
import { ApiError, errorText } from '../api/errors.ts';
import { passkeyProblem, proveByPasskey } from '../api/passkeys.ts';
import type { SecondFactors } from '../api/schema.js';
import { sessionQuery } from '../api/session.ts';
import { Button, Dialog, TextField } from '../ui/index.ts';

/** Asks for the password or a code again before something sensitive; what was under way then goes on. */
export function ProofDialog() {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [by, setBy] = useState<'password' | 'totp'>('password');
  const [secret, setSecret] = useState('');
  const waiting = useRef<((proved: boolean) => void)[]>([]);
  useEffect(() => {
    onProofNeeded(
      () =>
        new Promise((resolve) => {
          waiting.current.push(resolve);
          setOpen(true);
        }),
    );
    return () => onProofNeeded(null);
  }, []);
  const { data: factors } = useQuery({
    queryKey: ['second-factors'],
    queryFn: ({ signal }): Promise<SecondFactors> => api.get('/auth/second_factors', { signal }),
    enabled: open,
  });
  const settle = (proved: boolean) => {
    setOpen(false);
    setSecret('');
    prove.reset();
    for (const resolve of waiting.current.splice(0)) resolve(proved);
  };
  const prove = useMutation({
    mutationFn: (how: 'typed' | 'passkey'): Promise<unknown> =>
      how === 'passkey'
        ? proveByPasskey()
        : api.post('/auth/proof', { body: { [by]: by === 'totp' ? secret.replace(/\s/g, '') : secret } }),
    onSuccess: async () => {
      // The session has a new id, and with it a new token against forged requests.
      await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
      settle(true);
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    event.stopPropagation(); // the dialog stands inside another form's tree
    if (!prove.isPending) prove.mutate('typed');
  };
  const { error } = prove;
  const said = error instanceof ApiError ? (error.fields[by] ?? error.message) : error === null ? null : errorText(error);
  const isPassword = by === 'password';
  return (
    <Dialog
      open={open}
      onClose={() => settle(false)}
      title="Confirm that it is you"
      description="This is asked for before sensitive changes, a quarter of an hour after you last signed in."
    >
      <form onSubmit={submit} className="space-y-4" aria-label="Confirm that it is you">
        <TextField
          key={by}
          label={isPassword ? 'Password' : 'Code from your authenticator app'}
          type={isPassword ? 'password' : 'text'}
          autoComplete={isPassword ? 'current-password' : 'one-time-code'}
          autoFocus
          required
          value={secret}
          onChange={setSecret}
          error={said}
        />
        {(factors?.passkeys.length ?? 0) > 0 && passkeyProblem() === null && (
          <Button
            className="w-full"
            icon={<Fingerprint className="size-4" aria-hidden />}
            pending={prove.isPending && prove.variables === 'passkey'}
            onClick={() => prove.mutate('passkey')}
          >
            Use a passkey
          </Button>
        )}
        <div className="flex flex-wrap items-center justify-between gap-2">
          <Button
            kind="quiet"
            onClick={() => {
              setBy(isPassword ? 'totp' : 'password');
              setSecret('');
            }}
          >
            {isPassword ? 'Use a code instead' : 'Use the password instead'}
          </Button>
          <Button type="submit" kind="primary" pending={prove.isPending}>
            Confirm
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
