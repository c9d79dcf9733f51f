import { Link } from '@tanstack/react-router';
import { SignInForm } from '../../app/SignInForm.tsx';
import { EntryFrame } from './EntryFrame.tsx';
import { loginRoute, safeNext } from './routes.ts';

/** Sign-in (web-ui.md 3.2). Afterwards the page that was asked for opens, with a fresh cache. */
export function LoginPage() {
  const next = safeNext(loginRoute.useSearch().next);
  return (
    <EntryFrame title="Sign in">
      <SignInForm next={next} onDone={() => location.assign(next)} />
      <p className="mt-5 text-center">
        <Link to="/forgot" className="text-accent underline underline-offset-2">
          Forgot your password?
        </Link>
      </p>
    </EntryFrame>
  );
}
