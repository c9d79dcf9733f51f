import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { channelName } from '../../features/escalation-plan/plan.ts';
import { Badge, Card, Time, type Tone } from '../../ui/index.ts';

/** One line of `GET /alert_groups/{id}/delivery_log`. */
type Delivery = {
  id: number;
  user: { id: string; username: string | null } | null;
  channel: string;
  state: 'owed' | 'sending' | 'accepted' | 'delivered' | 'rejected' | 'failed' | 'cancelled' | 'unknown';
  important: boolean;
  attempts: number;
  created_at: string;
  next_attempt_at: string | null;
  finished_at: string | null;
  reason: string | null;
};

const deliveriesQuery = (id: string) =>
  queryOptions({
    queryKey: ['alert-groups', 'of', id, 'deliveries'],
    queryFn: ({ signal }): Promise<{ results: Delivery[] }> =>
      api.get('/alert_groups/{id}/delivery_log', { path: { id }, signal }),
  });

const STATES: Readonly<Record<Delivery['state'], { word: string; tone: Tone }>> = {
  owed: { word: 'waiting', tone: 'neutral' },
  sending: { word: 'being sent', tone: 'accent' },
  accepted: { word: 'sent', tone: 'ok' },
  delivered: { word: 'delivered', tone: 'ok' },
  rejected: { word: 'refused', tone: 'danger' },
  failed: { word: 'failed', tone: 'danger' },
  cancelled: { word: 'no longer needed', tone: 'quiet' },
  unknown: { word: 'not known', tone: 'warn' },
};

/** Each notification that went out or failed, from the ledger. */
export function Deliveries({ groupId }: { groupId: string }) {
  const { data } = useQuery(deliveriesQuery(groupId));
  if (data === undefined || data.results.length === 0) return null;
  return (
    <Card title="Deliveries" flush>
      <ul className="divide-y divide-line">
        {data.results.map((delivery) => {
          const { word, tone } = STATES[delivery.state];
          return (
            <li key={delivery.id} className="px-4 py-2">
              <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
                <span className="font-medium">{delivery.user?.username ?? 'Somebody'}</span>
                <span className="text-muted">{channelName(delivery.channel)}</span>
                <Badge tone={tone}>{word}</Badge>
                <span className="ml-auto text-[0.86rem] text-muted">
                  <Time value={delivery.finished_at ?? delivery.created_at} />
                </span>
              </p>
              {delivery.reason !== null && (
                <p className="text-[0.93rem] text-muted [overflow-wrap:anywhere]">{delivery.reason}</p>
              )}
              {delivery.next_attempt_at !== null && delivery.attempts > 0 && (
                <p className="text-[0.93rem] text-muted">
                  Tried {delivery.attempts} {delivery.attempts === 1 ? 'time' : 'times'}, next{' '}
                  <Time value={delivery.next_attempt_at} />
                </p>
              )}
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
