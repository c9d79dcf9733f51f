import type { ReactNode } from 'react';
import { cx } from './class-names.ts';

export type PageProps = {
  /** The page's one h1; also the document's title. */
  title: string;
  /** Beside the title. */
  badge?: ReactNode;
  /** Below the title. */
  description?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  width?: 'full' | 'reading';
};

/** The frame of a page: title, actions, content. */
export function Page({ title, badge, description, actions, children, width = 'full' }: PageProps) {
  return (
    <div className={cx('mx-auto px-4 pt-5 pb-10 sm:px-6', width === 'reading' ? 'max-w-4xl' : 'max-w-[100rem]')}>
      <title>{`${title} · Tocsin`}</title>
      <header className="mb-4 flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 max-sm:basis-full">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="text-[1.43rem] leading-tight font-semibold tracking-tight [overflow-wrap:anywhere]">{title}</h1>
            {badge}
          </div>
          {description !== undefined && <div className="mt-1 max-w-prose text-muted">{description}</div>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export type CardProps = { title?: string; actions?: ReactNode; children: ReactNode; className?: string; flush?: boolean };

/** A box with a heading. `flush`: its content reaches the edges. */
export function Card({ title, actions, children, className, flush = false }: CardProps) {
  return (
    <section aria-label={title} className={cx('rounded-lg border border-line bg-surface shadow-card', className)}>
      {title !== undefined && (
        <header className="flex min-h-11 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line px-4 py-1.5">
          <h2 className="flex-1 font-semibold">{title}</h2>
          {actions}
        </header>
      )}
      <div className={flush ? '' : 'p-4'}>{children}</div>
    </section>
  );
}

/** Names and values, one pair a row. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[minmax(6rem,auto)_1fr] gap-x-4 gap-y-2">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
