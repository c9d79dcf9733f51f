import { useQuery } from '@tanstack/react-query';
import { CircleCheck, Eye, EyeOff, Radio } from 'lucide-react';
import { useState } from 'react';
import type { Integration } from '../../api/index.ts';
import { Button, Card, CopyButton, CopyField, Select, Time } from '../../ui/index.ts';
import { integrationCountersQuery } from './queries.ts';
import { snippetsFor } from './snippets.ts';

/** The address, hidden until it is asked for: whoever knows it can send alerts. */
function Address({ link }: { link: string }) {
  const [shown, setShown] = useState(false);
  const masked = link.replace(/\/[^/]+\/?$/, '/••••••••/');
  return (
    <div className="flex items-center gap-1 rounded-md border border-line bg-sunken py-0.5 pr-0.5 pl-2.5">
      <code className="min-w-0 flex-1 py-1 font-mono text-[0.9rem] [overflow-wrap:anywhere]">{shown ? link : masked}</code>
      <Button
        kind="quiet"
        size="small"
        icon={shown ? <EyeOff className="size-4" aria-hidden /> : <Eye className="size-4" aria-hidden />}
        onClick={() => setShown(!shown)}
      >
        {shown ? 'Hide' : 'Show'}
      </Button>
      <CopyButton text={link} label="Copy address" />
    </div>
  );
}

/** How alerts come in: the address, and what to put into the sender. */
export function ReceiveCard({ integration }: { integration: Integration }) {
  const { data: counters } = useQuery(integrationCountersQuery(integration.id));
  const snippets = snippetsFor(integration);
  const [chosen, setChosen] = useState(snippets[0]?.name ?? '');
  const snippet = snippets.find(({ name }) => name === chosen) ?? snippets[0];
  if (integration.link === null) {
    return (
      <Card title="Receive">
        {typeof integration.inbound_email === 'string' ? (
          <>
            <p className="mb-2">What is mailed to this address becomes an alert:</p>
            <CopyField text={integration.inbound_email} label="address" />
          </>
        ) : (
          <p className="text-muted">Nothing is sent here: its alert groups are opened by people who page somebody.</p>
        )}
      </Card>
    );
  }
  return (
    <Card
      title="Receive"
      actions={
        <span role="status" className="flex items-center gap-1.5 text-[0.93rem]">
          {counters?.alerts_count === 0 && (
            <>
              <Radio className="size-4 animate-pulse text-accent" aria-hidden />
              Waiting for the first alert
            </>
          )}
          {counters !== undefined && counters.alerts_count > 0 && (
            <>
              <CircleCheck className="size-4 text-ok" aria-hidden />
              <span>
                {counters.alerts_count === 1 ? '1 alert' : `${counters.alerts_count} alerts`}, the last{' '}
                <Time value={counters.last_alert_at} />
              </span>
            </>
          )}
        </span>
      }
    >
      <div className="space-y-4">
        <div>
          <h3 className="mb-1 font-medium">Address</h3>
          <Address link={integration.link} />
        </div>
        {snippet !== undefined && (
          <div className="space-y-2">
            <Select
              label="How to connect"
              options={snippets.map(({ name }) => ({ value: name, label: name }))}
              value={snippet.name}
              onChange={setChosen}
            />
            <p className="text-muted">{snippet.explanation}</p>
            <CopyField text={snippet.text} label={snippet.name} multiline />
          </div>
        )}
      </div>
    </Card>
  );
}
