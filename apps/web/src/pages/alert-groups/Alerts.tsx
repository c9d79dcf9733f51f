import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Alert } from '../../api/types.ts';
import { alertsQuery } from '../../features/alert-groups/queries.ts';
import { JsonTree } from '../../features/payload/JsonTree.tsx';
import { Button, Card, CopyButton, cx, SkeletonRows, TextField, Time } from '../../ui/index.ts';

const FEW = 5;

/** The payload of an alert, to search and copy. */
export function Payload({ alert }: { alert: Alert }) {
  const [search, setSearch] = useState('');
  return (
    <Card title="Payload" actions={<CopyButton text={JSON.stringify(alert.payload, null, 2)} label="Copy payload" />}>
      <TextField
        label="Search in payload"
        hideLabel
        type="search"
        placeholder="Search keys and values"
        className="mb-2 max-w-xs"
        value={search}
        onChange={setSearch}
      />
      <div className="max-h-[32rem] overflow-auto" {...{ tabIndex: 0, role: 'region', 'aria-label': 'Payload tree' }}>
        <JsonTree value={alert.payload} search={search} />
      </div>
    </Card>
  );
}

type Props = { groupId: string; total: number; chosen: string | undefined; onChoose: (id: string) => void };

/** The alerts of the group, newest first; choosing one shows it above. */
export function Alerts({ groupId, total, chosen, onChoose }: Props) {
  const { data } = useQuery(alertsQuery(groupId));
  const [all, setAll] = useState(false);
  if (data === undefined) return <SkeletonRows rows={2} label="Loading alerts" />;
  const shown = all ? data.results : data.results.slice(0, FEW);
  return (
    <Card title={`Alerts (${total})`} flush>
      <ol>
        {shown.map((alert) => (
          <li key={alert.id} className="border-b border-line last:border-b-0">
            <button
              type="button"
              aria-pressed={alert.id === chosen}
              onClick={() => onChoose(alert.id)}
              className={cx(
                'flex w-full items-baseline gap-3 px-4 py-2 text-left hover:bg-hover',
                alert.id === chosen && 'bg-accent-soft',
              )}
            >
              <span className="w-24 shrink-0 text-muted">
                <Time value={alert.created_at} />
              </span>
              <span className="min-w-0 flex-1 truncate font-mono text-[0.86rem]">
                {JSON.stringify(alert.payload).slice(0, 300)}
              </span>
            </button>
          </li>
        ))}
      </ol>
      {!all && data.results.length > FEW && (
        <div className="border-t border-line px-2 py-1">
          <Button kind="quiet" size="small" onClick={() => setAll(true)}>
            Show {data.results.length === total ? `all ${total}` : `the latest ${data.results.length}`}
          </Button>
        </div>
      )}
    </Card>
  );
}
