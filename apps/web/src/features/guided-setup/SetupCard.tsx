import { Link } from '@tanstack/react-router';
import { Rocket, X } from 'lucide-react';
import { buttonClasses, IconButton } from '../../ui/index.ts';
import { nextStep, STEPS, saveProgress, useProgress } from './progress.ts';

/** Offers to go on with the guided setup, until it is done or dismissed. */
export function SetupCard() {
  const progress = useProgress();
  if (progress.dismissed === true || nextStep(progress) === null) return null;
  return (
    <section
      aria-label="Guided setup"
      className="mb-4 flex flex-wrap items-center gap-3 rounded-lg border border-accent/40 bg-accent-soft px-4 py-3"
    >
      <Rocket className="size-5 shrink-0 text-accent" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">Set up on-call in five steps</p>
        <p className="text-[0.93rem]">
          {progress.done.length} of {STEPS.length} done. It ends with a test page that reaches you.
        </p>
      </div>
      <Link to="/welcome" search={{}} className={buttonClasses('primary')}>
        {progress.done.length === 0 ? 'Start' : 'Go on'}
      </Link>
      <IconButton
        label="Hide the guided setup"
        size="small"
        icon={<X className="size-4" aria-hidden />}
        onClick={() => saveProgress({ dismissed: true })}
      />
    </section>
  );
}
