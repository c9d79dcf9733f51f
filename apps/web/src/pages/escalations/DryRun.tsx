import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, errorText } from '../../api/index.ts';
import type { EscalationPlan } from '../../api/schema.js';
import { PlanSteps } from '../../features/escalation-plan/PlanSteps.tsx';
import { stateSentence } from '../../features/escalation-plan/plan.ts';
import { instantOf } from '../../lib/wall-clock.ts';
import { Drawer, ErrorState, SkeletonRows, TextField, Time, useTimeSettings } from '../../ui/index.ts';

/** What the chain would do for an alert that comes now, or at a moment of choice; by the engine’s own rules, without notifying anybody. */
export function DryRun({ chainId, onClose }: { chainId: string; onClose: () => void }) {
  const { zone } = useTimeSettings();
  const [moment, setMoment] = useState('');
  const at = moment === '' ? null : instantOf(moment, zone);
  const plan = useQuery({
    queryKey: ['escalation-chains', 'dry-run', chainId, at?.toISOString() ?? 'now'],
    queryFn: ({ signal }): Promise<EscalationPlan> =>
      api.post('/escalation_chains/{id}/simulate', {
        path: { id: chainId },
        body: at === null ? {} : { at: at.toISOString() },
        signal,
      }),
    staleTime: 0,
    placeholderData: (previous) => previous,
  });
  return (
    <Drawer open onClose={onClose} title="If an alert came" description="Nobody is notified by looking.">
      <div className="space-y-4">
        <TextField
          label="At"
          type="datetime-local"
          value={moment}
          onChange={setMoment}
          hint={`Now, when this is empty. In ${zone}.`}
          className="max-w-64"
        />
        {plan.isPending && <SkeletonRows rows={3} label="Working out the steps" />}
        {plan.isError && (
          <ErrorState title="This could not be worked out" message={errorText(plan.error)} onRetry={() => void plan.refetch()} />
        )}
        {plan.data !== undefined && (
          <section aria-label="Forecast" className="space-y-3">
            <p className="rounded-md bg-sunken px-3 py-2">
              {plan.data.next === null ? (
                (stateSentence(plan.data) ?? 'Nobody would be notified.')
              ) : (
                <>
                  <span className="font-medium">{plan.data.next.user.username}</span> is notified first,{' '}
                  <Time value={plan.data.next.at} show="short" />.
                </>
              )}
            </p>
            <PlanSteps steps={plan.data.steps} collapseDone={false} />
          </section>
        )}
      </div>
    </Drawer>
  );
}
