import { CircleAlert, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './Button.tsx';
import { CopyButton } from './Copy.tsx';
import { cx } from './class-names.ts';

/** Nothing is here: says why, and what to do next. */
export function EmptyState({
  icon,
  title,
  level = 2,
  children,
  actions,
}: {
  icon?: ReactNode;
  title: string;
  /** Of the heading: 1 where the state is the whole page. */
  level?: 1 | 2;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  const Heading = `h${level}` as const;
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-14 text-center">
      {icon !== undefined && (
        <div
          className="mb-1 flex size-11 items-center justify-center rounded-full bg-sunken text-muted [&>svg]:size-5"
          aria-hidden
        >
          {icon}
        </div>
      )}
      <Heading className="text-[1.07rem] font-semibold">{title}</Heading>
      {children !== undefined && <div className="max-w-prose text-muted">{children}</div>}
      {actions !== undefined && <div className="mt-3 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}

export type ErrorStateProps = {
  title: string;
  /** Of the heading: 1 where the state is the whole page. */
  level?: 1 | 2;
  /** What the server said. */
  message?: ReactNode;
  requestId?: string | null;
  onRetry?: () => void;
  actions?: ReactNode;
};

/** Something failed: says what, keeps the request id to copy, and offers to try again. */
export function ErrorState({ title, level = 2, message, requestId, onRetry, actions }: ErrorStateProps) {
  const Heading = `h${level}` as const;
  return (
    <div role="alert" className="flex flex-col items-center gap-2 px-6 py-14 text-center">
      <div className="mb-1 flex size-11 items-center justify-center rounded-full bg-danger-soft text-danger" aria-hidden>
        <CircleAlert className="size-5" />
      </div>
      <Heading className="text-[1.07rem] font-semibold">{title}</Heading>
      {message !== undefined && <div className="max-w-prose text-muted [overflow-wrap:anywhere]">{message}</div>}
      {requestId && (
        <p className="flex items-center gap-1 text-[0.93rem] text-muted">
          Request {requestId} <CopyButton text={requestId} label="Copy request id" />
        </p>
      )}
      <div className="mt-3 flex flex-wrap justify-center gap-2">
        {onRetry !== undefined && (
          <Button icon={<RotateCw className="size-4" aria-hidden />} onClick={onRetry}>
            Try again
          </Button>
        )}
        {actions}
      </div>
    </div>
  );
}

/** A grey place where something will be. Put `aria-busy` on the region it stands in. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cx('animate-pulse rounded bg-line/70', className ?? 'h-4 w-full')} />;
}

/** Skeleton rows, named for screen readers. */
export function SkeletonRows({ rows = 8, label = 'Loading' }: { rows?: number; label?: string }) {
  return (
    <div role="status" aria-label={label} className="divide-y divide-line">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are all the same
        <div key={row} className="flex items-center gap-4 px-4 py-3.5">
          <Skeleton className="h-4 w-20" />
          <Skeleton className="h-4 flex-1" />
          <Skeleton className="h-4 w-24" />
        </div>
      ))}
    </div>
  );
}

/** Stands for a dialog or a field that is being fetched: it holds the focus, so that what is typed meanwhile presses no shortcuts. */
export function LoadingLayer() {
  return <input ref={(input) => input?.focus()} aria-label="Loading" className="sr-only" />;
}
