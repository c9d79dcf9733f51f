import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCan, useSession } from '../../api/index.ts';
import { Badge, Page, Tabs } from '../../ui/index.ts';
import { ProfileForm } from './ProfileForm.tsx';
import { profileQuery } from './queries.ts';
import { RulesEditor } from './RulesEditor.tsx';
import { userRoute } from './routes.ts';
import { Security } from './Security.tsx';

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
      value: 'rules',
      label: 'Notification rules',
      content: <RulesEditor userId={id} forbidden={forbidden} />,
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
    >
      <Tabs
        label="About this person"
        tabs={tabs}
        value={tabs.some(({ value }) => value === tab) ? tab : 'profile'}
        onChange={(next) => void navigate({ search: { tab: next as 'profile' | 'rules' | 'security' } })}
      />
    </Page>
  );
}
