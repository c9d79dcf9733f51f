import { BellRing, Check, CircleDashed, Clock, Hourglass, Minus, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Avatar, Badge, cx, formatSpan, Time } from '../../ui/index.ts';
import { channelName, type PlanRule, type PlanStep, type PlanVisit } from './plan.ts';

const STATUS: Readonly<Record<PlanStep['status'], { word: string; icon: ReactNode; dot: string }>> = {
  done: { word: 'Done', icon: <Check className="size-3" aria-hidden />, dot: 'border-ok bg-ok-soft text-ok' },
  next: { word: 'Next', icon: <BellRing className="size-3" aria-hidden />, dot: 'border-accent bg-accent-soft text-accent' },
  future: { word: 'Later', icon: <CircleDashed className="size-3" aria-hidden />, dot: 'border-line bg-surface text-muted' },
  skipped: { word: 'Not reached', icon: <Minus className="size-3" aria-hidden />, dot: 'border-line bg-sunken text-muted' },
};

/** A person's own rules as a line: `e-mail, 5 min later SMS`. */
function Rules({ rules }: { rules: readonly PlanRule[] }) {
  if (rules.length === 0) return <span className="text-muted">has no rules for this</span>;
  return rules.map((rule, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: rules are a fixed sequence
    <span key={index} className={rule.problem === null ? 'text-muted' : 'text-danger'}>
      {index > 0 && ', '}
      {rule.do === 'wait' ? `wait ${formatSpan(rule.wait_seconds ?? 0)}` : channelName(rule.channel ?? '')}
      {rule.problem !== null && ` (${rule.problem})`}
    </span>
  ));
}

function Visit({ visit }: { visit: PlanVisit }) {
  return (
    <div className="mt-1 space-y-1">
      {visit.held_until !== null && (
        <p className="flex items-center gap-1.5 text-[0.93rem] text-warn">
          <Clock className="size-3.5" aria-hidden />
          Held until <Time value={visit.held_until} show="short" />
        </p>
      )}
      {visit.waits_for !== null && (
        <p className="flex items-center gap-1.5 text-[0.93rem] text-warn">
          <Hourglass className="size-3.5" aria-hidden />
          Waits for more than {visit.waits_for.more_than} alerts in {visit.waits_for.minutes} min
        </p>
      )}
      {visit.problem !== null && (
        <p className="flex items-start gap-1.5 text-[0.93rem] text-danger">
          <TriangleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
          {visit.problem.text}
        </p>
      )}
      {visit.schedule !== null && <p className="text-[0.93rem] text-muted">{visit.schedule.name}</p>}
      {visit.recipients.map(({ user, important, rules }) => (
        <p key={user.id} className="flex items-start gap-1.5 text-[0.93rem]">
          <Avatar id={user.id} name={user.username} size="small" />
          <span className="min-w-0">
            <span className="font-medium">{user.username}</span> {important && <Badge tone="warn">important</Badge>}{' '}
            <Rules rules={rules} />
          </span>
        </p>
      ))}
    </div>
  );
}

const MOST_LATER = 2;

/** When the step comes again, in the next rounds. */
function Later({ visits }: { visits: readonly PlanVisit[] }) {
  return (
    <p className="mt-0.5 text-[0.86rem] text-muted">
      Again{' '}
      {visits.slice(0, MOST_LATER).map((visit, index) => (
        <span key={visit.at}>
          {index > 0 && ', '}
          <Time value={visit.at} />
        </span>
      ))}
      {visits.length > MOST_LATER && ` and ${visits.length - MOST_LATER} more`}
    </p>
  );
}

/** The steps of an escalation as a track: what is done, what is next, who is reached when and on what. */
export function PlanSteps({ steps, collapseDone = true }: { steps: readonly PlanStep[]; collapseDone?: boolean }) {
  return (
    <ol
      aria-label="Steps"
      className="relative space-y-3 before:absolute before:inset-y-3 before:left-[0.6rem] before:w-px before:bg-line"
    >
      {steps.map((step) => {
        const status = STATUS[step.status];
        const hideFirst = collapseDone && step.status === 'done';
        const first = hideFirst ? undefined : step.visits[0];
        const later = hideFirst ? step.visits : step.visits.slice(1);
        return (
          <li key={step.id} className="relative flex gap-3">
            <span className={cx('z-10 mt-0.5 flex size-5 shrink-0 items-center justify-center rounded-full border', status.dot)}>
              {status.icon}
              <span className="sr-only">{status.word}</span>
            </span>
            <div className={cx('min-w-0 flex-1', step.status === 'skipped' && 'opacity-75')}>
              <p className="flex flex-wrap items-baseline gap-x-2">
                <span className={cx('min-w-0 flex-1 [overflow-wrap:anywhere]', step.status === 'next' && 'font-medium')}>
                  {step.text}
                </span>
                {(step.at ?? step.eta) !== null && (
                  <span className="text-[0.86rem] text-muted">
                    <Time value={step.status === 'done' ? (step.at ?? step.eta) : step.eta} />
                  </span>
                )}
              </p>
              {first !== undefined && <Visit visit={first} />}
              {later.some((visit) => visit.recipients.length > 0) && <Later visits={later} />}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
