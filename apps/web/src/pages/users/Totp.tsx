import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, errorText, sessionQuery } from '../../api/index.ts';
import { Badge, Button, CopyField, showToast, TextField } from '../../ui/index.ts';
import { secondFactorsQuery } from './queries.ts';

type Setup = { secret: string; uri: string };

/** One-time codes of an authenticator app, asked for beside the password. */
export function Totp({ isOn }: { isOn: boolean }) {
  const client = useQueryClient();
  const [code, setCode] = useState('');
  /** The session has another cookie and token after a change of factors. */
  const renew = async () => {
    await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
    await client.invalidateQueries({ queryKey: secondFactorsQuery.queryKey });
  };
  const begin = useMutation({ mutationFn: (): Promise<Setup> => api.post('/auth/totp') });
  const confirm = useMutation({
    mutationFn: (): Promise<{ recovery_codes: string[] }> => api.post('/auth/totp/confirm', { body: { code } }),
    onSuccess: renew,
  });
  const remove = useMutation({
    mutationFn: () => api.delete('/auth/totp'),
    onSuccess: async () => {
      begin.reset();
      confirm.reset();
      setCode('');
      await renew();
      showToast({ kind: 'done', text: 'One-time codes are off' });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!confirm.isPending) confirm.mutate();
  };
  const failed = begin.error ?? remove.error;
  return (
    <div className="space-y-3">
      {confirm.data !== undefined && (
        <div className="space-y-2">
          <p>Keep these recovery codes where you find them without your phone. Each works once; they are shown this once.</p>
          <CopyField text={confirm.data.recovery_codes.join('\n')} label="recovery codes" multiline />
        </div>
      )}
      {isOn ? (
        <p className="flex flex-wrap items-center gap-3">
          <Badge tone="ok">on</Badge>
          <Button pending={remove.isPending} onClick={() => remove.mutate()}>
            Switch off
          </Button>
        </p>
      ) : begin.data === undefined ? (
        <>
          <p className="text-muted">A code of six digits from an app on your phone, asked for beside the password.</p>
          <Button pending={begin.isPending} onClick={() => begin.mutate()}>
            Set up
          </Button>
        </>
      ) : (
        <form onSubmit={submit} className="space-y-3" noValidate aria-label="One-time codes">
          <p>Open this address on your phone, or type the key into your authenticator app:</p>
          <CopyField text={begin.data.uri} label="address for the app" multiline />
          <CopyField text={begin.data.secret} label="key" />
          <TextField
            label="Code that the app shows"
            inputMode="numeric"
            autoComplete="one-time-code"
            value={code}
            onChange={setCode}
            error={confirm.error instanceof ApiError ? (confirm.error.fields.code ?? confirm.error.message) : null}
          />
          <Button type="submit" kind="primary" pending={confirm.isPending}>
            Switch on
          </Button>
        </form>
      )}
      {failed !== null && (
        <p role="alert" className="text-danger">
          {errorText(failed)}
        </p>
      )}
    </div>
  );
}
