import { Link, Outlet, useMatchRoute, useNavigate, useRouter, useRouterState } from '@tanstack/react-router';
import {
  BellRing,
  Ellipsis,
  Keyboard,
  LogOut,
  Monitor,
  Moon,
  PanelLeftClose,
  PanelLeftOpen,
  Search,
  Sun,
  UserRound,
} from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { startOfflineReading } from '../api/offline.ts';
import { useSession, useSignOut } from '../api/session.ts';
import { FiringBadge } from '../features/alert-groups/FiringBadge.tsx';
import { GroupsLiveUpdates } from '../features/alert-groups/live-updates.tsx';
import { NoteDialog } from '../features/alert-groups/NoteDialog.tsx';
import { PageSomeone, PageSomeoneButton } from '../features/page-someone/PageSomeone.tsx';
import { TeamScope } from '../features/team-scope/TeamScope.tsx';
import { useShortcuts } from '../lib/keyboard.tsx';
import { Avatar, Button, cx, IconButton, LoadingLayer, Menu, type MenuItem, runNewestToastAction } from '../ui/index.ts';
import { Banners } from './Banners.tsx';
import { LiveIndicator, useLiveUpdates } from './live.tsx';
import { NAVIGATION, type NavigationEntry } from './navigation.ts';
import { ProofDialog } from './ProofDialog.tsx';
import { SessionEndDialog } from './SessionEndDialog.tsx';
import { setTheme, type Theme, useTheme } from './theme.ts';
import { TimeZoneProvider, ZoneChip } from './time-zone.tsx';
import { Wordmark } from './Wordmark.tsx';

const loadPalette = () => import('./CommandPalette.tsx');
const CommandPalette = lazy(loadPalette);
const HelpSheet = lazy(() => import('./HelpSheet.tsx'));

/** The palette is fetched when the page has had time to be painted, so that it opens at once. */
const PALETTE_AFTER_MS = 3_000;
const COLLAPSED = 'tocsin.rail';

/** The entries that the person may enter and whose pages exist. */
function useNavigation(): NavigationEntry[] {
  const { permissions } = useSession();
  const { routesByPath } = useRouter();
  return NAVIGATION.filter(
    ({ path, permission }) => path in routesByPath && (permission === null || permissions.includes(permission)),
  );
}

function useIsActive(): (path: string) => boolean {
  const matches = useMatchRoute();
  return (path) => matches({ to: path, fuzzy: path !== '/' }) !== false;
}

function Rail({ collapsed, onToggle }: { collapsed: boolean; onToggle: () => void }) {
  const entries = useNavigation();
  const isActive = useIsActive();
  return (
    <nav
      aria-label="Main"
      className={cx(
        'no-print sticky top-0 flex h-dvh shrink-0 flex-col gap-0.5 border-r border-line bg-sunken/60 p-2 max-md:hidden',
        collapsed ? 'w-14' : 'w-14 lg:w-56',
      )}
    >
      <Link to="/" aria-label="Tocsin, start page" className="mb-3 flex h-10 items-center gap-2.5 rounded-md px-2">
        <Wordmark withName={!collapsed} />
      </Link>
      {entries.map(({ path, label, icon: Icon }) => {
        const active = isActive(path);
        return (
          <Link
            key={path}
            to={path}
            title={label}
            aria-current={active ? 'page' : undefined}
            className={cx(
              'relative flex h-9 items-center gap-3 rounded-md px-2.5 transition-colors',
              active
                ? 'bg-surface font-medium text-text shadow-card ring-1 ring-line'
                : 'text-muted hover:bg-hover hover:text-text',
            )}
          >
            <Icon className={cx('size-[1.15rem] shrink-0', active && 'text-accent')} aria-hidden />
            <span className={collapsed ? 'sr-only' : 'flex-1 truncate max-lg:sr-only'}>{label}</span>
            {path === '/alert-groups' && <FiringBadge compact={collapsed} />}
          </Link>
        );
      })}
      <div className="flex-1" />
      <IconButton
        label={collapsed ? 'Widen navigation' : 'Narrow navigation'}
        className="max-lg:hidden"
        icon={collapsed ? <PanelLeftOpen className="size-4" aria-hidden /> : <PanelLeftClose className="size-4" aria-hidden />}
        onClick={onToggle}
      />
    </nav>
  );
}

const ON_BAR = 3;

/** Navigation on phones: the most used places in reach of a thumb, the rest behind More. */
function BottomBar() {
  const entries = useNavigation();
  const isActive = useIsActive();
  const navigate = useNavigate();
  const wanted = ['/', '/alert-groups', '/schedules'];
  const bar = entries.filter(({ path }) => wanted.includes(path)).slice(0, ON_BAR);
  const more = entries.filter((entry) => !bar.includes(entry));
  const item = 'flex min-h-14 flex-1 flex-col items-center justify-center gap-0.5 rounded-md text-[0.79rem]';
  return (
    <nav
      aria-label="Main"
      className="no-print fixed inset-x-0 bottom-0 z-30 flex border-t border-line bg-surface px-1 pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {bar.map(({ path, label, icon: Icon }) => (
        <Link
          key={path}
          to={path}
          aria-current={isActive(path) ? 'page' : undefined}
          className={cx(item, 'relative', isActive(path) ? 'font-medium text-accent' : 'text-muted')}
        >
          <Icon className="size-5" aria-hidden />
          {label}
          {path === '/alert-groups' && <FiringBadge compact />}
        </Link>
      ))}
      {more.length > 0 && (
        <Menu
          align="end"
          trigger={
            <button type="button" className={cx(item, 'text-muted')}>
              <Ellipsis className="size-5" aria-hidden />
              More
            </button>
          }
          items={more.map(({ path, label, icon: Icon }) => ({
            label,
            icon: <Icon className="size-4 text-muted" aria-hidden />,
            onSelect: () => void navigate({ to: path }),
          }))}
        />
      )}
    </nav>
  );
}

function AvatarMenu({ onHelp }: { onHelp: () => void }) {
  const { user, organization, viewing_as: viewed } = useSession();
  const { routesByPath } = useRouter();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const theme = useTheme();
  const name = user.name || user.username;
  const themes: [Theme, string, typeof Sun][] = [
    ['light', 'Light', Sun],
    ['dark', 'Dark', Moon],
    ['system', 'As the system', Monitor],
  ];
  const items: MenuItem[] = [
    ...('/users/$id' in routesByPath
      ? [
          {
            label: 'My profile',
            icon: <UserRound className="size-4 text-muted" aria-hidden />,
            onSelect: () => void navigate({ to: '/users/me' as string }),
          },
        ]
      : []),
    {
      label: 'Theme',
      icon: <Sun className="size-4 text-muted" aria-hidden />,
      items: themes.map(([value, label, Icon]) => ({
        label,
        icon: <Icon className="size-4 text-muted" aria-hidden />,
        checked: theme === value,
        onSelect: () => setTheme(value),
      })),
    },
    { label: 'Keyboard shortcuts', icon: <Keyboard className="size-4 text-muted" aria-hidden />, onSelect: onHelp },
    'separator',
    { label: 'Sign out', icon: <LogOut className="size-4 text-muted" aria-hidden />, onSelect: () => void signOut() },
  ];
  return (
    <Menu
      align="end"
      trigger={
        <button type="button" aria-label={`Account of ${name}`} className="rounded-full pointer-coarse:p-2">
          <Avatar id={user.id} name={name} />
        </button>
      }
      header={
        <div className="border-b border-line px-2 pt-1 pb-2 mb-1">
          <p className="font-medium">{name}</p>
          <p className="text-[0.93rem] text-muted">
            {viewed === null ? user.role : `viewing as ${viewed.name}`} · {organization.name}
          </p>
        </div>
      }
      items={items}
    />
  );
}

/** Tells screen readers which page was opened, and moves the focus to it. */
function RouteAnnouncer({ target }: { target: React.RefObject<HTMLElement | null> }) {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname ?? '' });
  const [said, setSaid] = useState('');
  const first = useRef(true);
  useEffect(() => {
    if (path === '') return;
    if (first.current) {
      first.current = false;
      return;
    }
    target.current?.focus({ preventScroll: true });
    // The title is set by the page, which is painted after this effect.
    const frame = requestAnimationFrame(() => setSaid(document.title.replace(' · Tocsin', '')));
    return () => cancelAnimationFrame(frame);
  }, [path, target]);
  return (
    <p role="status" aria-live="polite" className="sr-only">
      {said}
    </p>
  );
}

/** The frame of the application: navigation, header, page. */
export function Shell() {
  const [collapsed, setCollapsed] = useState(() => localStorage.getItem(COLLAPSED) === 'narrow');
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const main = useRef<HTMLElement>(null);
  const navigate = useNavigate();
  const entries = useNavigation();
  useLiveUpdates();
  useEffect(() => {
    // Kept for later: nothing on screen waits for it, and a browser that refuses shows the product as well.
    startOfflineReading().catch((error: unknown) => console.warn('Offline reading is off:', error));
    // Where that fails, opening it asks again and says what is wrong.
    const timer = setTimeout(() => void loadPalette().catch(() => undefined), PALETTE_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  useShortcuts([
    {
      keys: 'mod+k',
      label: 'Search and commands',
      group: 'Everywhere',
      whileTyping: true,
      run: () => setPalette((open) => !open),
    },
    { keys: '?', label: 'This help', group: 'Everywhere', run: () => setHelp(true) },
    { keys: 'z', label: 'Undo, within 10 s', group: 'Everywhere', run: () => runNewestToastAction() },
    ...entries.flatMap(({ key, path, label }) =>
      key === undefined ? [] : [{ keys: `g ${key}`, label, group: 'Go to', run: () => void navigate({ to: path }) }],
    ),
  ]);
  const toggle = () => {
    localStorage.setItem(COLLAPSED, collapsed ? 'wide' : 'narrow');
    setCollapsed(!collapsed);
  };
  return (
    <TimeZoneProvider>
      <button
        type="button"
        className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
        onClick={() => main.current?.focus()}
      >
        Skip to content
      </button>
      <div className="flex min-h-dvh">
        <Rail collapsed={collapsed} onToggle={toggle} />
        <div className="flex min-w-0 flex-1 flex-col">
          <header className="no-print sticky top-0 z-20 flex h-13 items-center gap-1.5 border-b border-line bg-page/90 px-3 backdrop-blur-sm sm:gap-2.5 sm:px-6">
            <Link to="/" aria-label="Tocsin, start page" className="md:hidden">
              <Wordmark withName={false} />
            </Link>
            <Button
              className="min-w-0 flex-1 justify-start! text-muted sm:max-w-80"
              icon={<Search className="size-4 shrink-0" aria-hidden />}
              aria-keyshortcuts="Control+K Meta+K"
              onClick={() => setPalette(true)}
            >
              <span className="truncate">Search or do…</span>
              <span className="ml-auto hidden text-[0.86rem] sm:inline" aria-hidden>
                Ctrl K
              </span>
            </Button>
            <div className="flex-1 max-sm:hidden" />
            <LiveIndicator />
            <TeamScope />
            <ZoneChip />
            <PageSomeoneButton icon={<BellRing className="size-4" aria-hidden />} />
            <AvatarMenu onHelp={() => setHelp(true)} />
          </header>
          <Banners />
          <main ref={main} id="main" tabIndex={-1} className="min-w-0 flex-1 outline-none max-md:pb-20">
            <Suspense fallback={null}>
              <Outlet />
            </Suspense>
          </main>
        </div>
      </div>
      <BottomBar />
      <RouteAnnouncer target={main} />
      <GroupsLiveUpdates />
      <NoteDialog />
      <Suspense fallback={<LoadingLayer />}>
        {palette && <CommandPalette open onClose={() => setPalette(false)} entries={entries} onHelp={() => setHelp(true)} />}
        {help && <HelpSheet open onClose={() => setHelp(false)} />}
      </Suspense>
      <PageSomeone />
      <SessionEndDialog />
      <ProofDialog />
    </TimeZoneProvider>
  );
}
