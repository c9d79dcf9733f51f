import { useQuery } from '@tanstack/react-query';
import { Fingerprint, KeyRound, LogIn } from 'lucide-react';
import { type SyntheticEvent, useEffect, useState } from 'react';
import { ApiError, errorText } from '../api/errors.ts';
import { forgetOfflineReading } from '../api/offline.ts';
import { answerOfPasskey, PasskeyRefused, passkeyProblem, signInByPasskey } from '../api/passkeys.ts';
import type { PasskeySignInOptions, SignInRefused } from '../api/schema.js';
import { methodsQuery, signIn } from '../api/session.ts';
import { Button, buttonClasses, Checkbox, Countdown, TextField } from '../ui/index.ts';

type Refusal = { text: string; until: string | null };

/** Seconds to wait, from the body or the header of a refusal. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof PasskeyRefused) return { text: error.message, until: null };
  if (!(error instanceof ApiError)) return { text: errorText(error), until: null };
  const body = error.body as { retry_after?: unknown } | null;
  const seconds = typeof body?.retry_after === 'number' ? body.retry_after : error.retryAfterSeconds;
  const until = seconds === null ? null : new Date(Date.now() + seconds * 1_000).toISOString();
  if (error.code === 'throttled' || error.status === 429) return { text: 'Too many attempts. Try again in', until };
  if (error.code === 'bad_credentials') return { text: 'Wrong user name, e-mail address or password.', until: null };
  return { text: error.message, until: null };
}

/** User name and password, then the second factor where there is one. `onDone` is called with a session in place. */
export function SignInForm({ onDone, next, login: fixedLogin }: { onDone: () => void; next: string; login?: string }) {
  const { data: methods } = useQuery(methodsQuery);
  const [login, setLogin] = useState(fixedLogin ?? '');
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const [remember, setRemember] = useState(true);
  const [step, setStep] = useState<'password' | 'totp'>('password');
  /** What a passkey is asked for, where the password alone does not do. */
  const [asked, setAsked] = useState<PasskeySignInOptions | null>(null);
  const [pending, setPending] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [capsLock, setCapsLock] = useState(false);

  useEffect(() => {
    if (refusal?.until == null) return;
    const timer = setTimeout(() => setRefusal(null), new Date(refusal.until).getTime() - Date.now());
    return () => clearTimeout(timer);
  }, [refusal]);

  const attempt = async (run: () => Promise<unknown>) => {
    setPending(true);
    try {
      await run();
      await forgetOfflineReading(); // it may be another person's
      onDone();
    } catch (error) {
      if (error instanceof ApiError && error.code === 'totp_required') {
        setStep('totp');
        setAsked(((error.body as SignInRefused).passkey as PasskeySignInOptions | undefined) ?? null);
        setRefusal(step === 'password' ? null : { text: 'This code is wrong or was used already.', until: null });
        setTotp('');
      } else setRefusal(refusalOf(error));
    } finally {
      setPending(false);
    }
  };
  const send = (code: string) => attempt(() => signIn({ login, password, remember, ...(code === '' ? {} : { totp: code }) }));
  const signInByDevice = () =>
    attempt(async () =>
      step === 'totp' && asked !== null
        ? signIn({ login, password, remember, passkey: await answerOfPasskey(asked) })
        : signInByPasskey(),
    );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!pending && refusal?.until == null) void send(totp.replace(/\s/g, ''));
  };
  const providers = methods?.oidc ?? [];
  const canUsePasskey = step === 'totp' ? asked !== null : methods?.passkey === true && passkeyProblem() === null;
  return (
    <div className="space-y-4">
      {providers.map((provider) => (
        <a
          key={provider.name}
          href={`${provider.url}${provider.url.includes('?') ? '&' : '?'}next=${encodeURIComponent(next)}`}
          className={`${buttonClasses('secondary', 'large')} w-full`}
        >
          <KeyRound className="size-4" aria-hidden />
          Continue with {provider.label}
        </a>
      ))}
      {methods?.password !== false && (
        <form onSubmit={submit} className="space-y-4" aria-label="Sign in">
          {step === 'password' ? (
            <>
              <TextField
                label="User name or e-mail"
                name="username"
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                autoFocus={fixedLogin === undefined}
                required
                readOnly={fixedLogin !== undefined}
                value={login}
                onChange={setLogin}
              />
              <TextField
                label="Password"
                name="password"
                type="password"
                autoComplete="current-password"
                autoFocus={fixedLogin !== undefined}
                required
                value={password}
                onChange={setPassword}
                onKeyUp={(event) => setCapsLock(event.getModifierState('CapsLock'))}
                {...(capsLock ? { hint: 'Caps lock is on.' } : {})}
              />
              {fixedLogin === undefined && (
                <Checkbox label="Stay signed in on this device" checked={remember} onChange={setRemember} />
              )}
            </>
          ) : (
            <TextField
              label="Code from your authenticator app"
              hint="Or one of your recovery codes."
              name="totp"
              autoComplete="one-time-code"
              inputMode="numeric"
              autoFocus
              required
              value={totp}
              onChange={(value) => {
                setTotp(value);
                if (/^\d{6}$/.test(value.trim())) void send(value.trim());
              }}
            />
          )}
          {refusal !== null && (
            <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
              {refusal.text} {refusal.until !== null && <Countdown until={refusal.until} />}
            </p>
          )}
          <Button
            type="submit"
            kind="primary"
            size="large"
            className="w-full"
            pending={pending}
            icon={<LogIn className="size-4" aria-hidden />}
            disabledReason={refusal?.until == null ? null : 'Wait until the time is over'}
          >
            Sign in
          </Button>
        </form>
      )}
      {canUsePasskey && (
        <Button
          size="large"
          className="w-full"
          icon={<Fingerprint className="size-4" aria-hidden />}
          disabledReason={pending ? 'Wait for the answer' : null}
          onClick={() => void signInByDevice()}
        >
          {step === 'totp' ? 'Use a passkey instead' : 'Use a passkey'}
        </Button>
      )}
    </div>
  );
}
