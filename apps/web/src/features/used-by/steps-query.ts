import { queryOptions } from '@tanstack/react-query';
import { listAll } from '../../api/index.ts';

/** A step with what it may name. */
export type StepThatNames = {
  id: string;
  escalation_chain_id: string;
  position: number;
  notify_on_call_from_schedule?: string | null;
  action_to_trigger?: string | null;
};

/** The steps of all chains that the person may see. */
export const allStepsQuery = queryOptions({
  queryKey: ['escalation-chains', 'all-steps'],
  queryFn: ({ signal }): Promise<StepThatNames[]> => listAll('/escalation_policies', {}, signal),
});
