import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, errorText, teamsQuery } from '../../api/index.ts';
import { Button, CopyField, Drawer, MultiCombobox, RadioGroup, TextArea } from '../../ui/index.ts';
import type { Invitation } from './queries.ts';

const ROLES = [
  { value: 'editor', label: 'Editor', hint: 'Will be on call: acts on alerts, edits schedules, is notified.' },
  { value: 'viewer', label: 'Viewer', hint: 'Reads everything and is never notified.' },
  { value: 'admin', label: 'Admin', hint: 'Changes everything, also people and settings.' },
];

/** Invites people by their addresses; shows the links where there is no mail server. */
export function InviteDrawer({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const { data: teams = [] } = useQuery(teamsQuery);
  const [emails, setEmails] = useState('');
  const [role, setRole] = useState('editor');
  const [teamIds, setTeamIds] = useState<readonly string[]>([]);
  const invite = useMutation({
    mutationFn: (): Promise<{ results: Invitation[] }> =>
      api.post('/invitations', { body: { emails: emails.split(/[\s,;]+/).filter(Boolean), role, team_ids: teamIds } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['invitations'] }),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!invite.isPending) invite.mutate();
  };
  const fields = invite.error instanceof ApiError ? invite.error.fields : {};
  const done = invite.data?.results;
  return (
    <Drawer
      open
      onClose={onClose}
      title="Invite people"
      footer={
        done === undefined ? (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button kind="primary" type="submit" form="invite" pending={invite.isPending}>
              Invite
            </Button>
          </>
        ) : (
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        )
      }
    >
      {done === undefined ? (
        <form id="invite" onSubmit={submit} className="space-y-4" noValidate>
          <TextArea
            label="E-mail addresses"
            hint="One a line, or with commas."
            autoFocus
            value={emails}
            onChange={setEmails}
            error={fields.emails}
          />
          <RadioGroup label="Role" choices={ROLES} value={role} onChange={setRole} />
          <MultiCombobox
            label="Teams"
            optional
            options={teams.map(({ id, name }) => ({ value: id, label: name }))}
            value={[...teamIds]}
            onChange={setTeamIds}
          />
          {invite.error !== null && fields.emails === undefined && (
            <p role="alert" className="text-danger">
              {errorText(invite.error)}
            </p>
          )}
        </form>
      ) : (
        <ul className="space-y-4">
          {done.map((invitation) => (
            <li key={invitation.id} className="space-y-1">
              <p className="font-medium">{invitation.email}</p>
              {invitation.url == null ? (
                <p className="text-muted">The invitation is on its way by mail.</p>
              ) : (
                <>
                  <p className="text-muted">
                    There is no mail server, so hand over this link. It is shown this once and works for 7 days.
                  </p>
                  <CopyField text={invitation.url} label={`link for ${invitation.email}`} multiline />
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </Drawer>
  );
}
