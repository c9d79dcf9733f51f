import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Heart, HeartCrack } from 'lucide-react';
import { api, errorText, useForbidden } from '../../api/index.ts';
import { Badge, Button, Card, CopyField, Select, showToast, Time, type Tone } from '../../ui/index.ts';
import { type Heartbeat, heartbeatQuery } from './queries.ts';

const INTERVALS: readonly (readonly [seconds: number, label: string])[] = [
  [60, '1 minute'],
  [120, '2 minutes'],
  [180, '3 minutes'],
  [300, '5 minutes'],
  [600, '10 minutes'],
  [900, '15 minutes'],
  [1_800, '30 minutes'],
  [3_600, '1 hour'],
  [43_200, '12 hours'],
  [86_400, '1 day'],
];
const STATES: Readonly<Record<Heartbeat['state'], { word: string; tone: Tone }>> = {
  off: { word: 'off', tone: 'quiet' },
  waiting: { word: 'waits for the first sign', tone: 'neutral' },
  alive: { word: 'alive', tone: 'ok' },
  missing: { word: 'missing', tone: 'danger' },
};

/** An alert when the sender falls silent. */
export function HeartbeatCard({ id }: { id: string }) {
  const client = useQueryClient();
  const forbidden = useForbidden('integrations:write');
  const { data: heartbeat } = useQuery(heartbeatQuery(id));
  // The list of integrations and Home show it, too.
  const refresh = () => Promise.all([['integrations'], ['home']].map((queryKey) => client.invalidateQueries({ queryKey })));
  const save = useMutation({
    mutationFn: (seconds: number) =>
      heartbeat == null
        ? api.post('/heartbeats', { body: { integration_id: id, timeout_seconds: seconds, is_enabled: true } })
        : api.patch('/heartbeats/{id}', {
            path: { id: heartbeat.id },
            body: { timeout_seconds: seconds, is_enabled: seconds > 0 },
          }),
    onSuccess: refresh,
    onError: (error) => showToast({ kind: 'failed', text: 'The heartbeat was not changed', detail: errorText(error) }),
  });
  const remove = useMutation({
    mutationFn: (one: Heartbeat) => api.patch('/heartbeats/{id}', { path: { id: one.id }, body: { is_enabled: false } }),
    onSuccess: refresh,
  });
  if (heartbeat === undefined) return null;
  const isOn = heartbeat?.is_enabled === true;
  const state = STATES[heartbeat?.state ?? 'off'];
  const Icon = heartbeat?.state === 'missing' ? HeartCrack : Heart;
  const known = INTERVALS.some(([seconds]) => seconds === heartbeat?.timeout_seconds);
  return (
    <Card
      title="Heartbeat"
      actions={
        <Badge tone={state.tone} icon={<Icon className="size-3" aria-hidden />}>
          {state.word}
        </Badge>
      }
    >
      <div className="space-y-3">
        <p className="text-muted">
          The sender calls an address now and then. When it does not, an alert is made, and resolved when it does again.
        </p>
        {isOn && heartbeat !== null ? (
          <>
            <CopyField text={heartbeat.link} label="heartbeat address" />
            <Select
              label="An alert when no sign came for"
              options={[
                ...INTERVALS.map(([seconds, label]) => ({ value: String(seconds), label })),
                ...(known ? [] : [{ value: String(heartbeat.timeout_seconds), label: `${heartbeat.timeout_seconds} seconds` }]),
              ]}
              value={String(heartbeat.timeout_seconds)}
              onChange={(seconds) => save.mutate(Number(seconds))}
              disabled={forbidden !== null}
            />
            <p>
              Last sign: <Time value={heartbeat.last_heartbeat_time} />
            </p>
            <Button disabledReason={forbidden} onClick={() => remove.mutate(heartbeat)}>
              Switch off
            </Button>
          </>
        ) : (
          <Button
            disabledReason={forbidden}
            pending={save.isPending}
            onClick={() => save.mutate(heartbeat?.timeout_seconds ?? 300)}
          >
            Watch for silence
          </Button>
        )}
      </div>
    </Card>
  );
}
