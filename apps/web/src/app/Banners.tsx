import { useMutation } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { BellOff, CalendarClock, CloudOff, Eye, Info, MailX, RefreshCw, ShieldAlert, TriangleAlert, X } from 'lucide-react';
import { type ReactNode, useState, useSyncExternalStore } from 'react';
import { errorText } from '../api/errors.ts';
import { readShownSince, subscribeShownSince } from '../api/offline.ts';
import { stopViewingAs, useCan, useSession } from '../api/session.ts';
import { cx, IconButton, showToast, Time } from '../ui/index.ts';
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
  const {
    features,
    maintenance_message: maintenance,
    organization,
    second_factor_required: factorRequired,
    viewing_as: viewedRole,
    is_reachable: isReachable,
    on_call: onCall,
  } = useSession();
  const runsServer = useCan('other-settings:write');
  const shownSince = useSyncExternalStore(subscribeShownSince, readShownSince);
  const isNewer = useSyncExternalStore(subscribeNewVersion, readNewVersion);
  const { banner } = organization;
  const banners: (Banner | false)[] = [
    viewedRole !== null && {
      name: 'viewing-as',
      tone: 'warn',
      icon: <Eye />,
      text: (
        <>
          You are viewing as <strong className="font-semibold">{viewedRole.name}</strong>: you see what this role lets people see,
          and nothing can be changed. <StopViewing />
        </>
      ),
    },
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
    ...onCall.map(
      ({ schedule_id: id, name, until }): Banner => ({
        name: `on-call ${id}`,
        tone: 'info',
        icon: <CalendarClock />,
        version: until,
        text: (
          <>
            On call for{' '}
            <a href={`/schedules/${id}`} className="font-medium underline underline-offset-2">
              {name}
            </a>{' '}
            until <Time value={until} show="short" />
          </>
        ),
      }),
    ),
    isReachable === false &&
      viewedRole === null && {
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

function StopViewing() {
  const stop = useMutation({
    mutationFn: stopViewingAs,
    onError: (error) => showToast({ kind: 'failed', text: 'You are still viewing as the role', detail: errorText(error) }),
  });
  return (
    <button type="button" onClick={() => stop.mutate()} className="font-medium underline underline-offset-2">
      Stop viewing as {useSession().viewing_as?.name ?? 'a role'}
    </button>
  );
}

/** The notices that stand above the page: those that were there when it was opened, so that none pushes it down later. */
function useFirst(banners: readonly Banner[]): ReadonlySet<string> {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname ?? '' });
  const [first, setFirst] = useState<{ path: string; names: ReadonlySet<string> } | null>(null);
  if (first?.path === path) return first.names;
  const names = new Set(banners.map(({ name }) => name));
  setFirst({ path, names });
  return names;
}

/** Above the navigation of phones, and above a bar of buttons where a page has one at the end of the screen. */
const LATE_AT =
  'bottom-[calc(4.25rem+env(safe-area-inset-bottom))] max-md:[body:has([data-bottom-bar])_&]:bottom-[calc(11.25rem+env(safe-area-inset-bottom))] md:bottom-4 md:left-4 md:[body:has([data-bottom-bar=always])_&]:bottom-18';

/**
 * What concerns the whole product, on top of every page. What comes in while a page is open floats above its end until another page is
 * opened: nothing moves under the reader's finger.
 */
export function Banners() {
  const [dismissed, setDismissed] = useState<readonly string[]>([]);
  const isShown = (one: Banner): boolean =>
    one.version === undefined || !(dismissed.includes(keyOf(one)) || sessionStorage.getItem(keyOf(one)) !== null);
  const banners = useBanners().filter(isShown);
  const first = useFirst(banners);
  const late = banners.filter(({ name }) => !first.has(name));
  const shown = (one: Banner, className: string) => (
    <Notice
      key={one.name}
      banner={one}
      className={className}
      onDismiss={() => {
        sessionStorage.setItem(keyOf(one), 'dismissed');
        setDismissed([...dismissed, keyOf(one)]);
      }}
    />
  );
  return (
    <section aria-label={banners.length === 0 ? undefined : 'Notices'} className="no-print">
      {banners.filter(({ name }) => first.has(name)).map((one) => shown(one, 'border-b px-4 sm:px-6'))}
      <div
        aria-live="polite"
        className={cx('pointer-events-none fixed inset-x-3 z-20 flex flex-col gap-2 sm:right-auto sm:w-96', LATE_AT)}
      >
        {late.map((one) => shown(one, 'pointer-events-auto rounded-lg border pr-2 pl-3 shadow-pop'))}
      </div>
    </section>
  );
}

function Notice({ banner, className, onDismiss }: { banner: Banner; className: string; onDismiss: () => void }) {
  const { name, tone, icon, text, version } = banner;
  return (
    <div
      role={name === 'offline' ? 'status' : undefined}
      className={`flex items-start gap-2.5 border-line py-2 ${TONES[tone]} ${className}`}
    >
      <span className="mt-0.5 shrink-0 [&>svg]:size-4" aria-hidden>
        {icon}
      </span>
      <p className="min-w-0 flex-1 [overflow-wrap:anywhere]">{text}</p>
      {version !== undefined && (
        <IconButton size="small" label="Dismiss the notice" icon={<X className="size-4" aria-hidden />} onClick={onDismiss} />
      )}
    </div>
  );
}
