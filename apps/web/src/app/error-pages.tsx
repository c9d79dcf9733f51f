import { useRouter } from '@tanstack/react-router';
import { Compass, Lock } from 'lucide-react';
import { ApiError, errorText } from '../api/errors.ts';
import { buttonClasses, EmptyState, ErrorState } from '../ui/index.ts';

const Home = () => (
  <a href="/" className={buttonClasses('secondary')}>
    Go to the start page
  </a>
);

/** There is no such page or object. */
export function NotFoundPage() {
  return (
    <div className="mx-auto max-w-2xl pt-[8vh]">
      <title>Not found · Tocsin</title>
      <EmptyState icon={<Compass />} title="There is nothing here" level={1} actions={<Home />}>
        The address may be mistyped, or what it led to was deleted.
      </EmptyState>
    </div>
  );
}

/** The person may not see this. */
export function ForbiddenPage({ reason }: { reason: string }) {
  return (
    <div className="mx-auto max-w-2xl pt-[8vh]">
      <title>No permission · Tocsin</title>
      <EmptyState icon={<Lock />} title="You may not see this page" level={1} actions={<Home />}>
        {reason}
      </EmptyState>
    </div>
  );
}

type WrongTeam = { owner_team?: { name?: string } | null };

/** What a page shows when reading it failed. */
export function RouteError({ error, reset }: { error: unknown; reset?: () => void }) {
  const router = useRouter();
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />;
  if (error instanceof ApiError && error.status === 403) {
    const team = (error.body as WrongTeam | null)?.owner_team?.name;
    return (
      <ForbiddenPage
        reason={team === undefined ? error.message : `This belongs to the team ${team}. Ask one of its members for access.`}
      />
    );
  }
  const offline = error instanceof ApiError && error.status === 0;
  return (
    <ErrorState
      level={1}
      title={offline ? 'The server cannot be reached' : 'This page could not be shown'}
      message={errorText(error)}
      requestId={error instanceof ApiError ? error.requestId : null}
      onRetry={() => {
        reset?.();
        void router.invalidate();
      }}
    />
  );
}
