import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { onSessionEnd } from '../api/client.ts';
import { sessionQuery, useSession } from '../api/session.ts';
import { Dialog } from '../ui/index.ts';
import { SignInForm } from './SignInForm.tsx';

/** Asks to sign in again over the page when the session has ended; what was under way is then repeated, so nothing typed is lost. */
export function SessionEndDialog() {
  const client = useQueryClient();
  const { user } = useSession();
  const [open, setOpen] = useState(false);
  const waiting = useRef<((signedIn: boolean) => void)[]>([]);
  useEffect(() => {
    onSessionEnd(
      () =>
        new Promise((resolve) => {
          waiting.current.push(resolve);
          setOpen(true);
        }),
    );
    return () => onSessionEnd(null);
  }, []);
  const settle = async (signedIn: boolean) => {
    if (signedIn) {
      const seen = client.getQueryData(sessionQuery.queryKey)?.viewing_as ?? null;
      const { viewing_as: sees } = await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
      // A new session has the person's own rights: what was read with those of a role is not all there is.
      if (seen?.id !== sees?.id) void client.invalidateQueries();
    }
    setOpen(false);
    for (const resolve of waiting.current.splice(0)) resolve(signedIn);
  };
  return (
    <Dialog
      open={open}
      onClose={() => void settle(false)}
      title="Sign in again"
      description="Your session has ended. Nothing on this page is lost."
    >
      <SignInForm login={user.username} next={`${location.pathname}${location.search}`} onDone={() => void settle(true)} />
    </Dialog>
  );
}
