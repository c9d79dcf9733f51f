import { Link } from '@tanstack/react-router';
import { CircleCheck, CircleX } from 'lucide-react';
import { useSession } from '../../api/index.ts';
import { Badge, Card, Page } from '../../ui/index.ts';

const FEATURES = [
  {
    feature: 'email',
    name: 'E-mail',
    about: 'Pages, invitations and password resets by mail.',
    variables: ['EMAIL_HOST', 'EMAIL_PORT', 'EMAIL_FROM_ADDRESS'],
  },
  {
    feature: 'personal_webhook',
    name: 'Personal webhooks',
    about: 'Pages to an address of one’s own: a chat, ntfy, a relay.',
    variables: ['FEATURE_PERSONAL_WEBHOOK_ENABLED', 'OUTBOUND_ALLOWED_HOSTS'],
  },
] as const;

/** What the environment of the server decides, and what of it is in effect. */
export function ServerPage() {
  const { features, maintenance_message: maintenance } = useSession();
  return (
    <Page
      title="Server"
      description="These settings are variables of the server’s environment. They are read when it starts, and changed where it is started."
    >
      <div className="max-w-3xl space-y-5">
        <Card title="In effect">
          <ul className="divide-y divide-line" aria-label="Settings">
            {FEATURES.map(({ feature, name, about, variables }) => {
              const on = features.includes(feature);
              return (
                <li key={feature} className="flex flex-wrap items-start gap-x-3 gap-y-1 py-3 first:pt-0 last:pb-0">
                  <div className="min-w-0 flex-1 basis-64">
                    <p className="font-medium">{name}</p>
                    <p className="text-muted">{about}</p>
                    <p className="mt-1 flex flex-wrap gap-1.5">
                      {variables.map((variable) => (
                        <code
                          key={variable}
                          className="rounded bg-sunken px-1.5 font-mono text-[0.86rem] [overflow-wrap:anywhere]"
                        >
                          {variable}
                        </code>
                      ))}
                    </p>
                  </div>
                  <Badge
                    tone={on ? 'ok' : 'quiet'}
                    icon={on ? <CircleCheck className="size-3.5" aria-hidden /> : <CircleX className="size-3.5" aria-hidden />}
                  >
                    {on ? 'on' : 'off'}
                  </Badge>
                </li>
              );
            })}
          </ul>
        </Card>
        <Card title="Maintenance message">
          <p className={maintenance === null || maintenance === '' ? 'text-muted' : ''}>
            {maintenance === null || maintenance === '' ? 'None is shown.' : maintenance}
          </p>
        </Card>
        <p className="text-muted">
          What everybody’s alerts and sign-in follow is under{' '}
          <Link to="/settings/organization" className="text-accent underline underline-offset-2">
            Organization
          </Link>
          .
        </p>
      </div>
    </Page>
  );
}
