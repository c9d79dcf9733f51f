import type { ReactNode } from 'react';
import { Button } from '../../ui/index.ts';

type Props = {
  title: string;
  children: ReactNode;
  /** What will be made, in plain words. */
  summary: ReactNode;
  submitLabel: string;
  pending: boolean;
  error: string | null;
  onSubmit: () => void;
  onSkip: () => void;
};

/** One step of the guide: a form, what it will make in plain words, and a way past it. */
export function StepFrame({ title, children, summary, submitLabel, pending, error, onSubmit, onSkip }: Props) {
  return (
    <form
      aria-label={title}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <h2 className="mb-3 text-[1.21rem] font-semibold">{title}</h2>
      <div className="space-y-4">{children}</div>
      <p className="mt-5 rounded-md bg-sunken px-3 py-2 text-muted">{summary}</p>
      {error !== null && (
        <p role="alert" className="mt-3 rounded-md bg-danger-soft px-3 py-2 text-danger">
          {error}
        </p>
      )}
      <div className="mt-5 flex flex-wrap gap-2">
        <Button type="submit" kind="primary" pending={pending}>
          {submitLabel}
        </Button>
        <Button kind="quiet" onClick={onSkip}>
          Skip
        </Button>
      </div>
    </form>
  );
}
