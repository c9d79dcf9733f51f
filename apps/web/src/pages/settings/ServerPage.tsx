import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Pencil, RotateCcw, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { api, errorText, useForbidden, useSession } from '../../api/index.ts';
import { Badge, Card, Checkbox, EmptyState, IconButton, Page, showToast, TextField } from '../../ui/index.ts';
import { LiveSettingDialog } from './LiveSettingDialog.tsx';
import { type LiveSetting, liveSettingsQuery, valueText } from './live-settings.ts';

const FEATURES = [
  { feature: 'email', name: 'E-mail', about: 'Pages, invitations and password resets by mail.' },
  { feature: 'personal_webhook', name: 'Personal webhooks', about: 'Pages to an address of one’s own: a chat, ntfy, a relay.' },
];

/** Settings of the server, and what is switched on by them (web-ui.md 21). */
export function ServerPage() {
  const { data: settings } = useSuspenseQuery(liveSettingsQuery);
  const { features, maintenance_message: maintenance } = useSession();
  return (
    <Page title="Server" description="How mail leaves and where requests may go, for the whole installation.">
      <div className="max-w-3xl space-y-5">
        {settings === null ? (
          <Card title="Settings">
            <p className="text-muted">
              They are variables of the server’s environment, read when it starts: EMAIL_HOST, EMAIL_FROM_ADDRESS,
              OUTBOUND_ALLOWED_HOSTS and others. Setting them here is switched off, or belongs to another organization.
            </p>
          </Card>
        ) : (
          <SettingsCard settings={settings} />
        )}
        <Card title="In effect">
          <ul className="divide-y divide-line" aria-label="Features">
            {FEATURES.map(({ feature, name, about }) => (
              <li key={feature} className="flex items-start gap-3 py-2.5 first:pt-0 last:pb-0">
                <div className="min-w-0 flex-1">
                  <p className="font-medium">{name}</p>
                  <p className="text-muted">{about}</p>
                </div>
                <Badge tone={features.includes(feature) ? 'ok' : 'quiet'}>{features.includes(feature) ? 'on' : 'off'}</Badge>
              </li>
            ))}
            <li className="py-2.5 last:pb-0">
              <p className="font-medium">Maintenance message</p>
              <p className="text-muted">{maintenance === null || maintenance === '' ? 'None is shown.' : maintenance}</p>
            </li>
          </ul>
        </Card>
        <p className="text-muted">
          <Link
            to="/users/$id"
            params={{ id: 'me' }}
            search={{ tab: 'rules' }}
            className="text-accent underline underline-offset-2"
          >
            Your channels
          </Link>{' '}
          send a test mail at once.
        </p>
      </div>
    </Page>
  );
}

function SettingsCard({ settings }: { settings: readonly LiveSetting[] }) {
  const client = useQueryClient();
  const forbidden = useForbidden('other-settings:write');
  const [search, setSearch] = useState('');
  const [onlyProblems, setOnlyProblems] = useState(false);
  const [edited, setEdited] = useState<LiveSetting | null>(null);
  const reset = useMutation({
    mutationFn: ({ id }: LiveSetting) => api.delete('/live_settings/{id}', { path: { id } }),
    onSuccess: async (_nothing, { name }) => {
      await Promise.all([
        client.invalidateQueries({ queryKey: liveSettingsQuery.queryKey }),
        client.invalidateQueries({ queryKey: ['session'] }),
      ]);
      showToast({ kind: 'done', text: `${name} is as the environment has it` });
    },
    onError: (error) => showToast({ kind: 'failed', text: 'It was not set back', detail: errorText(error) }),
  });
  const shown = settings.filter(
    ({ name, description, error }) =>
      `${name} ${description}`.toLowerCase().includes(search.toLowerCase()) && (!onlyProblems || error !== null),
  );
  return (
    <Card title="Settings">
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <TextField
          label="Find a setting"
          hideLabel
          type="search"
          placeholder="Find a setting"
          className="max-w-64 flex-1"
          value={search}
          onChange={setSearch}
        />
        <Checkbox label="Only problems" checked={onlyProblems} onChange={setOnlyProblems} />
      </div>
      {shown.length === 0 && <EmptyState title="No setting matches" />}
      <ul aria-label="Settings" className="divide-y divide-line">
        {shown.map((setting) => (
          <li key={setting.id} className="flex flex-wrap items-start gap-x-3 gap-y-1 py-2.5 first:pt-0 last:pb-0">
            <div className="min-w-0 flex-1 basis-56">
              <h3 className="font-mono text-[0.93rem] font-medium [overflow-wrap:anywhere]">{setting.name}</h3>
              <p className="text-muted">{setting.description}</p>
              {setting.error !== null && (
                <p className="mt-0.5 flex items-start gap-1.5 text-danger">
                  <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
                  {setting.error} It does not count.
                </p>
              )}
            </div>
            <div className="min-w-0 basis-48 [overflow-wrap:anywhere]">
              <p>{valueText(setting.value)}</p>
              <p className="text-[0.86rem] text-muted">
                {setting.is_stored ? `set here, else ${valueText(setting.default_value)}` : 'environment or default'}
              </p>
            </div>
            <span className="flex">
              <IconButton
                size="small"
                label={`Change ${setting.name}`}
                disabledReason={forbidden}
                icon={<Pencil className="size-4" aria-hidden />}
                onClick={() => setEdited(setting)}
              />
              <IconButton
                size="small"
                label={`Set ${setting.name} back`}
                disabledReason={forbidden ?? (setting.is_stored ? null : 'It is not set here.')}
                icon={<RotateCcw className="size-4" aria-hidden />}
                onClick={() => reset.mutate(setting)}
              />
            </span>
          </li>
        ))}
      </ul>
      {edited !== null && <LiveSettingDialog setting={edited} onClose={() => setEdited(null)} />}
    </Card>
  );
}
