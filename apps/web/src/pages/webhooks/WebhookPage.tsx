import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { CircleCheck, CircleOff, Copy, Ellipsis, Pencil, Send, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { integrationsQuery, teamsQuery, useForbidden, type Webhook } from '../../api/index.ts';
import { pairsOf } from '../../features/labels/label-pairs.ts';
import { Badge, Button, Card, Facts, IconButton, Menu, Page } from '../../ui/index.ts';
import { DeleteDialog } from './DeleteDialog.tsx';
import { webhookQuery } from './queries.ts';
import { ResponseLog } from './ResponseLog.tsx';
import { webhookRoute } from './routes.ts';
import { StateBadges } from './StatusBadge.tsx';
import { TestDialog } from './TestDialog.tsx';
import { useSwitch } from './use-switch.ts';
import { WebhookDrawer } from './WebhookDrawer.tsx';
import { hasBody } from './webhook-form.ts';
import { signInText, triggerText } from './webhook-text.ts';

type Opened = 'test' | 'edit' | 'copy' | 'delete';

/** One webhook: what it sends, when, and what came back. */
export function WebhookPage() {
  const { id } = webhookRoute.useParams();
  const { data: webhook } = useSuspenseQuery(webhookQuery(id));
  const { data: teams = [] } = useQuery(teamsQuery);
  const forbidden = useForbidden('outgoing-webhooks:write');
  const setEnabled = useSwitch();
  const navigate = useNavigate();
  const [opened, setOpened] = useState<Opened | null>(null);
  const close = () => setOpened(null);
  const enabled = webhook.is_webhook_enabled;
  return (
    <Page
      title={webhook.name}
      badge={<StateBadges webhook={webhook} />}
      description={
        <>
          <Link to="/outgoing_webhooks" className="text-accent underline underline-offset-2">
            Outgoing webhooks
          </Link>
          {` · ${teams.find((team) => team.id === webhook.team)?.name ?? 'No team'}`}
        </>
      }
      actions={
        <>
          <Button icon={<Send className="size-4" aria-hidden />} disabledReason={forbidden} onClick={() => setOpened('test')}>
            Test call
          </Button>
          <Button icon={<Pencil className="size-4" aria-hidden />} disabledReason={forbidden} onClick={() => setOpened('edit')}>
            Edit
          </Button>
          <Menu
            align="end"
            trigger={<IconButton label="More" icon={<Ellipsis className="size-4" aria-hidden />} />}
            items={[
              {
                label: enabled ? 'Disable' : 'Enable',
                icon: enabled ? (
                  <CircleOff className="size-4 text-muted" aria-hidden />
                ) : (
                  <CircleCheck className="size-4 text-muted" aria-hidden />
                ),
                disabledReason: forbidden,
                onSelect: () => void setEnabled(webhook, !enabled),
              },
              {
                label: 'Copy',
                icon: <Copy className="size-4 text-muted" aria-hidden />,
                disabledReason: forbidden,
                onSelect: () => setOpened('copy'),
              },
              'separator',
              {
                label: 'Delete',
                danger: true,
                icon: <Trash2 className="size-4" aria-hidden />,
                disabledReason: forbidden,
                onSelect: () => setOpened('delete'),
              },
            ]}
          />
        </>
      }
    >
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
        <RequestCard webhook={webhook} />
        <ResponseLog id={id} />
      </div>
      {opened === 'test' && <TestDialog webhook={webhook} onClose={close} />}
      {opened === 'edit' && <WebhookDrawer webhook={webhook} onClose={close} />}
      {opened === 'copy' && (
        <WebhookDrawer
          webhook={null}
          copyFrom={webhook}
          onClose={close}
          onCreated={(made) => void navigate({ to: '/outgoing_webhooks/$id', params: { id: made.id } })}
        />
      )}
      {opened === 'delete' && <DeleteDialog webhook={webhook} onClose={close} />}
    </Page>
  );
}

const code = (text: string): ReactNode => (
  <code className="font-mono text-[0.93rem] whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</code>
);

function RequestCard({ webhook }: { webhook: Webhook }) {
  const { data: integrations = [] } = useQuery(integrationsQuery);
  const filter = webhook.integration_filter ?? [];
  const facts: (readonly [string, ReactNode])[] = [
    ['Called for', triggerText(webhook.trigger_type)],
    [
      'Integrations',
      filter.length === 0 ? 'All' : filter.map((id) => integrations.find((one) => one.id === id)?.name ?? id).join(', '),
    ],
    ['Request', code(`${webhook.http_method} ${webhook.url ?? ''}`)],
    ['Signing in', signInText(webhook)],
  ];
  if (webhook.labels.length > 0)
    facts.push([
      'Labels',
      pairsOf(webhook.labels).map(({ key, value }) => <Badge key={`${key}=${value}`}>{`${key}: ${value}`}</Badge>),
    ]);
  if (webhook.signing_secret !== null) facts.push(['Signature', 'Each request is signed']);
  if (webhook.trigger_template !== null) facts.push(['Only when', code(webhook.trigger_template)]);
  if (webhook.headers !== null) facts.push(['Headers', code(webhook.headers)]);
  if (hasBody(webhook.http_method))
    facts.push(['Body', webhook.forward_all ? 'Everything that is known' : code(webhook.data ?? '')]);
  return (
    <Card title="Request">
      <Facts facts={facts} />
    </Card>
  );
}
