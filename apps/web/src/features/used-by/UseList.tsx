import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** A step of a chain that names something. */
export type StepUse = { id: string; position: number; chainId: string; chainName: string; more?: ReactNode };

/** What names a thing: steps of chains, each with a link, then other things in words. */
export function UseList({
  label,
  steps,
  others = [],
  className = '',
}: {
  label: string;
  steps: readonly StepUse[];
  others?: readonly { id: string; text: ReactNode }[];
  className?: string;
}) {
  return (
    <ul aria-label={label} className={`list-disc space-y-0.5 pl-5 ${className}`}>
      {steps.map(({ id, position, chainId, chainName, more }) => (
        <li key={id}>
          Step {position + 1} of{' '}
          <Link to="/escalations/$id" params={{ id: chainId }} className="font-medium underline underline-offset-2">
            {chainName}
          </Link>
          {more}
        </li>
      ))}
      {others.map(({ id, text }) => (
        <li key={id}>{text}</li>
      ))}
    </ul>
  );
}
