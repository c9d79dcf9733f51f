import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { WebhookResponse } from '../../api/index.ts';
import { CodeBox, CopyButton, Facts, Time } from '../../ui/index.ts';
import { StatusBadge } from './StatusBadge.tsx';
import { triggerText } from './webhook-text.ts';

/** JSON with line breaks; other text as it is. */
function pretty(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // cut off, or no JSON after all: shown as it was sent
  }
}

function Text({ title, text }: { title: string; text: string | null }) {
  return (
    <section aria-label={title}>
      <div className="flex items-center justify-between gap-2">
        <h3 className="font-medium">{title}</h3>
        {text && <CopyButton text={text} label={`Copy ${title.toLowerCase()}`} />}
      </div>
      {text ? <CodeBox text={pretty(text)} className="max-h-72 rounded-md bg-sunken p-2" /> : <p className="text-muted">None</p>}
    </section>
  );
}

/** What the API puts in place of an address that it refused. */
const REFUSED = 'URL - This url is not supported for outgoing webhooks';

/** A call: what was sent and what was answered, of the last attempt. */
export function Exchange({ response, actions }: { response: WebhookResponse; actions?: ReactNode }) {
  const failure = response.attempts.at(-1)?.error ?? null;
  return (
    <div className="space-y-3 pt-2">
      {failure !== null && <p className="text-danger [overflow-wrap:anywhere]">{failure}</p>}
      {response.url === REFUSED && (
        <p className="rounded-md bg-warn-soft px-3 py-2 text-warn">
          The address lies inside the network, where webhooks do not reach unless the server’s OUTBOUND_ALLOWED_HOSTS names it.
        </p>
      )}
      <Facts
        facts={[
          ['Address', response.url ?? '–'],
          ['Event', triggerText(response.trigger_type)],
          ...(response.alert_group_id === null
            ? []
            : [
                [
                  'Alert group',
                  <Link
                    key="group"
                    to="/alert-groups/$id"
                    params={{ id: response.alert_group_id }}
                    className="text-accent underline underline-offset-2"
                  >
                    {response.alert_group_id}
                  </Link>,
                ] as const,
              ]),
          ['Delivery', response.delivery_id ?? '–'],
        ]}
      />
      {actions}
      <Text title="Response body" text={response.content} />
      <Text title="Request body" text={response.request_data} />
      <Text title="Request headers" text={response.request_headers} />
      {response.attempts.length > 1 && (
        <section aria-label="Attempts">
          <h3 className="font-medium">Attempts</h3>
          <ol className="space-y-1">
            {response.attempts.map((attempt) => (
              <li key={attempt.timestamp} className="flex flex-wrap items-center gap-2">
                <StatusBadge code={attempt.status_code} />
                <Time value={attempt.timestamp} show="short" />
                {attempt.error !== null && <span className="text-muted [overflow-wrap:anywhere]">{attempt.error}</span>}
              </li>
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}
