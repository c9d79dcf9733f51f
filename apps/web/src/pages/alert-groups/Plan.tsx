import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BellRing, History, TriangleAlert } from 'lucide-react';
import { useSession } from '../../api/session.ts';
import type { AlertGroup } from '../../api/types.ts';
import { PlanSteps } from '../../features/escalation-plan/PlanSteps.tsx';
import { channelName, planQuery, stateSentence } from '../../features/escalation-plan/plan.ts';
import { Badge, Card, Countdown, formatSpan, SkeletonRows, Time } from '../../ui/index.ts';

/** What acknowledging would bring, by the organization's settings. */
function AcknowledgeLine() {
  const { acknowledge_remind_timeout: remind, unacknowledge_timeout: takeBack } = useSession().organization;
  const parts = [
    'stops this',
    ...(remind > 0 ? [`asks you again after ${formatSpan(remind)}`] : []),
    ...(remind > 0 && takeBack > 0 ? [`starts over ${formatSpan(takeBack)} later without an answer`] : []),
  ];
  return <p className="mt-3 border-t border-line pt-2 text-[0.93rem] text-muted">Acknowledging {parts.join(', ')}.</p>;
}

/** What happens next: who is notified when and on what, from the engine's own planner (web-ui.md 6.4). */
export function Plan({ group }: { group: AlertGroup }) {
  const { data: plan } = useQuery(planQuery(group.id));
  if (plan === undefined) {
    return (
      <Card title="What happens next">
        <SkeletonRows rows={3} label="Loading the plan" />
      </Card>
    );
  }
  const sentence = stateSentence(plan);
  const round = plan.repeat.round > 0 ? <Badge>Round {plan.repeat.round + 1}</Badge> : null;
  return (
    <Card title="What happens next" actions={round}>
      {plan.next !== null && (
        <p className="mb-3 flex items-start gap-2 rounded-md bg-accent-soft px-3 py-2 text-accent">
          <BellRing className="mt-0.5 size-4 shrink-0" aria-hidden />
          <span>
            <span className="font-medium">{plan.next.user.username}</span> by {channelName(plan.next.channel)} in{' '}
            <Countdown until={plan.next.at} />
          </span>
        </p>
      )}
      {sentence !== null && (
        <p
          className={`mb-3 flex items-start gap-2 rounded-md px-3 py-2 ${plan.state === 'none' ? 'bg-danger-soft text-danger' : 'bg-quiet-soft'}`}
        >
          {plan.state === 'none' && <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />}
          <span>
            {sentence}
            {plan.until !== null && (
              <>
                {' '}
                It goes on <Time value={plan.until} show="short" />.
              </>
            )}
            {plan.is_hypothetical && plan.steps.length > 0 && ' Times below are as if it went on now.'}
          </span>
        </p>
      )}
      {plan.outdated && (
        <p className="mb-3 flex items-start gap-2 rounded-md bg-warn-soft px-3 py-2 text-warn">
          <History className="mt-0.5 size-4 shrink-0" aria-hidden />
          The chain was changed since. This alert group follows the earlier version.
        </p>
      )}
      {plan.chain !== null && (
        <p className="mb-3 text-[0.93rem] text-muted">
          Escalation chain{' '}
          <Link
            to={'/escalations/$id' as string}
            params={{ id: plan.chain.id } as never}
            className="font-medium text-accent hover:underline"
          >
            {plan.chain.name}
          </Link>
        </p>
      )}
      {plan.state !== 'finished' && <PlanSteps steps={plan.steps} />}
      {plan.truncated && plan.state !== 'finished' && <p className="mt-2 text-[0.93rem] text-muted">… and so on.</p>}
      {plan.state === 'running' && group.state === 'firing' && <AcknowledgeLine />}
    </Card>
  );
}
