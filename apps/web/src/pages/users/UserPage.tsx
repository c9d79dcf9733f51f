import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ellipsis, UserCheck, UserX } from 'lucide-react';
import { useState } from 'react';
import { api, errorText, useCan, useForbidden, useSession } from '../../api/index.ts';
import { Badge, IconButton, Menu, Page, showToast, Tabs } from '../../ui/index.ts';
import { Channels } from './Channels.tsx';
import { DeactivateDialog } from './DeactivateDialog.tsx';
import { ProfileForm } from './ProfileForm.tsx';
import { profileQuery, type UserProfile } from './queries.ts';
import { RulesEditor } from './RulesEditor.tsx';
import { type UserTab, userRoute } from './routes.ts';
import { Security } from './Security.tsx';
import { TimeOff } from './TimeOff.tsx';
import { WorkingHours } from './WorkingHours.tsx';

/** A person: who they are, how they are notified, and for oneself how one signs in. */
export function UserPage() {
  const { id } = userRoute.useLoaderData();
  const { tab = 'profile' } = userRoute.useSearch();
  const navigate = userRoute.useNavigate();
  const { user } = useSession();
  const { data: profile } = useSuspenseQuery(profileQuery(id));
  const isSelf = user.id === id;
  const mayEditOthers = useCan('user-settings:admin');
  const mayEditSelf = useCan('user-settings:write');
  const forbidden = (isSelf ? mayEditSelf : mayEditOthers) ? null : 'Only the person and administrators change this.';
  const tabs = [
    { value: 'profile', label: 'Profile', content: <ProfileForm profile={profile} isSelf={isSelf} forbidden={forbidden} /> },
    {
      value: 'hours',
      label: 'Hours and time off',
      content: (
        <div className="space-y-5">
          <WorkingHours profile={profile} forbidden={forbidden} />
          <TimeOff userId={id} isSelf={isSelf} />
        </div>
      ),
    },
    {
      value: 'rules',
      label: 'Notification rules',
      content: (
        <div className="space-y-5">
          {profile.is_active && <Channels userId={id} email={profile.email} isSelf={isSelf} />}
          <RulesEditor userId={id} forbidden={forbidden} />
        </div>
      ),
    },
    ...(isSelf ? [{ value: 'security', label: 'Sign-in', content: <Security /> }] : []),
  ];
  return (
    <Page
      width="reading"
      title={profile.name || profile.username}
      badge={
        <>
          <Badge>{profile.role}</Badge>
          {!profile.may_be_notified && <Badge tone="warn">cannot be notified</Badge>}
          {profile.state !== 'active' && <Badge tone="quiet">{profile.state}</Badge>}
        </>
      }
      description={
        <Link to="/users" search={{}} className="text-accent underline underline-offset-2">
          Users
        </Link>
      }
      actions={<UserMenu profile={profile} isSelf={isSelf} />}
    >
      <Tabs
        label="About this person"
        tabs={tabs}
        value={tabs.some(({ value }) => value === tab) ? tab : 'profile'}
        onChange={(next) => void navigate({ search: { tab: next as UserTab } })}
      />
    </Page>
  );
}

/** Ending somebody's access, and giving it back. */
function UserMenu({ profile, isSelf }: { profile: UserProfile; isSelf: boolean }) {
  const client = useQueryClient();
  const forbidden = useForbidden('users:write');
  const [deactivating, setDeactivating] = useState(false);
  const activate = useMutation({
    mutationFn: () => api.patch('/users/{id}', { path: { id: profile.id }, body: { is_active: true } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['users'] });
      showToast({ kind: 'done', text: `${profile.name || profile.username} is active again` });
    },
    onError: (error) => showToast({ kind: 'failed', text: 'It was not changed', detail: errorText(error) }),
  });
  if (forbidden !== null) return null;
  return (
    <>
      <Menu
        align="end"
        trigger={<IconButton label="More" icon={<Ellipsis className="size-4" aria-hidden />} />}
        items={[
          profile.is_active
            ? {
                label: 'Deactivate',
                danger: true,
                icon: <UserX className="size-4" aria-hidden />,
                disabledReason: isSelf ? 'Nobody ends their own access; ask another administrator.' : null,
                onSelect: () => setDeactivating(true),
              }
            : {
                label: 'Activate',
                icon: <UserCheck className="size-4 text-muted" aria-hidden />,
                onSelect: () => activate.mutate(),
              },
        ]}
      />
      {deactivating && <DeactivateDialog profile={profile} onClose={() => setDeactivating(false)} />}
    </>
  );
}
