import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BellRing, History, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { errorText } from '../../api/errors.ts';
import { useForbidden, useSession } from '../../api/session.ts';
import type { AlertGroup } from '../../api/types.ts';
import { PlanSteps } from '../../features/escalation-plan/PlanSteps.tsx';
import { channelName, type EscalationPlan, planQuery, stateSentence } from '../../features/escalation-plan/plan.ts';
import { Badge, Button, Card, ConfirmDialog, Countdown, formatSpan, SkeletonRows, showToast, Time } from '../../ui/index.ts';

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

/** Begins the escalation anew, from the chain of today. */
function ApplyChain({ group }: { group: AlertGroup }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const mayWrite = useForbidden('alert-groups:write');
  const mayRead = useForbidden('escalation-chains:read');
  const apply = useMutation({
    mutationFn: () => api.post('/alert_groups/{id}/apply_current_chain', { path: { id: group.id } }),
    onSuccess: () => {
      setAsking(false);
      showToast({ text: `#${group.alert_group_number} follows the chain as it is now` });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['alert-groups', 'of', group.id] }),
  });
  return (
    <>
      <Button size="small" className="mt-2 block" disabledReason={mayWrite ?? mayRead} onClick={() => setAsking(true)}>
        Apply current chain
      </Button>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Apply the current chain?"
        confirmLabel="Start over"
        pending={apply.isPending}
        onConfirm={() => apply.mutate()}
        error={apply.error === null ? null : errorText(apply.error)}
      >
        <p>
          The escalation starts over with the first step of the chain as it is now. Pages of the earlier version that were not
          sent yet are dropped; people who were notified already may be notified again.
        </p>
      </ConfirmDialog>
    </>
  );
}

/** When who acknowledged is asked whether they still work on it; they may say so before. */
function Reminder({ group, plan }: { group: AlertGroup; plan: EscalationPlan }) {
  const client = useQueryClient();
  const isMine = useSession().user.id === group.acknowledged_by;
  const confirm = useMutation({
    mutationFn: () => api.post('/alert_groups/{id}/confirm_acknowledge', { path: { id: group.id } }),
    onSuccess: () => showToast({ text: 'Noted: you are on it' }),
    onError: (error) => showToast({ kind: 'failed', text: 'Could not be confirmed', detail: errorText(error) }),
    onSettled: () => client.invalidateQueries({ queryKey: ['alert-groups', 'of', group.id] }),
  });
  const { reminder } = plan;
  if (reminder === null) return null;
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2 rounded-md bg-warn-soft px-3 py-2 text-warn">
      <p className="min-w-0 flex-1">
        {reminder.unacknowledge_at === null ? (
          <>
            {isMine ? 'You are' : 'Who acknowledged it is'} asked whether it is still worked on{' '}
            <Time value={reminder.at} show="short" />.
          </>
        ) : (
          <>
            Without an answer it fires again <Time value={reminder.unacknowledge_at} show="short" />.
          </>
        )}
      </p>
      {isMine && (
        <Button size="small" pending={confirm.isPending} onClick={() => confirm.mutate()}>
          I am on it
        </Button>
      )}
    </div>
  );
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
          <span>
            The chain was changed since. This alert group follows the earlier version.
            {group.state === 'firing' && group.root_alert_group_id === null && <ApplyChain group={group} />}
          </span>
        </p>
      )}
      {group.state === 'acknowledged' && <Reminder group={group} plan={plan} />}
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
