import type { ReactNode } from 'react';
import { Wordmark } from '../../app/Wordmark.tsx';

/** The frame of the pages before the sign-in. */
export function EntryFrame({ title, intro, children }: { title: string; intro?: ReactNode; children: ReactNode }) {
  return (
    <main className="flex min-h-dvh flex-col items-center px-4 pt-[9vh] pb-10">
      <title>{`${title} · Tocsin`}</title>
      <div className="w-full max-w-[26rem]">
        <div className="mb-6 flex items-center justify-center">
          <Wordmark withName={false} />
        </div>
        <div className="rounded-xl border border-line bg-surface p-6 shadow-card sm:p-8">
          <h1 className="text-[1.43rem] font-semibold tracking-tight">{title}</h1>
          {intro !== undefined && <div className="mt-1.5 text-muted">{intro}</div>}
          <div className="mt-6">{children}</div>
        </div>
      </div>
    </main>
  );
}
