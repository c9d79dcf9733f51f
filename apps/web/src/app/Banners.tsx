import { useQuery } from '@tanstack/react-query';
import { BellOff, CalendarClock, CloudOff, Info, MailX, RefreshCw, ShieldAlert, TriangleAlert, X } from 'lucide-react';
import { type ReactNode, useState, useSyncExternalStore } from 'react';
import { schedulesQuery } from '../api/directory.ts';
import { readShownSince, subscribeShownSince } from '../api/offline.ts';
import { useCan, useSession } from '../api/session.ts';
import { onCallUntilQuery } from '../features/reach/on-call-until.ts';
import { ownReachQuery } from '../features/reach/own-reach.ts';
import { IconButton, Time } from '../ui/index.ts';
import { readNewVersion, subscribeNewVersion } from './new-version.ts';

const TONES = {
  info: 'bg-accent-soft text-accent',
  warn: 'bg-warn-soft text-warn',
  danger: 'bg-danger-soft text-danger',
};

type Banner = {
  name: string;
  tone: keyof typeof TONES;
  icon: ReactNode;
  /** Makes it dismissible in this tab, until this is another one. */
  version?: string;
  text: ReactNode;
};

function useBanners(): Banner[] {
  const { user, features, maintenance_message: maintenance, organization, second_factor_required: factorRequired } = useSession();
  const runsServer = useCan('other-settings:write');
  const shownSince = useSyncExternalStore(subscribeShownSince, readShownSince);
  const isNewer = useSyncExternalStore(subscribeNewVersion, readNewVersion);
  const mayBePaged = useCan('notifications:read');
  const reach = useQuery({ ...ownReachQuery(user.id, features), enabled: mayBePaged }).data;
  const mine = (useQuery({ ...schedulesQuery, enabled: useCan('schedules:read') }).data ?? []).filter(({ on_call_now }) =>
    on_call_now.includes(user.id),
  );
  const until = useQuery(
    onCallUntilQuery(
      user.id,
      mine.map(({ id }) => id),
    ),
  ).data;
  const { banner } = organization;
  const banners: (Banner | false)[] = [
    shownSince !== null && {
      name: 'offline',
      tone: 'danger',
      icon: <CloudOff />,
      text: (
        <>
          The server cannot be reached. What you see is from <Time value={shownSince} show="full" />; nothing can be changed now.
        </>
      ),
    },
    isNewer && {
      name: 'new-version',
      tone: 'info',
      icon: <RefreshCw />,
      text: (
        <>
          The server has a new version of this page.{' '}
          <button type="button" onClick={() => location.reload()} className="font-medium underline underline-offset-2">
            Reload
          </button>
        </>
      ),
    },
    maintenance !== null &&
      maintenance !== '' && { name: 'maintenance', tone: 'warn', icon: <TriangleAlert />, text: maintenance },
    factorRequired && {
      name: 'second-factor',
      tone: 'danger',
      icon: <ShieldAlert />,
      text: (
        <>
          Your organization asks for a second factor. Until you{' '}
          <a href="/users/me?tab=security" className="font-medium underline underline-offset-2">
            set one up
          </a>
          , nothing else is possible.
        </>
      ),
    },
    banner !== null && {
      name: 'organization',
      tone: 'info',
      icon: <Info />,
      version: `${banner.title} ${banner.body}`,
      text: (
        <>
          <strong className="font-semibold">{banner.title}</strong> {banner.body}
        </>
      ),
    },
    ...mine.flatMap(({ id, name }): Banner[] =>
      until?.[id] === undefined
        ? []
        : [
            {
              name: `on-call ${id}`,
              tone: 'info',
              icon: <CalendarClock />,
              version: until[id],
              text: (
                <>
                  On call for{' '}
                  <a href={`/schedules/${id}`} className="font-medium underline underline-offset-2">
                    {name}
                  </a>{' '}
                  until <Time value={until[id]} show="short" />
                </>
              ),
            },
          ],
    ),
    reach === 'nowhere' && {
      name: 'unreachable',
      tone: 'warn',
      icon: <BellOff />,
      version: 'unreachable',
      text: (
        <>
          No page would reach you: none of your notification rules leads to a channel that works.{' '}
          <a href="/users/me?tab=rules" className="font-medium underline underline-offset-2">
            Choose how you are notified
          </a>
        </>
      ),
    },
    runsServer &&
      !features.includes('email') && {
        name: 'no-mail',
        tone: 'warn',
        icon: <MailX />,
        version: 'no mail server',
        text: (
          <>
            No mail server is set up: pages by e-mail, invitations and password resets do not leave.{' '}
            <a href="/settings/env" className="font-medium underline underline-offset-2">
              Set EMAIL_HOST and EMAIL_FROM_ADDRESS
            </a>
          </>
        ),
      },
  ];
  return banners.filter((one) => one !== false);
}

const keyOf = ({ name, version }: Banner): string => `tocsin.banner.${name}:${version ?? ''}`;

/** What concerns the whole product, on top of every page. */
export function Banners() {
  const [dismissed, setDismissed] = useState<readonly string[]>([]);
  const isShown = (one: Banner): boolean =>
    one.version === undefined || !(dismissed.includes(keyOf(one)) || sessionStorage.getItem(keyOf(one)) !== null);
  const banners = useBanners().filter(isShown);
  if (banners.length === 0) return null;
  const dismiss = (one: Banner) => {
    sessionStorage.setItem(keyOf(one), 'dismissed');
    setDismissed([...dismissed, keyOf(one)]);
  };
  return (
    <section aria-label="Notices" className="no-print">
      {banners.map((one) => (
        <div
          key={one.name}
          role={one.name === 'offline' ? 'status' : undefined}
          className={`flex items-start gap-2.5 border-b border-line px-4 py-2 sm:px-6 ${TONES[one.tone]}`}
        >
          <span className="mt-0.5 shrink-0 [&>svg]:size-4" aria-hidden>
            {one.icon}
          </span>
          <p className="min-w-0 flex-1 [overflow-wrap:anywhere]">{one.text}</p>
          {one.version !== undefined && (
            <IconButton
              size="small"
              label="Dismiss the notice"
              icon={<X className="size-4" aria-hidden />}
              onClick={() => dismiss(one)}
            />
          )}
        </div>
      ))}
    </section>
  );
}
