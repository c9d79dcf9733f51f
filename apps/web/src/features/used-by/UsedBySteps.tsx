import { useQuery } from '@tanstack/react-query';
import { chainsQuery } from '../../api/index.ts';
import { SkeletonRows } from '../../ui/index.ts';
import { allStepsQuery, type StepThatNames } from './steps-query.ts';
import { UseList } from './UseList.tsx';

/** The steps of chains that name a schedule or a webhook; undefined while they are read. */
export function useStepsNaming(what: 'schedule' | 'webhook', id: string): StepThatNames[] | undefined {
  const { data } = useQuery(allStepsQuery);
  return data?.filter((step) => (what === 'schedule' ? step.notify_on_call_from_schedule : step.action_to_trigger) === id);
}

/** Names the steps that would no longer do anything. `consequence` says what becomes of them. */
export function UsedBySteps({ steps, consequence }: { steps: readonly StepThatNames[] | undefined; consequence: string }) {
  const { data: chains = [] } = useQuery(chainsQuery);
  if (steps === undefined) return <SkeletonRows rows={1} label="Looking for what uses it" />;
  if (steps.length === 0) return <p className="text-muted">No escalation chain uses it.</p>;
  return (
    <div className="rounded-md bg-warn-soft px-3 py-2 text-warn">
      <p>{consequence}</p>
      <UseList
        label="Used by"
        className="mt-1"
        steps={steps.map(({ id, position, escalation_chain_id: chainId }) => ({
          id,
          position,
          chainId,
          chainName: chains.find((chain) => chain.id === chainId)?.name ?? 'a chain that you may not see',
        }))}
      />
    </div>
  );
}
