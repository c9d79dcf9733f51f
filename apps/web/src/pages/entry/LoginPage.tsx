import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { methodsQuery } from '../../api/session.ts';
import { SignInForm } from '../../app/SignInForm.tsx';
import { EntryFrame } from './EntryFrame.tsx';
import { loginRoute, safeNext } from './routes.ts';

/** Sign-in (web-ui.md 3.2). Afterwards the page that was asked for opens, with a fresh cache. */
export function LoginPage() {
  const { data: methods } = useQuery(methodsQuery);
  const next = safeNext(loginRoute.useSearch().next);
  return (
    <EntryFrame title="Sign in">
      {methods?.maintenance_message && (
        <p role="status" className="mb-4 rounded-md bg-warn-soft px-3 py-2 text-warn">
          {methods.maintenance_message}
        </p>
      )}
      <SignInForm next={next} onDone={() => location.assign(next)} />
      <p className="mt-5 text-center">
        <Link to="/forgot" className="text-accent underline underline-offset-2">
          Forgot your password?
        </Link>
      </p>
    </EntryFrame>
  );
}
