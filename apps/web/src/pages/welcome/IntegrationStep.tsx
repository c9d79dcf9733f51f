import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { errorText } from '../../api/errors.ts';
import type { Integration } from '../../api/types.ts';
import { finishStep, type Progress } from '../../features/guided-setup/progress.ts';
import { RadioGroup, TextField } from '../../ui/index.ts';
import { StepFrame } from './StepFrame.tsx';

const TYPES = [
  { value: 'webhook', label: 'Webhook', hint: 'Anything that can send JSON, such as curl' },
  { value: 'alertmanager', label: 'Alertmanager', hint: 'Prometheus' },
  { value: 'grafana_alerting', label: 'Grafana Alerting' },
  { value: 'zabbix', label: 'Zabbix' },
];

/** Step 4: where alerts come from. */
export function IntegrationStep({ progress, onDone, onSkip }: { progress: Progress; onDone: () => void; onSkip: () => void }) {
  const client = useQueryClient();
  const [type, setType] = useState('webhook');
  const [name, setName] = useState(`${progress.team?.name ?? 'First'} alerts`);
  const save = useMutation({
    mutationFn: async () => {
      const made = await api.post<Integration>('/integrations', {
        body: { type, name: name.trim(), ...(progress.team === undefined ? {} : { team_id: progress.team.id }) },
      });
      if (progress.chain !== undefined) {
        await api.put('/routes/{id}', { path: { id: made.default_route.id }, body: { escalation_chain_id: progress.chain.id } });
      }
      return { id: made.id, name: name.trim(), link: made.link ?? '', type };
    },
    onSuccess: (integration) => {
      void client.invalidateQueries({ queryKey: ['integrations'] });
      finishStep('integration', { integration });
      onDone();
    },
  });
  return (
    <StepFrame
      title="Integration"
      summary={`Creates “${name.trim()}”, an address that takes alerts${progress.chain === undefined ? '' : ` and leads them to ${progress.chain.name}`}.`}
      submitLabel="Create integration"
      pending={save.isPending}
      error={save.error === null ? null : errorText(save.error)}
      onSubmit={() => name.trim() !== '' && save.mutate()}
      onSkip={onSkip}
    >
      <TextField label="Integration" value={name} onChange={setName} />
      <RadioGroup label="What sends the alerts?" choices={TYPES} value={type} onChange={setType} />
    </StepFrame>
  );
}
