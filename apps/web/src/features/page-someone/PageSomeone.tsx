import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { useCan } from '../../api/session.ts';
import { Button, LoadingLayer } from '../../ui/index.ts';

const Drawer = lazy(() => import('./PageSomeoneDrawer.tsx'));

/** Opens the drawer, on whatever page one is. */
export function PageSomeoneButton({ icon }: { icon: ReactNode }) {
  const navigate = useNavigate();
  if (!useCan('alert-groups:direct-paging')) return null;
  const open = () => void navigate({ to: '.', search: ((old: object) => ({ ...old, page: 'new' })) as never });
  return (
    <Button kind="primary" icon={icon} aria-label="Page someone" onClick={open}>
      <span className="max-sm:sr-only">Page someone</span>
    </Button>
  );
}

/** The drawer behind `?page=new`, which works on every page. */
export function PageSomeone() {
  const search = useSearch({ strict: false }) as { page?: unknown; whom?: unknown };
  const navigate = useNavigate();
  if (search.page !== 'new') return null;
  const close = () =>
    void navigate({ to: '.', search: ((old: object) => ({ ...old, page: undefined, whom: undefined })) as never });
  return (
    <Suspense fallback={<LoadingLayer />}>
      <Drawer onClose={close} whom={typeof search.whom === 'string' ? search.whom : null} />
    </Suspense>
  );
}
