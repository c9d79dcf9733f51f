import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { BellRing, Mail, Webhook as WebhookIcon } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { api, errorText, useCan, useForbidden, useSession, webhooksQuery } from '../../api/index.ts';
import type { NotificationTest } from '../../api/schema.js';
import { pagePeople } from '../../features/page-someone/paging.ts';
import { Badge, Button, Card, Checkbox, Dialog, Select, showToast } from '../../ui/index.ts';
import { personalWebhookQuery } from './queries.ts';
import { useWebhookTest } from './WebhookTest.tsx';

type Props = { userId: string; email: string; isSelf: boolean };

/** What can reach a person, each to be tried at once, and a test page through all of their rules. */
export function Channels({ userId, email, isSelf }: Props) {
  const { features } = useSession();
  const [paging, setPaging] = useState(false);
  const mayNotPage = useForbidden('alert-groups:direct-paging');
  return (
    <Card
      title="Channels"
      actions={
        <Button
          size="small"
          icon={<BellRing className="size-4" aria-hidden />}
          disabledReason={mayNotPage}
          onClick={() => setPaging(true)}
        >
          {isSelf ? 'Send me a test page' : 'Send a test page'}
        </Button>
      }
    >
      <ul className="divide-y divide-line" aria-label="Channels">
        <Channel
          icon={<Mail className="size-4 text-accent" aria-hidden />}
          name="E-mail"
          detail={email}
          problem={features.includes('email') ? null : 'No mail server is set up (EMAIL_HOST)'}
        >
          <TestButton userId={userId} type="notify_by_email" name="e-mail" />
        </Channel>
        {isSelf && features.includes('personal_webhook') && <PersonalWebhook userId={userId} />}
      </ul>
      {paging && <TestPage userId={userId} isSelf={isSelf} onClose={() => setPaging(false)} />}
    </Card>
  );
}

type ChannelProps = {
  icon: ReactNode;
  name: string;
  detail: ReactNode;
  problem: string | null;
  children: ReactNode;
  /** Below all of it. */
  below?: ReactNode;
};

function Channel({ icon, name, detail, problem, children, below }: ChannelProps) {
  return (
    <li className="py-2.5 first:pt-0 last:pb-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        {icon}
        <span className="w-20 font-medium">{name}</span>
        <span className="min-w-0 flex-1 basis-40 [overflow-wrap:anywhere]">{detail}</span>
        {problem !== null && <Badge tone="warn">{problem}</Badge>}
        <span className="flex flex-wrap gap-2">{children}</span>
      </div>
      {below}
    </li>
  );
}

function TestButton({ userId, type, name }: { userId: string; type: 'notify_by_email'; name: string }) {
  const { user } = useSession();
  const mayTestOthers = useCan('user-settings:admin');
  const test = useMutation({
    mutationFn: (): Promise<NotificationTest> =>
      api.post('/users/{id}/test_notification', { path: { id: userId }, body: { type } }),
    onSuccess: ({ is_accepted, sent_to, detail }) =>
      showToast(
        is_accepted
          ? { kind: 'done', text: `The test was taken for ${sent_to ?? name}`, detail: 'Look whether it arrives.' }
          : { kind: 'failed', text: 'The test did not get through', detail: detail ?? '' },
      ),
    onError: (error) => showToast({ kind: 'failed', text: 'The test was not sent', detail: errorText(error) }),
  });
  const forbidden = userId === user.id || mayTestOthers ? null : 'Only the person and administrators test this.';
  return (
    <Button
      size="small"
      pending={test.isPending}
      disabledReason={forbidden}
      onClick={() => test.mutate()}
      aria-label={`Test ${name}`}
    >
      Test
    </Button>
  );
}

/** One's own webhook: an address of yours is called for each page. */
function PersonalWebhook({ userId }: { userId: string }) {
  const client = useQueryClient();
  const { data: linked } = useQuery(personalWebhookQuery);
  const { data: webhooks = [] } = useQuery({ ...webhooksQuery, enabled: useCan('outgoing-webhooks:read') });
  const choices = webhooks.filter((one) => one.trigger_type === 'personal notification');
  const link = useMutation({
    mutationFn: (webhook: string | null) => api.post('/webhooks/set_personal_notification', { body: { webhook } }),
    onSuccess: async (_answer, webhook) => {
      test.forget();
      // The session tells whether a page would reach its person.
      await Promise.all(
        [personalWebhookQuery.queryKey, ['session'], ['readiness']].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
      showToast({ kind: 'done', text: webhook === null ? 'The webhook no longer pages you' : 'The webhook pages you' });
    },
    onError: (error) => showToast({ kind: 'failed', text: 'It was not linked', detail: errorText(error) }),
  });
  const test = useWebhookTest(userId, linked?.webhook ?? null);
  if (linked === undefined) return null;
  const isLinked = linked.webhook !== null;
  return (
    <Channel
      icon={<WebhookIcon className="size-4 text-accent" aria-hidden />}
      name="Webhook"
      problem={null}
      detail={
        choices.length === 0 ? (
          <span className="text-muted">
            For chat, ntfy or a relay of your own:{' '}
            <Link to="/outgoing_webhooks" search={{}} className="text-accent underline underline-offset-2">
              make a webhook
            </Link>{' '}
            that is called for “Personal notification”.
          </span>
        ) : (
          <Select
            label="Webhook that pages me"
            hideLabel
            options={[{ value: '', label: 'Not linked' }, ...choices.map(({ id, name }) => ({ value: id, label: name }))]}
            value={linked.webhook ?? ''}
            onChange={(id) => link.mutate(id === '' ? null : id)}
          />
        )
      }
      below={isLinked && test.answer}
    >
      {isLinked && test.button}
    </Channel>
  );
}

/** A page as in earnest: an alert group of its own, through the person's rules. */
function TestPage({ userId, isSelf, onClose }: { userId: string; isSelf: boolean; onClose: () => void }) {
  const navigate = useNavigate();
  const { user } = useSession();
  const [important, setImportant] = useState(false);
  const page = useMutation({
    mutationFn: () =>
      pagePeople({
        users: [{ id: userId, important }],
        title: 'Test page',
        message: `${user.name || user.username} tries how pages arrive. Acknowledge it, and resolve it afterwards.`,
      }),
    onSuccess: ({ id }) => void navigate({ to: '/alert-groups/$id', params: { id }, search: {} }),
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={isSelf ? 'Send me a test page' : 'Send a test page'}
      description="An alert group is opened that pages by the rules, as in earnest. Its page then shows each step as it happens."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" pending={page.isPending} onClick={() => page.mutate()}>
            Send
          </Button>
        </>
      }
    >
      <Checkbox
        label="By the important rules"
        hint="Those of steps that are marked important."
        checked={important}
        onChange={setImportant}
      />
      {page.error !== null && (
        <p role="alert" className="mt-3 text-danger">
          {errorText(page.error)}
        </p>
      )}
    </Dialog>
  );
}
