import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, listAll } from '../../api/client.ts';
import { errorText } from '../../api/errors.ts';
import { useSession } from '../../api/session.ts';
import type { Team } from '../../api/types.ts';
import { finishStep, type Progress } from '../../features/guided-setup/progress.ts';
import { Checkbox, CopyField, TextArea, TextField } from '../../ui/index.ts';
import { StepFrame } from './StepFrame.tsx';

type Rule = { id: string; type: string; important: boolean };
type Invitation = { email: string; url?: string | null };

const emailsOf = (text: string): string[] => text.split(/[\s,;]+/).filter((part) => part.includes('@'));

/** Step 1: a team, the people in it, and how I am notified. */
export function PeopleStep({ onDone, onSkip }: { progress: Progress; onDone: () => void; onSkip: () => void }) {
  const { user, features } = useSession();
  const client = useQueryClient();
  const [team, setTeam] = useState('On-call');
  const [emails, setEmails] = useState('');
  const canMail = features.includes('email');
  const canCall = features.includes('personal_webhook');
  const [byMail, setByMail] = useState(canMail);
  const [address, setAddress] = useState('');
  const [links, setLinks] = useState<Invitation[]>([]);
  const { data: rules } = useQuery({
    queryKey: ['notification-rules', user.id],
    queryFn: ({ signal }): Promise<Rule[]> => listAll('/personal_notification_rules', { user_id: user.id }, signal),
  });
  const save = useMutation({
    mutationFn: async () => {
      const made = await api.post<Team>('/teams', { body: { name: team.trim(), members: [user.id] } });
      const byWebhook = address.trim() !== '';
      if (byWebhook) {
        const webhook = await api.post<{ id: string }>('/webhooks', {
          body: {
            name: `Pages for ${user.username}`,
            url: address.trim(),
            http_method: 'POST',
            trigger_type: 'personal notification',
            forward_all: true,
          },
        });
        await api.post('/webhooks/set_personal_notification', { body: { webhook: webhook.id } });
      }
      const wanted = { notify_by_email: byMail, notify_by_webhook: byWebhook };
      for (const [type, isWanted] of Object.entries(wanted)) {
        for (const important of [false, true]) {
          const known = rules?.find((rule) => rule.important === important && rule.type === type);
          if (isWanted && known === undefined)
            await api.post('/personal_notification_rules', { body: { user_id: user.id, type, important } });
          // An e-mail that cannot leave would fail at every page; it can be added once there is a mail server.
          else if (!isWanted && known !== undefined && type === 'notify_by_email' && byWebhook)
            await api.delete('/personal_notification_rules/{id}', { path: { id: known.id } });
        }
      }
      const invited = emailsOf(emails);
      const answer =
        invited.length === 0
          ? { results: [] }
          : await api.post<{ results: Invitation[] }>('/invitations', {
              body: { emails: invited, role: 'editor', team_ids: [made.id] },
            });
      return { team: { id: made.id, name: made.name }, invitations: answer.results };
    },
    onSuccess: ({ team: made, invitations }) => {
      void client.invalidateQueries({ queryKey: ['teams'] });
      void client.invalidateQueries({ queryKey: ['notification-rules'] });
      finishStep('people', { team: made });
      const withLinks = invitations.filter(({ url }) => typeof url === 'string');
      if (withLinks.length > 0) setLinks(withLinks);
      else onDone();
    },
  });
  if (links.length > 0) {
    return (
      <div className="space-y-3">
        <h2 className="text-[1.21rem] font-semibold">Hand over the invitations</h2>
        <p className="text-muted">No mail server is set up, so give each person their link. It works once, for seven days.</p>
        {links.map(({ email, url }) => (
          <div key={email}>
            <p className="mb-1 font-medium">{email}</p>
            <CopyField text={url ?? ''} label={`link for ${email}`} />
          </div>
        ))}
        <button type="button" className="font-medium text-accent underline" onClick={onDone}>
          Go on
        </button>
      </div>
    );
  }
  const count = emailsOf(emails).length;
  const ways = [...(byMail ? ['e-mail'] : []), ...(address.trim() === '' ? [] : ['webhook'])];
  return (
    <StepFrame
      title="People"
      summary={`Creates the team “${team.trim()}” with you in it${count === 0 ? '' : `, invites ${count} ${count === 1 ? 'person' : 'people'}`}${ways.length === 0 ? '' : `, and pages you by ${ways.join(' and ')}`}.`}
      submitLabel="Create team"
      pending={save.isPending}
      error={save.error === null ? null : errorText(save.error)}
      onSubmit={() => team.trim() !== '' && save.mutate()}
      onSkip={onSkip}
    >
      <TextField label="Team" value={team} onChange={setTeam} hint="Who shares a rota. More teams can come later." />
      <TextArea
        label="Invite colleagues"
        optional
        rows={2}
        placeholder="ida@example.com, jonas@example.com"
        value={emails}
        onChange={setEmails}
      />
      <Checkbox
        label={`Notify me by e-mail at ${user.email}`}
        checked={byMail}
        onChange={setByMail}
        {...(canMail ? {} : { hint: 'No mail server is set up yet (EMAIL_HOST): pages by e-mail fail until there is one.' })}
      />
      {canCall && !canMail && (
        <TextField
          label="Page me at this address"
          optional
          type="url"
          placeholder="https://ntfy.sh/a-topic-of-yours"
          hint="Each page is posted there as JSON: a topic of ntfy, a chat, a relay of your own. Addresses inside your network must be allowed first (OUTGOING_WEBHOOK_ALLOWED_CIDRS)."
          value={address}
          onChange={setAddress}
        />
      )}
    </StepFrame>
  );
}
