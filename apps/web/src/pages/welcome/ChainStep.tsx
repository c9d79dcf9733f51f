import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { errorText } from '../../api/errors.ts';
import { useSession } from '../../api/session.ts';
import type { EscalationChain } from '../../api/types.ts';
import { finishStep, type Progress } from '../../features/guided-setup/progress.ts';
import { Checkbox, Select, TextField } from '../../ui/index.ts';
import { StepFrame } from './StepFrame.tsx';

const MINUTE = 60;
const WAITS = [1, 5, 10, 15, 30];

/** Step 3: what happens when nobody reacts. */
export function ChainStep({ progress, onDone, onSkip }: { progress: Progress; onDone: () => void; onSkip: () => void }) {
  const { user } = useSession();
  const client = useQueryClient();
  const [name, setName] = useState(`${progress.team?.name ?? 'On-call'} chain`);
  const [wait, setWait] = useState('5');
  const [repeat, setRepeat] = useState(true);
  const { schedule, secondary } = progress;
  const first = schedule === undefined ? `you (${user.username})` : `whoever is on call by ${schedule.name}`;
  const last = secondary === undefined ? first : `whoever is on call by ${secondary.name}`;

  const save = useMutation({
    mutationFn: async () => {
      const chain = await api.post<EscalationChain>('/escalation_chains', {
        body: { name: name.trim(), ...(progress.team === undefined ? {} : { team_id: progress.team.id }) },
      });
      const notify = (of: { id: string } | undefined, important: boolean) =>
        of === undefined
          ? { type: 'notify_persons', persons_to_notify: [user.id], important }
          : { type: 'notify_on_call_from_schedule', notify_on_call_from_schedule: of.id, important };
      const steps = [
        notify(schedule, false),
        { type: 'wait', duration: Number(wait) * MINUTE },
        notify(schedule, true),
        { type: 'wait', duration: Number(wait) * 3 * MINUTE },
        notify(secondary ?? schedule, true),
        ...(repeat ? [{ type: 'repeat_escalation' }] : []),
      ];
      for (const step of steps) await api.post('/escalation_policies', { body: { escalation_chain_id: chain.id, ...step } });
      return { id: chain.id, name: chain.name };
    },
    onSuccess: (chain) => {
      void client.invalidateQueries({ queryKey: ['escalation-chains'] });
      finishStep('chain', { chain });
      onDone();
    },
  });
  return (
    <StepFrame
      title="Escalation chain"
      summary={`Notify ${first}; after ${wait} min again, by their important rules; after ${Number(wait) * 3} min notify ${last}${repeat ? '; then from the beginning, up to five times' : ''}.`}
      submitLabel="Create chain"
      pending={save.isPending}
      error={save.error === null ? null : errorText(save.error)}
      onSubmit={() => name.trim() !== '' && save.mutate()}
      onSkip={onSkip}
    >
      <TextField label="Escalation chain" value={name} onChange={setName} />
      <Select
        label="Wait for an answer"
        options={WAITS.map((minutes) => ({ value: String(minutes), label: `${minutes} min` }))}
        value={wait}
        onChange={setWait}
      />
      <Checkbox label="Repeat while nobody acts" checked={repeat} onChange={setRepeat} />
    </StepFrame>
  );
}
