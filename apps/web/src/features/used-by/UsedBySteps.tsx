import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { chainsQuery, listAll } from '../../api/index.ts';
import { SkeletonRows } from '../../ui/index.ts';

type StepThatNames = {
  id: string;
  escalation_chain_id: string;
  position: number;
  notify_on_call_from_schedule?: string | null;
  action_to_trigger?: string | null;
};

const stepsQuery = queryOptions({
  queryKey: ['escalation-chains', 'all-steps'],
  queryFn: ({ signal }): Promise<StepThatNames[]> => listAll('/escalation_policies', {}, signal),
});

/** The steps of chains that name a schedule or a webhook; undefined while they are read. */
export function useStepsNaming(what: 'schedule' | 'webhook', id: string): StepThatNames[] | undefined {
  const { data } = useQuery(stepsQuery);
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
      <ul aria-label="Used by" className="mt-1 list-disc space-y-0.5 pl-5">
        {steps.map((step) => (
          <li key={step.id}>
            Step {step.position + 1} of{' '}
            <Link
              to="/escalations/$id"
              params={{ id: step.escalation_chain_id }}
              className="font-medium underline underline-offset-2"
            >
              {chains.find(({ id }) => id === step.escalation_chain_id)?.name ?? 'a chain that you may not see'}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
