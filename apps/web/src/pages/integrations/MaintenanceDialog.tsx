import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { api, errorText, type Integration } from '../../api/index.ts';
import { Button, Dialog, RadioGroup, Select, showToast, Time } from '../../ui/index.ts';

const HOUR = 3_600;
const DURATIONS = [1, 3, 6, 12, 24].map((hours) => ({
  value: String(hours * HOUR),
  label: hours === 1 ? '1 hour' : `${hours} hours`,
}));

/** Starts maintenance or debug mode, or ends it. */
export function MaintenanceDialog({ integration, onClose }: { integration: Integration; onClose: () => void }) {
  const client = useQueryClient();
  const path = { id: integration.id };
  const isOn = integration.maintenance_mode !== null;
  const [mode, setMode] = useState('maintenance');
  const [duration, setDuration] = useState(String(HOUR));
  const [atEnd, setAtEnd] = useState('escalate');
  const save = useMutation({
    mutationFn: () =>
      isOn
        ? api.post('/integrations/{id}/maintenance_stop', { path })
        : api.post('/integrations/{id}/maintenance_start', {
            path,
            body: { mode, duration: Number(duration), at_end: atEnd },
          }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['integrations'] });
      showToast({ kind: 'done', text: isOn ? 'Maintenance is over' : 'Maintenance has begun' });
      onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={isOn ? 'In maintenance' : 'Start maintenance'}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="maintenance" pending={save.isPending}>
            {isOn ? 'End it now' : 'Start'}
          </Button>
        </>
      }
    >
      <form id="maintenance" onSubmit={submit} className="space-y-4">
        {isOn ? (
          <p>
            Nobody is notified of alerts of this integration until <Time value={integration.maintenance_end_at} show="full" />.
          </p>
        ) : (
          <>
            <RadioGroup
              label="Meanwhile"
              value={mode}
              onChange={setMode}
              choices={[
                { value: 'maintenance', label: 'Maintenance', hint: 'All alerts are collected in one alert group.' },
                { value: 'debug', label: 'Debug', hint: 'Alerts are grouped and routed as ever, and nobody is notified.' },
              ]}
            />
            <Select label="For" options={DURATIONS} value={duration} onChange={setDuration} />
            {mode === 'debug' ? (
              <p className="text-muted">What opens meanwhile stays quiet afterwards, too.</p>
            ) : (
              <Select
                label="At its end, what still fires"
                options={[
                  { value: 'escalate', label: 'escalates' },
                  { value: 'resolve', label: 'is resolved' },
                ]}
                value={atEnd}
                onChange={setAtEnd}
              />
            )}
          </>
        )}
        {save.error !== null && (
          <p role="alert" className="text-danger">
            {errorText(save.error)}
          </p>
        )}
      </form>
    </Dialog>
  );
}
